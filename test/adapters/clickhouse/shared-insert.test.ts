import { expect, test, vi } from 'vitest';
import { createSharedInsert } from '../../../src/adapters/clickhouse/shared-insert.ts';
import { AnalyticsUnavailable } from '../../../src/ports/analytics-errors.ts';
import type { WriteGate } from '../../../src/ports/write-gate.ts';
import { openClickHouse, overHttp } from '../../support/clickhouse.ts';
import { rollupsEqualRaw } from '../../support/rollups-equal-raw.ts';
import { counts, history } from '../../support/sink-history.ts';

vi.setConfig({ testTimeout: 120_000 });
overHttp();

/** Sinks of one process may insert at the same time, as with the gate on Redis. */
const AT_ONCE: WriteGate = { together: (work) => work(), alone: (work) => work() };
const NO_COLUMNS: readonly string[] = [];

test('batches of several sinks at the same time become one part, each row once', async () => {
  const clickhouse = await openClickHouse({ gate: AT_ONCE });
  const records = history(300);
  const sinks = [clickhouse.newSink(), clickhouse.newSink(), clickhouse.newSink()];
  await Promise.all(
    sinks.map((sink, i) =>
      sink.insert(
        `b${i}`,
        records.filter((_, n) => n % 3 === i),
      ),
    ),
  );
  const decisions = records.filter((record) => record.kind === 'decision').length;
  expect(await counts(clickhouse)).toEqual({ n: decisions, ids: decisions });
  const months = new Set(
    records.flatMap((record) =>
      record.kind === 'decision' ? [new Date(record.event.occurredAt_ms).toISOString().slice(0, 7)] : [],
    ),
  );
  const [parts] = await clickhouse.database.query<{ n: number; batches: number }>(
    'write',
    'SELECT uniq(_part) AS n, uniq(batch_id) AS batches FROM decisions',
  );
  expect(parts?.n).toBeLessThanOrEqual(months.size);
  expect(parts?.batches).toBe(3);
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

test('a refused row is the fault of its own batch alone, and the others are in once', async () => {
  const clickhouse = await openClickHouse({ gate: AT_ONCE });
  const records = history(120).map((record, i) =>
    record.kind === 'decision' && i === 41
      ? { ...record, verdict: { ...record.verdict, score: 'high' as unknown as number } }
      : record,
  );
  const bad = records[41]?.position;
  const halves = [records.slice(0, 60), records.slice(60)];
  const answers = await Promise.allSettled(
    halves.map((half, i) => clickhouse.newSink().insert(`b${i}`, half)),
  );
  expect(answers[0]).toMatchObject({
    status: 'rejected',
    reason: { code: 'rows_refused', positions: [bad] },
  });
  expect(answers[1]).toMatchObject({ status: 'fulfilled' });
  await clickhouse.sink.repair(
    'b0',
    (halves[0] ?? []).filter(({ position }) => position !== bad),
  );
  const decisions = records.filter((record) => record.kind === 'decision').length - 1;
  expect(await counts(clickhouse)).toEqual({ n: decisions, ids: decisions });
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

test('when the insert of several fails, every one of them is told, and what comes later goes in', async () => {
  const sent: (readonly string[])[] = [];
  const insert = createSharedInsert((_table, _columns, rows) => {
    sent.push(rows);
    return sent.length === 1 ? Promise.reject(new AnalyticsUnavailable('gone')) : Promise.resolve();
  });
  const answers = await Promise.allSettled([
    insert('decisions', NO_COLUMNS, ['a']),
    insert('decisions', NO_COLUMNS, ['b']),
    insert('outcomes', NO_COLUMNS, ['c']),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(sent).toEqual([['a', 'b'], ['c']]);
  await insert('decisions', NO_COLUMNS, ['d']);
  expect(sent.at(-1)).toEqual(['d']);
});

test('an insert holds no more rows than a batch of one sink may', async () => {
  const sent: number[] = [];
  const insert = createSharedInsert((_table, _columns, rows) => {
    sent.push(rows.length);
    return Promise.resolve();
  });
  const rows = (n: number) => Array.from({ length: n }, () => '[]');
  await Promise.all([3_000, 1_500, 2_000, 6_000, 10].map((n) => insert('decisions', NO_COLUMNS, rows(n))));
  expect(sent).toEqual([4_500, 2_000, 6_000, 10]);
});
