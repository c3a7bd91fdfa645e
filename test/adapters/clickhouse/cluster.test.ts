import { expect, test } from 'vitest';
import { changed, onCluster } from '../../../src/adapters/clickhouse/cluster.ts';
import { readMigrations } from '../../../src/adapters/clickhouse/migrate.ts';

// Renders only: no ClickHouse with a Keeper is to be had where these tests run (see docs/adr).
const cluster = { name: 'main', database: 'gatehouse' };
const statements = readMigrations().flatMap((migration) => migration.statements);

test('every statement of every migration has a form for clusters', () => {
  for (const statement of statements) expect(onCluster(statement, cluster).length).toBeGreaterThan(0);
});

test('every table is made replicated on every server, with a distributed one over it, split by tenant', () => {
  const tables = statements.filter((statement) => statement.startsWith('CREATE TABLE'));
  expect(tables.length).toBeGreaterThan(0);
  for (const table of tables) {
    const name = /EXISTS (\w+)/.exec(table)?.[1];
    const [local = '', distributed = '', ...more] = onCluster(table, cluster);
    expect(more).toEqual([]);
    expect(local).toMatch(new RegExp(`^CREATE TABLE IF NOT EXISTS ${name}_local ON CLUSTER \`main\`\\s*\\(`));
    expect(local).toMatch(/\nENGINE = Replicated(Aggregating)?MergeTree\n/);
    expect(distributed).toBe(
      `CREATE TABLE IF NOT EXISTS ${name} ON CLUSTER \`main\` AS ${name}_local
ENGINE = Distributed('main', 'gatehouse', ${name}_local, cityHash64(tenant))`,
    );
  }
});

test('every view reads and fills local tables: it counts what was inserted on its own server', () => {
  const views = statements.filter((statement) => statement.startsWith('CREATE MATERIALIZED VIEW'));
  expect(views.length).toBeGreaterThan(0);
  for (const view of views) {
    const name = /EXISTS (\w+)/.exec(view)?.[1] ?? '';
    const [local = '', ...more] = onCluster(view, cluster);
    expect(more).toEqual([]);
    expect(local).toMatch(
      new RegExp(
        `^CREATE MATERIALIZED VIEW IF NOT EXISTS ${name} ON CLUSTER \`main\` TO ${name.replace(/_mv$/, '')}_local AS`,
      ),
    );
    expect(local).toMatch(/FROM \w+_local AS d\b/);
    expect(local).not.toMatch(/FROM (decisions|outcomes) AS d\b/);
  }
});

test('a column is added on both tables, an index and an expiry on the local one alone', () => {
  expect(
    onCluster(
      'ALTER TABLE decisions ADD COLUMN IF NOT EXISTS x String CODEC(Delta(2), ZSTD(1)) AFTER y',
      cluster,
    ),
  ).toEqual([
    'ALTER TABLE decisions_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS x String CODEC(Delta(2), ZSTD(1)) AFTER y',
    'ALTER TABLE decisions ON CLUSTER `main` ADD COLUMN IF NOT EXISTS x String AFTER y',
  ]);
  expect(onCluster('ALTER TABLE decisions ADD INDEX i x TYPE minmax', cluster)).toEqual([
    'ALTER TABLE decisions_local ON CLUSTER `main` ADD INDEX i x TYPE minmax',
  ]);
  expect(changed('decisions', cluster)).toBe('decisions_local ON CLUSTER `main`');
  expect(changed('decisions', null)).toBe('decisions');
});

test('a statement that nobody has thought about on clusters is refused', () => {
  expect(() => onCluster('OPTIMIZE TABLE decisions', cluster)).toThrow('a form for clusters');
});
