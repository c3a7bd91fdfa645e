import { expect, test } from 'vitest';
import type { CampaignMark } from '../../../src/core/campaign/trace.ts';
import type { DecisionRecord } from '../../../src/core/record.ts';
import { openClickHouse } from '../../support/clickhouse.ts';
import { type DecisionSketch, decisionRecord } from '../../support/log-records.ts';

const T = Date.UTC(2026, 8, 1, 12);
const MINUTE = 60_000;

const id = (n: number): string => `cmp_019cd8f2-7a00-7000-9c41-${String(n).padStart(12, '0')}`;

const mark = (changes: Partial<CampaignMark> = {}): CampaignMark => ({
  phase: 'update',
  id: id(1),
  cell: 'as',
  kind: 'stuffing',
  started_ms: T,
  detected_ms: T + MINUTE,
  lastSeen_ms: T + 5 * MINUTE,
  ends_ms: T + 30 * MINUTE,
  attempts: 40,
  users: 39,
  successes: 0,
  usualRate_per_min: 0.02,
  networks: ['203.0.113.0/24', '198.51.100.0/24'],
  networkAttempts: [3, 30],
  ...changes,
});

let position = T * 1_000;
function marked(marks: readonly CampaignMark[], sketch: Partial<DecisionSketch> = {}): DecisionRecord {
  position += 1_000;
  const record = decisionRecord({ position, status: 'failed', signals: 3, ...sketch });
  return { ...record, campaigns: { vouched: false, joins: marks[0]?.id ?? null, marks } };
}

const open = () => openClickHouse({ clock: () => T + 10 * MINUTE });

test('a campaign is read as its newest marks say, its largest cell first', async () => {
  const { analytics, sink } = await open();
  await sink.insert('b1', [
    marked([mark({ phase: 'start', attempts: 7 }), mark({ phase: 'join', cell: 'tls', attempts: 7 })]),
    marked([mark(), mark({ cell: 'tls', attempts: 90, users: 88, kind: 'spraying', successes: 2 })]),
  ]);
  const { data, nextCursor } = await analytics.campaigns('default', {}, 50, null);
  expect(nextCursor).toBeNull();
  expect(data).toHaveLength(1);
  expect(data[0]).toMatchObject({
    id: id(1),
    kind: 'spraying',
    started_ms: T,
    detected_ms: T + MINUTE,
    lastSeen_ms: T + 5 * MINUTE,
    ended_ms: null,
    attempts: 90,
    users: 88,
    successes: 2,
    rate_per_min: 18,
    networks: [
      { network: '198.51.100.0/24', attempts: 30 },
      { network: '203.0.113.0/24', attempts: 3 },
    ],
  });
  expect(data[0]?.cells.map(({ label }) => label)).toEqual([
    'TLS fingerprint t13d1516h2_8daaf6152771',
    'AS64500 EXAMPLE-AS, Chrome',
  ]);
});

test('a batch that is repaired counts no mark twice', async () => {
  const { analytics, sink, database } = await open();
  const records = [marked([mark(), mark({ cell: 'network' })]), marked([mark({ attempts: 41 })])];
  await sink.insert('b1', records.slice(0, 1));
  await sink.repair('b1', records);
  await sink.repair('b1', records);
  const [row] = await database.query<{ n: number }>('write', 'SELECT count() AS n FROM campaigns');
  expect(row?.n).toBe(3);
  expect((await analytics.campaigns('default', {}, 50, null)).data[0]?.attempts).toBe(41);
});

test('campaigns are listed newest first, page by page, by time, state and kind, in their tenant', async () => {
  const { analytics, sink } = await open();
  const day = 86_400_000;
  await sink.insert(
    'b1',
    Array.from({ length: 7 }, (_, n) => {
      const started_ms = T - n * day;
      const times = { started_ms, lastSeen_ms: started_ms + MINUTE, ends_ms: started_ms + 30 * MINUTE };
      return marked([mark({ id: id(n), ...times, kind: n % 2 === 0 ? 'stuffing' : 'spraying' })]);
    }),
  );
  await sink.insert('b2', [marked([mark({ id: id(99) })], { tenant: 'other' })]);
  const ids = async (...args: Parameters<typeof analytics.campaigns>): Promise<readonly string[]> =>
    (await analytics.campaigns(...args)).data.map((campaign) => campaign.id);

  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof analytics.campaigns>> = await analytics.campaigns(
      'default',
      {},
      3,
      cursor,
    );
    seen.push(...page.data.map((campaign) => campaign.id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6].map(id));
  expect(await ids('default', { state: 'live' }, 50, null)).toEqual([id(0)]);
  expect(await ids('default', { state: 'ended', kind: 'stuffing' }, 50, null)).toEqual([2, 4, 6].map(id));
  expect(await ids('default', { from_ms: T - 2 * day, to_ms: T }, 50, null)).toEqual([1, 2].map(id));
  expect(await ids('other', {}, 50, null)).toEqual([id(99)]);
  expect(await ids('nobody', {}, 50, null)).toEqual([]);
  await expect(analytics.campaigns('default', {}, 3, 'bm90IGEgY3Vyc29y')).rejects.toMatchObject({
    code: 'invalid_cursor',
  });
});
