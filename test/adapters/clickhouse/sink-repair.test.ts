import { expect, test, vi } from 'vitest';
import { ROLLUPS } from '../../../src/adapters/clickhouse/rollups.ts';
import { openClickHouse } from '../../support/clickhouse.ts';
import { decisionRecord } from '../../support/log-records.ts';
import { rollupsEqualRaw } from '../../support/rollups-equal-raw.ts';
import { BASE, counts, history } from '../../support/sink-history.ts';

// Repairs run dozens of statements, and the machine may have better things to do.
vi.setConfig({ testTimeout: 120_000 });

test('repairing a batch that was wholly inserted changes nothing, twice', async () => {
  const clickhouse = await openClickHouse();
  const records = history(300);
  await clickhouse.sink.insert('b1', records);
  const before = await counts(clickhouse);
  await clickhouse.sink.repair('b1', records);
  await clickhouse.sink.repair('b1', records);
  expect(await counts(clickhouse)).toEqual(before);
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

test('repair sets right a batch that a kill left half done: rows missing, rollups short, rollups double', async () => {
  const clickhouse = await openClickHouse();
  const before = history(200);
  const batch = history(300, (before.at(-1)?.position ?? 0) + 1);
  await clickhouse.sink.insert('b1', before);
  // What a kill between the rows and their views leaves: some rows, of which no view knows.
  for (const { table } of ROLLUPS) await clickhouse.database.command(`DETACH TABLE ${table}_mv`);
  await clickhouse.sink.insert('b2', batch.slice(0, 150));
  for (const { table } of ROLLUPS) await clickhouse.database.command(`ATTACH TABLE ${table}_mv`);
  expect(await rollupsEqualRaw(clickhouse.database)).not.toEqual([]);
  await clickhouse.sink.repair('b2', batch);
  const decisions = [...before, ...batch].filter((record) => record.kind === 'decision').length;
  expect(await counts(clickhouse)).toEqual({ n: decisions, ids: decisions });
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);

  // And the other way round: views that counted twice, rows that are there twice.
  const [doubled] = batch;
  if (doubled === undefined) throw new Error('the batch has rows');
  await clickhouse.database.command(
    'INSERT INTO decisions SELECT * FROM decisions WHERE position = {position:UInt64}',
    { position: doubled.position },
  );
  await clickhouse.database.command('INSERT INTO decisions_by_day SELECT * FROM decisions_by_day');
  await clickhouse.sink.repair('b2', batch);
  expect(await counts(clickhouse)).toEqual({ n: decisions, ids: decisions });
  await clickhouse.sink.repair('b1', before);
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

test('repair that was itself killed between forgetting buckets and counting them again is made good by the next', async () => {
  const clickhouse = await openClickHouse();
  const records = history(200);
  await clickhouse.sink.insert('b1', records);
  for (const { table } of ROLLUPS) await clickhouse.database.command(`TRUNCATE TABLE ${table}`);
  await clickhouse.sink.repair('b1', records);
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

test('records that were inserted before the journal lost its place are not inserted twice by a new cut', async () => {
  const records = history(200);
  const clickhouse = await openClickHouse();
  await clickhouse.sink.insert('0-100', records.slice(0, 100));
  const { createSink } = await import('../../../src/adapters/clickhouse/sink.ts');
  const restarted = createSink({
    database: clickhouse.database,
    rules: () => ({ oldest_ms: { minute: 0, hour: 0, day: 0 } }),
    eraseOn: () => async () => 0,
    gate: { together: (work) => work(() => true), alone: (work) => work(() => true) },
  });
  await restarted.insert('50-200', records.slice(50));
  const decisions = records.filter((record) => record.kind === 'decision').length;
  expect(await counts(clickhouse)).toEqual({ n: decisions, ids: decisions });
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

test('a batch over ten years is inserted, and repaired, although an insert may open only 100 partitions', async () => {
  const clickhouse = await openClickHouse();
  const month_ms = 30.5 * 86_400_000;
  const records = Array.from({ length: 120 }, (_, i) =>
    decisionRecord({
      position: BASE + i,
      source: 'import',
      occurredAt_ms: Math.floor(BASE / 1000 - ((i * 7) % 120) * month_ms),
      signals: 3,
    }),
  );
  await clickhouse.sink.insert('b1', records);
  expect(await counts(clickhouse)).toEqual({ n: 120, ids: 120 });
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
  await clickhouse.sink.repair('b1', records);
  expect(await counts(clickhouse)).toEqual({ n: 120, ids: 120 });
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});
