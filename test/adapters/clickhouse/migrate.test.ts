import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createClickHouse } from '../../../src/adapters/clickhouse/create-clickhouse.ts';
import { readMigrations } from '../../../src/adapters/clickhouse/migrate.ts';
import { openClickHouse } from '../../support/clickhouse.ts';
import { decisionRecord } from '../../support/log-records.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('migrations are numbered without gaps or repeats', () => {
  expect(readMigrations().map(({ version }) => version)).toEqual(
    readMigrations().map((_, index) => index + 1),
  );
});

test('migrating again, after a restart too, changes nothing and keeps the rows', async () => {
  const path = tempDir();
  const first = await openClickHouse({ path });
  await first.sink.insert('b1', [decisionRecord({ position: 1_790_000_000_000_000 })]);
  await first.analytics.migrate();
  await first.close();
  const again = await openClickHouse({ path });
  await again.analytics.migrate();
  expect(await again.database.query('read', 'SELECT count() AS n FROM decisions')).toEqual([{ n: 1 }]);
  expect(
    await again.database.query(
      'read',
      'SELECT count() AS n, uniqExact(version) AS versions FROM schema_migrations',
    ),
  ).toEqual([{ n: readMigrations().length, versions: readMigrations().length }]);
});

test('a migration that a kill cut short is finished by the next start', async () => {
  const path = tempDir();
  const migrations = readMigrations();
  const [one] = migrations;
  if (one === undefined) throw new Error('there is a first migration');
  const broken = { ...one, statements: [...one.statements, 'SELECT no_such_column FROM decisions'] };
  await expect(openClickHouse({ path, migrations: [broken] })).rejects.toMatchObject({
    code: 'analytics_unavailable',
  });
  const clickhouse = await openClickHouse({ path, migrations });
  await clickhouse.sink.insert('b1', [decisionRecord({ position: 1_790_000_000_000_000 })]);
});

test('counts that are no longer kept are dropped, views first, and inserts go on', async () => {
  const path = tempDir();
  const before = readMigrations().filter(({ version }) => version < 7);
  const old = await openClickHouse({ path, migrations: before });
  await old.database.command('CREATE TABLE countries_by_day AS countries_by_hour');
  await old.database.command(
    'CREATE MATERIALIZED VIEW countries_by_day_mv TO countries_by_day AS SELECT tenant, country FROM decisions',
  );
  await old.close();
  const clickhouse = await openClickHouse({ path });
  expect(
    await clickhouse.database.query(
      'read',
      "SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE 'countries_by_%' ORDER BY name",
    ),
  ).toEqual([{ name: 'countries_by_hour' }, { name: 'countries_by_hour_mv' }]);
  await clickhouse.sink.insert('b1', [decisionRecord({ position: 1_790_000_000_000_000 })]);
});

test('data of a newer version is refused with one clear sentence and code schema_too_new', async () => {
  const path = tempDir();
  const known = readMigrations();
  const next = { version: known.length + 7, name: 'from_the_future', statements: ['SELECT 1'] };
  const newer = await openClickHouse({ path, migrations: [...known, next] });
  await newer.close();
  await expect(openClickHouse({ path })).rejects.toMatchObject({
    code: 'schema_too_new',
    message: `The analytics data was written by a newer version of Gatehouse (schema ${next.version}, this version knows up to ${known.length}): start that version again.`,
  });
});

test('retention is what the configuration says, also for tables that are there already', async () => {
  const path = tempDir();
  const first = await openClickHouse({ path, retention: { raw_days: 30 } });
  await first.close();
  const again = await openClickHouse({ path, retention: { raw_days: 90, minute_days: 3 } });
  const rows = await again.database.query<{ name: string; definition: string }>(
    'read',
    "SELECT name, engine_full AS definition FROM system.tables WHERE database = currentDatabase() AND name IN ('decisions', 'decisions_by_minute') ORDER BY name",
  );
  expect(rows[0]?.definition).toContain('toDateTime(recorded_at) + toIntervalDay(90)');
  expect(rows[1]?.definition).toContain('bucket + toIntervalDay(3)');
});

test('a directory that another process has open is refused with code data_dir_locked', async () => {
  const path = tempDir();
  await openClickHouse({ path });
  const file = fileURLToPath(new URL('../../support/open-clickhouse.ts', import.meta.url));
  const child = spawnSync(process.execPath, ['--import', 'tsx', file, path], { encoding: 'utf8' });
  expect(JSON.parse(child.stdout)).toEqual({
    code: 'data_dir_locked',
    message: 'The data directory is in use by another process: stop that one, or choose another directory.',
  });
});

test('a directory that cannot be made is refused with code analytics_unavailable', () => {
  expect(() =>
    createClickHouse({
      connection: { kind: 'embedded', path: '/dev/null/analytics' },
      panels: [],
      clock: Date.now,
      log: pino({ level: 'silent' }),
    }),
  ).toThrow(expect.objectContaining({ code: 'analytics_unavailable' }));
});
