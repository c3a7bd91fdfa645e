import type { LogRecord } from '../../core/record.ts';
import type { AnalyticsSink } from '../../ports/analytics.ts';
import { RowsRefused } from '../../ports/analytics-errors.ts';
import type { Held, WriteGate } from '../../ports/write-gate.ts';
import { changed } from './cluster.ts';
import type { Database } from './database.ts';
import type { EraseUser } from './erase.ts';
import { type RebuildRules, rebuildBuckets } from './rollups.ts';
import { whileHeld } from './while-held.ts';
import { type BuiltTable, buildRows, insertRows } from './write-rows.ts';

export interface SinkDependencies {
  readonly database: Database;
  readonly rules: () => RebuildRules;
  readonly eraseOn: (database: Database) => EraseUser;
  readonly gate: WriteGate;
}

/**
 * Batches into ClickHouse, each row once.
 *
 * `insert` trusts the batch to be new, which is so until something stops in the middle; `repair` trusts nothing and
 * looks. A batch that reaches back to positions that were there before this sink began is looked for first: a journal
 * that lost its last entries (loss of power) may have cut those records differently before.
 */
export function createSink({ database, rules, eraseOn, gate }: SinkDependencies): AnalyticsSink {
  /** What was there before the first insert; its own batches begin above each other. */
  let highest: number | null = null;
  /** The one batch made ready ahead of its insert. */
  let ready: { readonly batchId: string; readonly tables: readonly BuiltTable[] } | null = null;

  const tablesOf = (batchId: string, records: readonly LogRecord[]): readonly BuiltTable[] => {
    const prepared = ready;
    ready = null;
    return prepared?.batchId === batchId ? prepared.tables : buildRows(batchId, records);
  };

  async function repair(tables: readonly BuiltTable[], held: Held): Promise<void> {
    await database.settled();
    const guarded = whileHeld(database, held);
    for (const built of tables) await insertMissing(guarded, built);
    const moments = tables.flatMap(({ rows }) => rows.flatMap((row) => row.moments));
    await rebuildBuckets(guarded, moments, rules());
  }

  /** What was logged about a user before the tombstone may have come with this very batch, or a late one. */
  async function eraseMarked(records: readonly LogRecord[], held: Held): Promise<void> {
    const erase = eraseOn(whileHeld(database, held));
    for (const record of records) {
      if (record.kind === 'erasure') await erase(record.tenant, record.userKey, record.position);
    }
  }

  const erasesAny = (records: readonly LogRecord[]): boolean =>
    records.some(({ kind }) => kind === 'erasure');

  return {
    prepare(batchId, records) {
      try {
        ready = { batchId, tables: buildRows(batchId, records) };
      } catch (error) {
        // The insert will say so, to somebody who can park the rows.
        if (!(error instanceof RowsRefused)) throw error;
        ready = null;
      }
    },
    async insert(batchId, records) {
      if (records.length === 0) return;
      const tables = tablesOf(batchId, records);
      const inserted = await gate.together(async (held) => {
        highest ??= await highestPosition(database);
        const lowest = Math.min(...records.map(({ position }) => position));
        if (lowest <= highest && (await anyPresent(database, tables))) return false;
        const guarded = whileHeld(database, held);
        for (const built of tables) await insertRows(guarded, built);
        return true;
      });
      if (inserted && !erasesAny(records)) return;
      await gate.alone(async (held) => {
        if (!inserted) await repair(tables, held);
        await eraseMarked(records, held);
      });
    },
    repair: (batchId, records) =>
      gate.alone(async (held) => {
        await repair(buildRows(batchId, records), held);
        await eraseMarked(records, held);
      }),
  };
}

/** Whether any of the rows is there. */
async function anyPresent(database: Database, tables: readonly BuiltTable[]): Promise<boolean> {
  for (const { table, rows } of tables) {
    const positions = rows.map(({ position }) => position);
    const [found] = await database.query<{ n: number }>(
      'write',
      `SELECT count() AS n FROM ${table}
WHERE position >= {first:UInt64} AND position <= {last:UInt64} AND position IN {positions:Array(UInt64)}`,
      { first: Math.min(...positions), last: Math.max(...positions), positions },
    );
    if ((found?.n ?? 0) > 0) return true;
  }
  return false;
}

async function highestPosition(database: Database): Promise<number> {
  const [found] = await database.query<{ position: number }>(
    'write',
    `SELECT max(position) AS position FROM (
SELECT max(position) AS position FROM decisions
UNION ALL SELECT max(position) FROM outcomes
UNION ALL SELECT max(position) FROM feedback
UNION ALL SELECT max(position) FROM forgotten_devices)`,
  );
  return found?.position ?? 0;
}

/** Leaves each row there exactly once: inserts what is missing, and replaces what is there more than once. */
async function insertMissing(database: Database, built: BuiltTable): Promise<void> {
  const { table, keyColumn, rows } = built;
  const positions = rows.map(({ position }) => position);
  const range = {
    first: Math.min(...positions),
    last: Math.max(...positions),
    positions,
  };
  // A batch of parked rows may span weeks.
  const within =
    'position >= {first:UInt64} AND position <= {last:UInt64} AND position IN {positions:Array(UInt64)}';
  const present = await database.query<{ key: string; copies: number }>(
    'write',
    `SELECT concat(toString(position), ' ', ${keyColumn}) AS key, count() AS copies
FROM ${table} WHERE ${within} GROUP BY key`,
    range,
  );
  const copies = new Map(present.map((row) => [row.key, row.copies]));
  const repeated = rows.filter(({ key }) => (copies.get(key) ?? 0) > 1);
  if (repeated.length > 0) {
    await database.command(
      `ALTER TABLE ${changed(table, database.cluster)} DELETE WHERE ${within} AND concat(toString(position), ' ', ${keyColumn}) IN {keys:Array(String)}
SETTINGS mutations_sync = 2`,
      { ...range, keys: repeated.map(({ key }) => key) },
    );
  }
  const missing = rows.filter(({ key }) => copies.get(key) !== 1);
  if (missing.length > 0) await insertRows(database, { ...built, rows: missing });
}
