import { readdirSync, readFileSync } from 'node:fs';
import { SchemaTooNew } from '../../ports/analytics-errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { onCluster } from './cluster.ts';
import type { Database } from './database.ts';
import { withMigrationLock } from './migration-lock.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  /** One after the other; each may run again after a kill. */
  readonly statements: readonly string[];
}

const FILE = /^(\d{4})_(\w+)\.sql$/;
const DIRECTORY = new URL('./migrations/', import.meta.url);

/** The numbered SQL files beside this module, in order. */
export function readMigrations(): readonly Migration[] {
  return readdirSync(DIRECTORY)
    .flatMap((file) => {
      const [, version, name] = FILE.exec(file) ?? [];
      if (version === undefined || name === undefined) return [];
      return [
        { version: Number(version), name, statements: split(readFileSync(new URL(file, DIRECTORY), 'utf8')) },
      ];
    })
    .toSorted((a, b) => a.version - b.version);
}

/** Statements end with a semicolon at the end of a line. */
const split = (sql: string): string[] =>
  sql
    .split(/;[ \t]*$/m)
    .map((statement) => statement.replace(/^--.*$/gm, '').trim())
    .filter((statement) => statement !== '');

/**
 * Brings the schema up to date; safe to run again at any time, also after a kill in the middle, and from several
 * processes at once: one of them does it, the others wait.
 * @returns when this database was first set up, in milliseconds
 * @throws SchemaTooNew when a newer version set it up
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[],
  clock: Clock,
  isClosing: () => boolean = () => false,
): Promise<number> {
  await database.prepare();
  await run(
    database,
    `CREATE TABLE IF NOT EXISTS schema_migrations
(version UInt32, name String, applied_at DateTime64(3, 'UTC')) ENGINE = MergeTree ORDER BY version`,
  );
  const known = migrations.at(-1)?.version ?? 0;
  const before = await appliedTo(database);
  if (before.newest > known) {
    throw new SchemaTooNew(
      `The analytics data was written by a newer version of Gatehouse (schema ${before.newest}, this version knows up to ${known}): start that version again.`,
    );
  }
  if (migrations.every(({ version }) => before.versions.has(version))) return before.first_ms;
  const apply = async (): Promise<number> => {
    const { versions, first_ms } = await appliedTo(database);
    const now_ms = clock();
    for (const { version, name, statements } of migrations) {
      if (versions.has(version)) continue;
      for (const statement of statements) await run(database, statement);
      await database.insert(
        'schema_migrations',
        ['version', 'name', 'applied_at'],
        [JSON.stringify([version, name, now_ms])],
      );
    }
    return Math.min(first_ms, now_ms);
  };
  return database.shared ? withMigrationLock(database, apply, { isClosing }) : apply();
}

interface Applied {
  readonly versions: ReadonlySet<number>;
  readonly newest: number;
  readonly first_ms: number;
}

async function appliedTo(database: Database): Promise<Applied> {
  const rows = await database.query<{ version: number; at_ms: number }>(
    'write',
    'SELECT version, toUnixTimestamp64Milli(min(applied_at)) AS at_ms FROM schema_migrations GROUP BY version',
  );
  return {
    versions: new Set(rows.map(({ version }) => version)),
    newest: Math.max(0, ...rows.map(({ version }) => version)),
    first_ms: Math.min(Number.POSITIVE_INFINITY, ...rows.map(({ at_ms }) => at_ms)),
  };
}

async function run(database: Database, statement: string): Promise<void> {
  const { cluster } = database;
  const statements = cluster === null ? [statement] : onCluster(statement, cluster);
  for (const each of statements) await database.command(each);
}
