import { expect, test, vi } from 'vitest';
import { ROLLUPS } from '../../../src/adapters/clickhouse/rollups.ts';
import type { DecisionRecord, LogRecord } from '../../../src/core/record.ts';
import { openClickHouse } from '../../support/clickhouse.ts';
import { decisionRecord, erasureRecord, feedbackRecord, outcomeRecord } from '../../support/log-records.ts';
import { rollupsEqualRaw } from '../../support/rollups-equal-raw.ts';

// Repairs run dozens of statements, and the machine may have better things to do.
vi.setConfig({ testTimeout: 120_000 });

const BASE = 1_790_000_000_000_000;
const HOUR = 3_600_000_000;

/** Decisions over a day and a half with attempts that go on, outcomes and feedback among them. */
function history(count: number, from = BASE): LogRecord[] {
  const records: LogRecord[] = [];
  let position = from;
  for (let i = 0; records.length < count; i++) {
    position += 90_000_000;
    const first = decisionRecord({
      position,
      attemptId: `att-${i}`,
      userId: `u${i % 40}`,
      status: i % 3 === 0 ? 'attempted' : 'succeeded',
      action: i % 5 === 0 ? 'challenge' : i % 11 === 0 ? 'block' : 'allow',
      level: i % 5 === 0 ? 'medium' : 'low',
      source: i % 7 === 0 ? 'event' : i % 13 === 0 ? 'dry_run' : 'risk',
      country: i % 2 === 0 ? 'GB' : null,
      score: (i % 100) / 99,
      degraded: i % 17 === 0,
      reasons: i % 2 === 0 ? ['device.new_device', `location.r${i % 4}`] : [],
      signals: 6,
    });
    records.push(first);
    if (i % 3 === 0 && first.source !== 'dry_run') {
      position += 45_000_000;
      records.push(succeeding(first, position));
    }
    if (i % 5 === 0) records.push(outcomeRecord(first, ++position, i % 2 === 0 ? 'passed' : 'not_passed'));
    if (i % 19 === 0) records.push(feedbackRecord(first, ++position));
  }
  return records;
}

function succeeding(earlier: DecisionRecord, position: number): DecisionRecord {
  return decisionRecord({
    position,
    attemptId: earlier.event.attemptId,
    userId: earlier.event.user.id,
    status: 'succeeded',
    country: 'FR',
    score: 0.5,
    reasons: ['network.hosting'],
    signals: 6,
    supersedes: {
      decisionId: earlier.id,
      status: earlier.event.status,
      action: earlier.verdict.action,
      level: earlier.verdict.level,
      occurredAt_ms: earlier.event.occurredAt_ms,
      failedOn: [],
      charted: {
        source: earlier.source,
        type: earlier.event.type,
        applicationId: earlier.event.applicationId,
        country: earlier.facts.country,
        score: earlier.verdict.score,
        degraded: earlier.verdict.degraded !== null,
        reasons: earlier.verdict.reasons.map((reason) => reason.code),
      },
    },
  });
}

const counts = async (clickhouse: Awaited<ReturnType<typeof openClickHouse>>) => {
  const [row] = await clickhouse.database.query<{ n: number; ids: number }>(
    'write',
    'SELECT count() AS n, uniqExact(id) AS ids FROM decisions',
  );
  return row;
};

test('an inserted batch is there row by row, and every rollup equals what the rows give', async () => {
  const clickhouse = await openClickHouse();
  const records = history(800);
  await clickhouse.sink.insert('b1', records.slice(0, 500));
  await clickhouse.sink.insert('b2', records.slice(500));
  const decisions = records.filter((record) => record.kind === 'decision').length;
  expect(await counts(clickhouse)).toEqual({ n: decisions, ids: decisions });
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

test('an attempt counts once, at its latest status, under all of its dimensions; dry runs count nowhere', async () => {
  const clickhouse = await openClickHouse();
  const attempted = decisionRecord({
    position: BASE,
    status: 'attempted',
    source: 'event',
    country: 'GB',
    reasons: ['a.b'],
  });
  await clickhouse.sink.insert('b1', [
    attempted,
    succeeding(attempted, BASE + HOUR),
    decisionRecord({ position: BASE + HOUR + 1, source: 'dry_run', reasons: ['dry.run'] }),
  ]);
  const rows = (sql: string) => clickhouse.database.query('write', sql);
  expect(
    await rows(
      'SELECT status, source, sum(decisions) AS n FROM decisions_by_hour GROUP BY status, source HAVING n != 0',
    ),
  ).toEqual([{ status: 'succeeded', source: 'risk', n: 1 }]);
  expect(
    await rows('SELECT country, sum(decisions) AS n FROM countries_by_day GROUP BY country HAVING n != 0'),
  ).toEqual([{ country: 'FR', n: 1 }]);
  expect(
    await rows('SELECT reason, sum(decisions) AS n FROM reasons_by_minute GROUP BY reason HAVING n != 0'),
  ).toEqual([{ reason: 'network.hosting', n: 1 }]);
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

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
    erase: async () => 0,
    gate: { together: (work) => work(), alone: (work) => work() },
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

test('refused rows are named exactly, and nothing of them stays behind', async () => {
  const clickhouse = await openClickHouse();
  const records = history(60).map((record, i) => {
    if (record.kind !== 'decision' || (i !== 7 && i !== 41)) return record;
    // No column of numbers takes this; the types forbid it, a faulty writer would not.
    return { ...record, verdict: { ...record.verdict, score: 'high' as unknown as number } };
  });
  const bad = [records[7]?.position, records[41]?.position];
  await expect(clickhouse.sink.insert('b1', records)).rejects.toMatchObject({
    code: 'rows_refused',
    positions: bad,
  });
  await clickhouse.sink.repair(
    'b1',
    records.filter(({ position }) => !bad.includes(position)),
  );
  const decisions = records.filter((record) => record.kind === 'decision').length - 2;
  expect(await counts(clickhouse)).toEqual({ n: decisions, ids: decisions });
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

test('a record that makes no row is refused before anything is inserted', async () => {
  const clickhouse = await openClickHouse();
  const good = decisionRecord({ position: BASE });
  const broken = { ...decisionRecord({ position: BASE + 1 }), facts: undefined } as unknown as DecisionRecord;
  await expect(clickhouse.sink.insert('b1', [good, broken])).rejects.toMatchObject({
    code: 'rows_refused',
    positions: [BASE + 1],
  });
  expect(await counts(clickhouse)).toEqual({ n: 0, ids: 0 });
});

test('erasing a user removes every row about them, also typed names, and corrects the rollups', async () => {
  const clickhouse = await openClickHouse();
  const mine = decisionRecord({ position: BASE, userId: 'ada', loginKey: 'lk_ada', action: 'challenge' });
  const typed = decisionRecord({
    position: BASE + HOUR,
    userId: null,
    userKey: null,
    loginKey: 'lk_ada',
    status: 'failed',
  });
  const other = decisionRecord({ position: BASE + HOUR + 1, userId: 'bob', loginKey: 'lk_bob' });
  const elsewhere = decisionRecord({ position: BASE + HOUR + 2, userId: 'ada', tenant: 'other' });
  const replaced = succeeding(mine, BASE + 30 * HOUR);
  await clickhouse.sink.insert('b1', [
    mine,
    typed,
    other,
    elsewhere,
    replaced,
    outcomeRecord(mine, BASE + 30 * HOUR + 1),
    feedbackRecord(mine, BASE + 30 * HOUR + 2),
  ]);
  expect(await clickhouse.analytics.erase('default', 'uk_ada')).toBe(3);
  expect(await clickhouse.analytics.erase('default', 'uk_ada')).toBe(0);
  const left = await clickhouse.database.query<{ id: string }>(
    'write',
    'SELECT id FROM decisions ORDER BY position',
  );
  expect(left.map(({ id }) => id)).toEqual([other.id, elsewhere.id]);
  for (const table of ['outcomes', 'feedback']) {
    expect(await clickhouse.database.query('write', `SELECT count() AS n FROM ${table}`)).toEqual([{ n: 0 }]);
  }
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
  expect(
    await clickhouse.database.query('write', 'SELECT sum(decisions) AS n FROM decisions_by_day'),
  ).toEqual([{ n: 2 }]);
});

test('a tombstone in the log erases what came before it, in the same batch too, and nothing after it', async () => {
  const clickhouse = await openClickHouse();
  const before = decisionRecord({ position: BASE, userId: 'ada' });
  const after = decisionRecord({ position: BASE + 20, userId: 'ada' });
  await clickhouse.sink.insert('b1', [before, erasureRecord('default', 'uk_ada', BASE + 10), after]);
  const left = await clickhouse.database.query<{ id: string }>('write', 'SELECT id FROM decisions');
  expect(left.map(({ id }) => id)).toEqual([after.id]);
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});

test('a sweep with the names that were a user’s erases what came after the tombstone’s turn, and nothing newer', async () => {
  const clickhouse = await openClickHouse();
  const typed = (position: number, loginKey: string): DecisionRecord =>
    decisionRecord({ position, userId: null, userKey: null, loginKey, status: 'failed' });
  const known = decisionRecord({ position: BASE, userId: 'ada', loginKey: 'lk_ada' });
  await clickhouse.sink.insert('b1', [known]);
  const names = await clickhouse.loginKeysOf('default', 'uk_ada');
  expect(names).toEqual(['lk_ada']);
  await clickhouse.sink.insert('b2', [erasureRecord('default', 'uk_ada', BASE + 10)]);
  const [late, others, newer] = [
    typed(BASE + 5, 'lk_ada'),
    typed(BASE + 6, 'lk_bob'),
    typed(BASE + 20, 'lk_ada'),
  ];
  await clickhouse.newSink().insert(
    'b3',
    [late, others, newer].filter((record) => record !== undefined),
  );
  expect(await clickhouse.loginKeysOf('default', 'uk_ada')).toEqual([]);
  expect(await clickhouse.eraseUpTo('default', 'uk_ada', BASE + 10, names)).toBe(1);
  expect(await clickhouse.eraseUpTo('default', 'uk_ada', BASE + 10, names)).toBe(0);
  const left = await clickhouse.database.query<{ id: string }>(
    'write',
    'SELECT id FROM decisions ORDER BY position',
  );
  expect(left.map(({ id }) => id)).toEqual([others?.id, newer?.id]);
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
});
