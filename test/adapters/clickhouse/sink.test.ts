import { expect, test, vi } from 'vitest';
import type { DecisionRecord } from '../../../src/core/record.ts';
import { openClickHouse } from '../../support/clickhouse.ts';
import { decisionRecord, erasureRecord, feedbackRecord, outcomeRecord } from '../../support/log-records.ts';
import { rollupsEqualRaw } from '../../support/rollups-equal-raw.ts';
import { BASE, counts, HOUR, history, succeeding } from '../../support/sink-history.ts';

// Dozens of statements, and the machine may have better things to do.
vi.setConfig({ testTimeout: 120_000 });

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
    await rows('SELECT country, sum(decisions) AS n FROM countries_by_hour GROUP BY country HAVING n != 0'),
  ).toEqual([{ country: 'FR', n: 1 }]);
  expect(
    await rows('SELECT reason, sum(decisions) AS n FROM reasons_by_hour GROUP BY reason HAVING n != 0'),
  ).toEqual([{ reason: 'network.hosting', n: 1 }]);
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

test('a server that lost its tables gets them again, and the batch that failed is taken at the next try', async () => {
  const clickhouse = await openClickHouse();
  await clickhouse.database.command('DROP TABLE schema_migrations');
  await clickhouse.database.command('DROP TABLE decisions');
  const records = [decisionRecord({ position: BASE, userId: 'ada' })];
  await expect(clickhouse.sink.insert('b1', records)).rejects.toMatchObject({
    code: 'analytics_unavailable',
  });
  await clickhouse.sink.repair('b1', records);
  expect(await counts(clickhouse)).toEqual({ n: 1, ids: 1 });
});
