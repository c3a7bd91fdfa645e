import { expect, test } from 'vitest';
import { decisionUuid } from '../../../src/core/decision-id.ts';
import { MOST_FEEDBACK } from '../../../src/core/feedback.ts';
import type { DecisionRecord } from '../../../src/core/record.ts';
import type { DecisionFilter } from '../../../src/ports/analytics.ts';
import { openClickHouse } from '../../support/clickhouse.ts';
import { decisionRecord, feedbackRecord, outcomeRecord } from '../../support/log-records.ts';

const BASE = 1_790_000_000_000_000;
const RANDOM = new Uint8Array(8);

test('a record comes back equal to what was logged, however odd its texts', async () => {
  const clickhouse = await openClickHouse();
  const odd = 'a\u0000b\'"\\\n\t\r\u{1f600}{user:1};--';
  const record = decisionRecord({
    position: BASE,
    id: decisionUuid(BASE, RANDOM),
    userId: '__proto__',
    eventId: odd,
    attemptId: odd,
    ip: '2001:db8::7',
    applicationId: odd,
    userAgent: `${odd}${'x'.repeat(500)}`,
    deviceKey: null,
    country: null,
    asn: null,
    action: 'challenge',
    degraded: true,
    properties: JSON.parse('{"__proto__": {"a": [1, null, "\\u0000"]}, "constructor": 1.5}'),
    supersedes: {
      decisionId: 'dec_x',
      status: 'attempted',
      action: 'allow',
      level: 'low',
      occurredAt_ms: 1_789_999_999_000,
      failedOn: ['a'],
    },
  });
  const outcome = outcomeRecord(record, BASE + 1);
  const feedback = feedbackRecord(record, BASE + 2);
  await clickhouse.sink.insert('b1', [record, outcome, { ...feedback, profile: new Uint8Array([1]) }]);
  const view = await clickhouse.analytics.decision('default', record.id);
  // What a verdict teaches the population belongs to the log's fold alone.
  expect(view).toEqual({ decision: record, outcome, feedback: [{ ...feedback, features: null }] });
  expect(await clickhouse.analytics.decision('other', record.id)).toBeUndefined();
  expect(await clickhouse.analytics.decision('default', 'dec_nothing')).toBeUndefined();
  expect(await clickhouse.analytics.decision('default', odd)).toBeUndefined();
  const page = await clickhouse.analytics.search('default', { eventId: odd, attemptId: odd }, 10, null);
  expect(page.data.map(({ decision }) => decision.id)).toEqual([record.id]);
});

test('of many verdicts on one decision the newest are read, and the analyst’s that stands', async () => {
  const clickhouse = await openClickHouse();
  const record = decisionRecord({ position: BASE, id: decisionUuid(BASE, RANDOM) });
  const other = decisionRecord({ position: BASE + 1 });
  const standing = feedbackRecord(record, BASE + 2);
  const users = Array.from({ length: 2 * MOST_FEEDBACK }, (_, i) => ({
    ...feedbackRecord(record, BASE + 10 + i),
    source: 'user' as const,
  }));
  const beside = feedbackRecord(other, BASE + 3);
  await clickhouse.sink.insert('b1', [record, other, standing, ...users, beside]);
  const kept = [standing, ...users.slice(1 - MOST_FEEDBACK)].map(({ position }) => position);
  const read = await clickhouse.analytics.decision('default', record.id);
  expect(read?.feedback.map(({ position }) => position)).toEqual(kept);
  const { data } = await clickhouse.analytics.search('default', {}, 10, null);
  expect(data.map(({ feedback }) => feedback.length)).toEqual([1, kept.length]);
});

test('half a surrogate pair in one row costs the row a character, not the batch', async () => {
  const clickhouse = await openClickHouse();
  const record = decisionRecord({ position: BASE, userId: 'a\ud800b', userAgent: '\udc00' });
  await clickhouse.sink.insert('b1', [record, decisionRecord({ position: BASE + 1 })]);
  const view = await clickhouse.analytics.decision('default', record.id);
  expect(view?.decision.event.user.id).toBe('a\ufffdb');
});

test('times beyond what the tables hold keep their record and move to the edge', async () => {
  const clickhouse = await openClickHouse();
  const early = decisionRecord({ position: BASE, occurredAt_ms: -1e13 });
  const late = decisionRecord({ position: BASE + 1, occurredAt_ms: 5e12 });
  await clickhouse.sink.insert('b1', [early, late]);
  expect((await clickhouse.analytics.decision('default', early.id))?.decision).toEqual(early);
  expect((await clickhouse.analytics.decision('default', late.id))?.decision).toEqual(late);
});

const SEARCHED: readonly DecisionRecord[] = Array.from({ length: 25 }, (_, i) =>
  decisionRecord({
    position: BASE + i,
    // Several share a millisecond: only the position tells them apart.
    occurredAt_ms: Math.floor(BASE / 1000) + Math.floor(i / 4),
    userId: `u${i % 5}`,
    ip: i % 2 === 0 ? '203.0.113.7' : '2001:db8::1',
    deviceKey: `dk${i % 3}`,
    sessionKey: `sk${i % 6}`,
    eventId: `e${i}`,
    attemptId: `a${i % 10}`,
    action: i % 4 === 0 ? 'challenge' : 'allow',
    level: i % 8 === 0 ? 'high' : 'low',
    country: i % 3 === 0 ? 'GB' : 'FR',
    asn: i % 2 === 0 ? 64_500 : 64_501,
    reasons: i % 7 === 0 ? ['device.new_device', 'location.impossible_travel'] : [],
    signals: 2,
  }),
);
const newestFirst = SEARCHED.toReversed();

test('search gives the newest first, page by page, each decision once', async () => {
  const clickhouse = await openClickHouse();
  await clickhouse.sink.insert('b1', SEARCHED);
  await clickhouse.sink.insert('b2', [decisionRecord({ position: BASE + 100, tenant: 'other' })]);
  for (const limit of [1, 4, 7, 25, 200]) {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof clickhouse.analytics.search>> = await clickhouse.analytics.search(
        'default',
        {},
        limit,
        cursor,
      );
      expect(page.data.length).toBeLessThanOrEqual(limit);
      seen.push(...page.data.map(({ decision }) => decision.id));
      cursor = page.nextCursor;
    } while (cursor !== null && seen.length < 12);
    expect(seen).toEqual(newestFirst.slice(0, seen.length).map(({ id }) => id));
    if (limit >= 25) expect(seen).toHaveLength(25);
  }
});

test('each filter finds what it names, and filters add up', async () => {
  const clickhouse = await openClickHouse();
  await clickhouse.sink.insert('b1', SEARCHED);
  const at = (i: number): number => SEARCHED[i]?.event.occurredAt_ms ?? 0;
  const cases: readonly [DecisionFilter, (record: DecisionRecord, i: number) => boolean][] = [
    [{ userId: 'u3' }, (r) => r.event.user.id === 'u3'],
    [{ userKey: 'uk_u2' }, (r) => r.event.user.key === 'uk_u2'],
    [{ ip: '2001:db8::1' }, (r) => r.event.context.ip === '2001:db8::1'],
    [{ deviceKey: 'dk1' }, (r) => r.event.device?.key === 'dk1'],
    [{ sessionKey: 'sk4' }, (r) => r.event.session?.key === 'sk4'],
    [{ eventId: 'e9' }, (r) => r.event.eventId === 'e9'],
    [{ attemptId: 'a5' }, (r) => r.event.attemptId === 'a5'],
    [{ action: 'challenge' }, (r) => r.verdict.action === 'challenge'],
    [{ level: 'high' }, (r) => r.verdict.level === 'high'],
    [{ reason: 'location.impossible_travel' }, (r) => r.verdict.reasons.length === 2],
    [{ country: 'FR' }, (r) => r.facts.country === 'FR'],
    [{ asn: 64_501 }, (r) => r.facts.asn === 64_501],
    [{ from_ms: at(8) }, (r) => r.event.occurredAt_ms >= at(8)],
    [{ to_ms: at(8) }, (r) => r.event.occurredAt_ms < at(8)],
    [
      { userId: 'u0', country: 'GB', from_ms: at(4) },
      (r, i) => i % 5 === 0 && i % 3 === 0 && r.event.occurredAt_ms >= at(4),
    ],
    [{ userId: "' OR 1=1 --" }, () => false],
  ];
  for (const [filter, matches] of cases) {
    const page = await clickhouse.analytics.search('default', filter, 200, null);
    const expected = SEARCHED.filter(matches).toReversed();
    expect(
      page.data.map(({ decision }) => decision.id),
      JSON.stringify(filter),
    ).toEqual(expected.map(({ id }) => id));
    expect(page.nextCursor).toBeNull();
  }
});

test('a cursor that search did not give out is refused with code invalid_cursor', async () => {
  const clickhouse = await openClickHouse();
  for (const cursor of [
    '',
    'x',
    'MS4y!',
    Buffer.from('1.2.3').toString('base64url'),
    Buffer.from('1').toString('base64url'),
  ]) {
    await expect(clickhouse.analytics.search('default', {}, 10, cursor)).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  }
});

test('a history is all decisions of one user, oldest first, over many pages', async () => {
  const clickhouse = await openClickHouse();
  const mine = Array.from({ length: 2_300 }, (_, i) =>
    decisionRecord({
      position: BASE + i,
      occurredAt_ms: Math.floor(BASE / 1000) - Math.floor(i / 3),
      userId: 'ada',
      signals: 0,
    }),
  );
  await clickhouse.sink.insert('b1', [...mine, decisionRecord({ position: BASE + 9_000, userId: 'bob' })]);
  const seen: DecisionRecord[] = [];
  for await (const view of clickhouse.analytics.history('default', 'uk_ada')) seen.push(view.decision);
  const expected = mine.toSorted(
    (a, b) => a.event.occurredAt_ms - b.event.occurredAt_ms || a.position - b.position,
  );
  expect(seen.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
});
