import { readdirSync, readFileSync } from 'node:fs';
import { SchemaTooNew } from '../../ports/analytics-errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Database } from './database.ts';

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
 * Brings the schema up to date; safe to run again at any time, also after a kill in the middle.
 * @returns when this database was first set up, in milliseconds
 * @throws SchemaTooNew when a newer version set it up
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[],
  clock: Clock,
): Promise<number> {
  await database.command(`CREATE TABLE IF NOT EXISTS schema_migrations
(version UInt32, name String, applied_at DateTime64(3, 'UTC')) ENGINE = MergeTree ORDER BY version`);
  const applied = await database.query<{ version: number; at_ms: number }>(
    'write',
    'SELECT version, toUnixTimestamp64Milli(min(applied_at)) AS at_ms FROM schema_migrations GROUP BY version',
  );
  const known = migrations.at(-1)?.version ?? 0;
  const found = Math.max(0, ...applied.map(({ version }) => version));
  if (found > known) {
    throw new SchemaTooNew(
      `The analytics data was written by a newer version of Gatehouse (schema ${found}, this version knows up to ${known}): start that version again.`,
    );
  }
  const done = new Set(applied.map(({ version }) => version));
  let first_ms = Math.min(Number.POSITIVE_INFINITY, ...applied.map(({ at_ms }) => at_ms));
  for (const migration of migrations) {
    if (done.has(migration.version)) continue;
    for (const statement of migration.statements) await database.command(statement);
    const now_ms = clock();
    await database.insert(
      'schema_migrations',
      ['version', 'name', 'applied_at'],
      [JSON.stringify([migration.version, migration.name, now_ms])],
    );
    first_ms = Math.min(first_ms, now_ms);
  }
  return first_ms;
}
