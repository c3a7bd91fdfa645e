import { expect, test } from 'vitest';
import type { DecisionRecord } from '../../../src/core/record.ts';
import type { DecisionFilter } from '../../../src/ports/analytics.ts';
import { decisionRowOf } from '../../../src/ports/decision-row.ts';
import { openClickHouse } from '../../support/clickhouse.ts';
import { decisionRecord, feedbackRecord, outcomeRecord } from '../../support/log-records.ts';

const BASE = 1_790_000_000_000_000;
const HOUR_US = 3_600_000_000;
const BASE_MS = BASE / 1000;

const DECISIONS: readonly DecisionRecord[] = Array.from({ length: 24 }, (_, i) =>
  decisionRecord({
    position: BASE + i * HOUR_US,
    userId: `u${i % 4}`,
    ip: i % 3 === 0 ? '203.0.113.7' : '198.51.100.9',
    deviceKey: i % 2 === 0 ? 'dk_even' : null,
    action: i % 6 === 0 ? 'challenge' : i % 7 === 0 ? 'block' : 'allow',
    level: i % 6 === 0 ? 'high' : 'low',
    status: i % 5 === 0 ? 'failed' : 'succeeded',
    score: (i + 0.5) / 24,
    asn: i % 3 === 0 ? 64_500 : 64_501,
    userAgent: i === 9 ? 'Odd Client/1.0 (Ünïcode)' : 'Mozilla/5.0 Firefox/140.0',
    applicationId: i % 2 === 0 ? 'web' : 'app',
    degraded: i === 11,
    signals: 3,
  }),
);
const at = (i: number): DecisionRecord => {
  const record = DECISIONS[i];
  if (record === undefined) throw new Error(`no decision ${i}`);
  return record;
};
/** Challenged: 0, 6, 12, 18. */
const SAID = [
  outcomeRecord(at(0), BASE + 100 * HOUR_US, 'passed'),
  outcomeRecord(at(6), BASE + 101 * HOUR_US, 'not_passed'),
  { ...outcomeRecord(at(12), BASE + 102 * HOUR_US, 'not_passed'), status: 'denied' as const },
  { ...feedbackRecord(at(3), BASE + 103 * HOUR_US, 'legitimate'), source: 'user' as const },
  feedbackRecord(at(3), BASE + 104 * HOUR_US, 'compromised'),
  { ...feedbackRecord(at(3), BASE + 105 * HOUR_US, 'legitimate'), source: 'user' as const },
];
const WINDOW = { from_ms: BASE_MS - 1, to_ms: BASE_MS + 48 * 3_600_000 };

async function filled() {
  const clickhouse = await openClickHouse();
  await clickhouse.sink.insert('b1', [...DECISIONS, ...SAID]);
  await clickhouse.sink.insert('b2', [decisionRecord({ position: BASE + 200 * HOUR_US, tenant: 'other' })]);
  return clickhouse.analytics;
}

test('a row from the columns is the row from the record, with what was said since', async () => {
  const analytics = await filled();
  const { data, nextCursor } = await analytics.rows('default', {}, 500, null);
  expect(nextCursor).toBeNull();
  const said = (record: DecisionRecord) => ({
    outcome: SAID.find((entry) => entry.kind === 'outcome' && entry.decisionId === record.id) ?? null,
    feedback: SAID.filter((entry) => entry.kind === 'feedback' && entry.decisionId === record.id),
  });
  const expected = DECISIONS.toReversed().map((record) => {
    const { outcome, feedback } = said(record);
    return decisionRowOf(record, {
      outcome: outcome?.kind === 'outcome' ? outcome : null,
      feedback: feedback.filter((entry) => entry.kind === 'feedback'),
    });
  });
  const float32 = (row: (typeof data)[number]) => ({
    ...row,
    fields: { ...row.fields, latitude: expect.closeTo(51.5, 3), longitude: expect.closeTo(-0.12, 3) },
  });
  expect(data).toEqual(expected.map(float32));
  expect(data.find(({ fields }) => fields.id === at(3).id)?.verdict).toBe('compromised');
});

test('rows come page by page, each once', async () => {
  const analytics = await filled();
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof analytics.rows>> = await analytics.rows('default', {}, 7, cursor);
    seen.push(...page.data.map(({ fields }) => fields.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(DECISIONS.toReversed().map(({ id }) => id));
});

test('the rows of one user, who has a projection of their own, are those of the records, page by page', async () => {
  const analytics = await filled();
  const { userKey } = decisionRowOf(at(1));
  const own = DECISIONS.filter((record) => record.event.user.key === userKey).toReversed();
  const [newest] = own;
  if (userKey === null || newest === undefined) throw new Error('no user');
  const first = await analytics.rows('default', { userKey }, 4, null);
  const second = await analytics.rows('default', { userKey }, 4, first.nextCursor);
  expect([...first.data, ...second.data].map(({ fields }) => fields.id)).toEqual(own.map(({ id }) => id));
  expect(second.nextCursor).toBeNull();
  const row = decisionRowOf(newest);
  expect(first.data[0]).toEqual({
    ...row,
    fields: { ...row.fields, latitude: expect.closeTo(51.5, 3), longitude: expect.closeTo(-0.12, 3) },
  });
  const { data } = await analytics.rows('default', { userKey, status: 'failed' }, 500, null);
  expect(data.map(({ fields }) => fields.id)).toEqual(
    own.filter(({ event }) => event.status === 'failed').map(({ id }) => id),
  );
});

test('each further filter finds what it names, in lists and in searches alike', async () => {
  const analytics = await filled();
  const cases: readonly [DecisionFilter, (record: DecisionRecord, i: number) => boolean][] = [
    [{ action: ['challenge', 'block'] }, (r) => r.verdict.action !== 'allow'],
    [{ action: [] }, () => false],
    [{ application: 'app', status: 'failed' }, (_, i) => i % 2 === 1 && i % 5 === 0],
    [{ scoreMin: 0.25, scoreMax: 0.5 }, (r) => r.verdict.score >= 0.25 && r.verdict.score < 0.5],
    [{ scoreMax: 1 }, () => true],
    [{ degraded: true }, (_, i) => i === 11],
    [{ resolution: 'passed' }, (_, i) => i === 0],
    [{ resolution: 'unanswered' }, (_, i) => i === 18],
    [{ verdict: 'compromised' }, (_, i) => i === 3],
    [{ verdict: 'legitimate' }, () => false],
    [{ text: 'FIREFOX london' }, (_, i) => i !== 9],
    [{ text: 'ünïcode odd' }, (_, i) => i === 9],
    [{ text: '203.0.113.7' }, (_, i) => i % 3 === 0],
    [{ text: "'); DROP TABLE decisions --" }, () => false],
    [{ network: '203.0.113.0/24', mode: 'enforce', browser: 'chrome' }, () => true],
    [{ source: ['risk', 'event'], type: 'login' }, () => true],
  ];
  for (const [filter, matches] of cases) {
    const expected = DECISIONS.filter(matches)
      .toReversed()
      .map(({ id }) => id);
    const rows = await analytics.rows('default', filter, 500, null);
    expect(
      rows.data.map(({ fields }) => fields.id),
      JSON.stringify(filter),
    ).toEqual(expected);
    const views = await analytics.search('default', filter, 200, null);
    expect(
      views.data.map(({ decision }) => decision.id),
      JSON.stringify(filter),
    ).toEqual(expected);
    expect(await analytics.count('default', filter)).toBe(expected.length);
  }
});

test('the logins of a cell of traffic, and all tries of one typed name, can be asked for', async () => {
  const typed = (i: number, loginKey: string | null, userId: string | null = null) =>
    decisionRecord({
      position: BASE + i * HOUR_US,
      status: 'failed',
      userId,
      userKey: userId,
      loginKey,
      signals: 0,
    });
  const bot = typed(1, 'lk_ada');
  const records = [
    {
      ...bot,
      event: { ...bot.event, context: { ...bot.event.context, tlsFingerprint: 't13d_bot' } },
      facts: { ...bot.facts, browser: null, asn: 64_501 },
    },
    typed(2, 'lk_ada'),
    typed(3, 'lk_ada', 'ada'),
    typed(4, null),
  ];
  const { analytics, sink } = await openClickHouse();
  await sink.insert('b1', records);
  const found = async (filter: DecisionFilter) =>
    (await analytics.rows('default', filter, 10, null)).data
      .map(({ position }) => (position - BASE) / HOUR_US)
      .toReversed();
  expect(await found({ tlsFingerprint: 't13d_bot' })).toEqual([1]);
  expect(await found({ tlsFingerprint: 't13d_other' })).toEqual([]);
  expect(await found({ browser: '', asn: 64_501 })).toEqual([1]);
  expect(await found({ browser: 'chrome', asn: 64_500 })).toEqual([2, 3, 4]);
  expect(await found({ loginKey: 'lk_ada' })).toEqual([1, 2, 3]);
  const { data } = await analytics.rows('default', {}, 10, null);
  // A user who is named says more than what was typed.
  expect(data.map(({ fields }) => fields.login_key)).toEqual([null, null, 'lk_ada', 'lk_ada']);
  const { newest } = await analytics.entity('default', { kind: 'as', value: 64_501 }, WINDOW);
  expect(newest?.fields.login_key).toBe('lk_ada');
});

test('an entity has its users, failures, lists and series, and nothing of other tenants', async () => {
  const analytics = await filled();
  const address = await analytics.entity('default', { kind: 'address', value: '203.0.113.7' }, WINDOW);
  const own = DECISIONS.filter((_, i) => i % 3 === 0);
  expect(address.totals).toEqual({
    decisions: 8,
    users: 4,
    failed: 2,
    challenged: 4,
    blocked: 1,
    passed: 1,
    compromised: 1,
    devices: 1,
    addresses: 1,
  });
  expect(address.firstSeen_ms).toBe(own[0]?.event.occurredAt_ms);
  expect(address.lastSeen_ms).toBe(own.at(-1)?.event.occurredAt_ms);
  expect(address.newest?.fields.id).toBe(own.at(-1)?.id);
  expect(address.addressKind).toBe('public');
  expect(address.users.reduce((n, user) => n + user.decisions, 0)).toBe(8);
  expect(address.series.reduce((n, point) => n + point.decisions, 0)).toBe(8);
  expect(address.lists).toEqual([{ name: 'hosting', kind: 'class', lastSeen_ms: address.lastSeen_ms }]);
  expect(address.devices.map(({ value }) => value)).toEqual(['dk_even']);
  const as = await analytics.entity('default', { kind: 'as', value: 64_501 }, WINDOW);
  expect(as.totals.decisions).toBe(16);
  expect(as.addresses.map(({ value }) => value)).toEqual(['198.51.100.9']);
  const device = await analytics.entity('default', { kind: 'device', value: 'dk_even' }, WINDOW);
  expect(device.totals).toMatchObject({ decisions: 12, addresses: 2 });
  expect(device.ases.map(({ value }) => value).toSorted()).toEqual(['64500', '64501']);
  for (const kind of ['address', 'network', 'device'] as const) {
    const nothing = await analytics.entity('nobody', { kind, value: '203.0.113.7' }, WINDOW);
    expect(nothing).toMatchObject({ firstSeen_ms: null, newest: null, users: [], series: [] });
    expect(nothing.totals.decisions).toBe(0);
  }
});

test('a user’s activity adds up over days, devices, networks, places and addresses', async () => {
  const analytics = await filled();
  const activity = await analytics.userActivity('default', 'uk_u0', WINDOW);
  const own = DECISIONS.filter((_, i) => i % 4 === 0);
  const total = (of: readonly { readonly decisions: number }[]): number =>
    of.reduce((n, { decisions }) => n + decisions, 0);
  expect(activity.decisions).toBe(own.length);
  for (const part of [
    activity.risk,
    activity.devices,
    activity.networks,
    activity.places,
    activity.addresses,
  ]) {
    expect(total(part)).toBe(own.length);
  }
  expect(activity.devices).toMatchObject([{ device_key: 'dk_even', browser: 'chrome', countries: ['GB'] }]);
  expect(Math.max(...activity.risk.map(({ max_score }) => max_score))).toBe(
    Math.max(...own.map(({ verdict }) => verdict.score)),
  );
  expect((await analytics.userActivity('other', 'uk_u0', WINDOW)).decisions).toBe(0);
});
