import { expect, test, vi } from 'vitest';
import { createSharedInsert } from '../../../src/adapters/clickhouse/shared-insert.ts';
import { AnalyticsUnavailable } from '../../../src/ports/analytics-errors.ts';
import type { WriteGate } from '../../../src/ports/write-gate.ts';
import { openClickHouse, overHttp } from '../../support/clickhouse.ts';
import { decisionRecord } from '../../support/log-records.ts';
import { rollupsEqualRaw } from '../../support/rollups-equal-raw.ts';
import { BASE, counts, history } from '../../support/sink-history.ts';

vi.setConfig({ testTimeout: 120_000 });
overHttp();

/** Sinks of one process may insert at the same time, as with the gate on Redis. */
const HELD = (): boolean => true;
const AT_ONCE: WriteGate = { together: (work) => work(HELD), alone: (work) => work(HELD) };
const NO_COLUMNS: readonly string[] = [];

test('batches of several sinks at the same time become one part, each row once', async () => {
  const clickhouse = await openClickHouse({ gate: AT_ONCE });
  const records = history(300);
  const sinks = [clickhouse.newSink(), clickhouse.newSink(), clickhouse.newSink()];
  // A sink looks once what was there before its first insert; afterwards nothing lies between it and the insert.
  for (const [i, sink] of sinks.entries()) await sink.insert(`first${i}`, records.slice(i, i + 1));
  const later = records.slice(sinks.length);
  await Promise.all(
    sinks.map((sink, i) =>
      sink.insert(
        `b${i}`,
        later.filter((_, n) => n % 3 === i),
      ),
    ),
  );
  const decisions = records.filter((record) => record.kind === 'decision').length;
  expect(await counts(clickhouse)).toEqual({ n: decisions, ids: decisions });
  const [together] = await clickhouse.database.query<{ parts: number; months: number; batches: number }>(
    'write',
    `SELECT uniq(_part) AS parts, uniq(toYYYYMM(occurred_at)) AS months, uniq(batch_id) AS batches
FROM decisions WHERE batch_id LIKE 'b%'`,
  );
  expect(together?.batches).toBe(3);
  expect(together?.parts).toBe(together?.months);
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

test('refused rows of one batch send every batch to its repair, which names them in their own alone', async () => {
  const clickhouse = await openClickHouse({ gate: AT_ONCE });
  const records = history(120).map((record, i) =>
    record.kind === 'decision' && i === 41
      ? { ...record, verdict: { ...record.verdict, score: 'high' as unknown as number } }
      : record,
  );
  const bad = records[41]?.position;
  const [first = [], second = []] = [records.slice(0, 60), records.slice(60)];
  const answers = await Promise.allSettled(
    [first, second].map((half, i) => clickhouse.newSink().insert(`b${i}`, half)),
  );
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'analytics_unavailable' } });
  }
  await clickhouse.newSink().repair('b1', second);
  await expect(clickhouse.newSink().repair('b0', first)).rejects.toMatchObject({
    code: 'rows_refused',
    positions: [bad],
  });
  await clickhouse.newSink().repair(
    'b0',
    first.filter(({ position }) => position !== bad),
  );
  const decisions = records.filter((record) => record.kind === 'decision').length - 1;
  expect(await counts(clickhouse)).toEqual({ n: decisions, ids: decisions });
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

test('batches of old months go in together although each alone may open as many partitions as are usual', async () => {
  const clickhouse = await openClickHouse({ gate: AT_ONCE });
  const month_ms = 30.5 * 86_400_000;
  const batches = [0, 1, 2].map((batch) =>
    Array.from({ length: 60 }, (_, i) =>
      decisionRecord({
        position: BASE + batch * 60 + i,
        source: 'import',
        occurredAt_ms: Math.floor(BASE / 1000 - (batch * 60 + i) * month_ms),
        signals: 3,
      }),
    ),
  );
  await Promise.all(batches.map((records, i) => clickhouse.newSink().insert(`b${i}`, records)));
  expect(await counts(clickhouse)).toEqual({ n: 180, ids: 180 });
});

test('when the insert of several fails, every one of them is told, and what comes later goes in', async () => {
  const sent: (readonly string[])[] = [];
  const insert = createSharedInsert((_table, _columns, rows) => {
    sent.push(rows);
    return sent.length === 1 ? Promise.reject(new AnalyticsUnavailable('gone')) : Promise.resolve();
  });
  const answers = await Promise.allSettled([
    insert('decisions', NO_COLUMNS, ['a'], HELD),
    insert('decisions', NO_COLUMNS, ['b'], HELD),
    insert('outcomes', NO_COLUMNS, ['c'], HELD),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(sent).toEqual([['a', 'b'], ['c']]);
  await insert('decisions', NO_COLUMNS, ['d'], HELD);
  expect(sent.at(-1)).toEqual(['d']);
});

test('an insert holds no more rows than a batch of one sink may', async () => {
  const sent: number[] = [];
  const insert = createSharedInsert((_table, _columns, rows) => {
    sent.push(rows.length);
    return Promise.resolve();
  });
  const rows = (n: number) => Array.from({ length: n }, () => '[]');
  await Promise.all(
    [3_000, 1_500, 2_000, 6_000, 10].map((n) => insert('decisions', NO_COLUMNS, rows(n), HELD)),
  );
  expect(sent).toEqual([4_500, 2_000, 6_000, 10]);
});

test('whose permission to write is over when the insert is sent has nothing inserted, and is told so', async () => {
  const sent: (readonly string[])[] = [];
  const insert = createSharedInsert((_table, _columns, rows) => {
    sent.push(rows);
    return Promise.resolve();
  });
  let isHeld = true;
  const answers = Promise.allSettled([
    insert('decisions', NO_COLUMNS, ['mine'], () => isHeld),
    insert('decisions', NO_COLUMNS, ['other'], HELD),
  ]);
  isHeld = false;
  expect(await answers).toMatchObject([
    { status: 'rejected', reason: { code: 'analytics_unavailable' } },
    { status: 'fulfilled' },
  ]);
  expect(sent).toEqual([['other']]);
});
