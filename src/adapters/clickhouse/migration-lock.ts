import { randomUUID } from 'node:crypto';
import { AnalyticsUnavailable } from '../../ports/analytics-errors.ts';
import type { Database } from './database.ts';
import { errorTypeOf } from './error-type.ts';
import { quoted } from './quote.ts';

const LOCK = 'migration_lock';
const RENEW_MS = 10_000;
/** By the server's clock. A holder that has not renewed for so long was killed. */
const LEASE_S = 60;
const POLL_MS = 250;
const WAIT_MS = 600_000;

/** Seconds of the server's clock, which the lock's comment keeps: not every engine of a database says when a table was changed. */
const NOW = 'toUnixTimestamp(now())';

/** Locks of this process that a server took down with it, by their owners: nobody has to wait until they are stale. */
const leftBehind = new WeakMap<Database, string>();

export interface LockOptions {
  readonly lease_s?: number;
  /** How often a live holder says that it lives; well within the lease. */
  readonly renew_ms?: number;
  /** A process that is to end waits for nobody's migration. */
  readonly isClosing?: () => boolean;
}

/**
 * Runs work while no other process migrates this database. The lock is a table: making one that exists fails, which
 * is the one thing that every ClickHouse does for one caller only. A holder that was killed is noticed by the age of
 * its lock, which a live one keeps fresh.
 *
 * @throws AnalyticsUnavailable when the lock is not to be had within ten minutes, or `isClosing` meanwhile
 */
export async function withMigrationLock<T>(
  database: Database,
  work: () => Promise<T>,
  { lease_s = LEASE_S, renew_ms = RENEW_MS, isClosing = () => false }: LockOptions = {},
): Promise<T> {
  const on = database.cluster === null ? '' : ` ON CLUSTER ${quoted(database.cluster.name)}`;
  const owner = randomUUID();
  for (let waited_ms = 0; !(await take(database, on, owner, lease_s)); waited_ms += POLL_MS) {
    if (waited_ms > WAIT_MS || isClosing()) {
      throw new AnalyticsUnavailable('Another process migrates this database.');
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const renewal = setInterval(() => {
    // A renewal that fails now is followed by another one well within the lease.
    renew(database, on, owner).catch(() => undefined);
  }, renew_ms);
  renewal.unref();
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    leftBehind.set(database, owner);
    if (await isOwn(database, owner)) await database.command(`DROP TABLE IF EXISTS ${LOCK}${on}`);
    leftBehind.delete(database);
  }
}

async function take(database: Database, on: string, owner: string, lease_s: number): Promise<boolean> {
  const own = leftBehind.get(database) ?? '';
  const [found] = await database.query<{ now: number; holder: string; seen: number; held: number }>(
    'write',
    `SELECT ${NOW} AS now, words[1] AS holder, seen, words[1] != {own:String} AND seen > now - {lease:UInt32} AS held
FROM (
  SELECT
    splitByChar(' ', comment) AS words,
    greatest(toUInt32OrZero(words[2]), toUnixTimestamp(metadata_modification_time)) AS seen
  FROM system.tables WHERE database = currentDatabase() AND name = '${LOCK}'
)`,
    { lease: lease_s, own },
  );
  if (found !== undefined) {
    if (found.held > 0) return false;
    // Named for the very lock that was found left, so that of two who found it one fails.
    const left = `${LOCK}_${found.holder}_${found.seen}`;
    await quietly(database, `RENAME TABLE ${LOCK} TO ${quoted(left)}${on}`);
  }
  const now = found?.now ?? (await serverTime(database));
  return quietly(
    database,
    `CREATE TABLE ${LOCK}${on} (owner String) ENGINE = Memory COMMENT '${owner} ${now}'`,
  );
}

async function renew(database: Database, on: string, owner: string): Promise<void> {
  // Who was stopped for long and wakes up must not sign the lock of the one that took over.
  if (!(await isOwn(database, owner))) return;
  const now = await serverTime(database);
  await database.command(`ALTER TABLE ${LOCK}${on} MODIFY COMMENT '${owner} ${now}'`);
}

async function isOwn(database: Database, owner: string): Promise<boolean> {
  const own = await database.query(
    'write',
    `SELECT name FROM system.tables
WHERE database = currentDatabase() AND name = '${LOCK}' AND startsWith(comment, {owner:String})`,
    { owner },
  );
  return own.length > 0;
}

async function serverTime(database: Database): Promise<number> {
  const [row] = await database.query<{ now: number }>('write', `SELECT ${NOW} AS now`);
  return row?.now ?? 0;
}

/** False when somebody else was faster. */
async function quietly(database: Database, statement: string): Promise<boolean> {
  try {
    await database.command(statement);
    return true;
  } catch (error) {
    const type = errorTypeOf(error);
    if (type === 'TABLE_ALREADY_EXISTS' || type === 'UNKNOWN_TABLE') return false;
    // The holder, late but alive, signed the lock in the very moment in which it was to be renamed.
    if (type === 'ATOMIC_RENAME_FAIL') return false;
    throw error;
  }
}
