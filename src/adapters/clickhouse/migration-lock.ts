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

/** Locks of this process that a server took down with it, by their owners: nobody has to wait until they are stale. */
const leftBehind = new WeakMap<Database, string>();

export interface LockOptions {
  readonly lease_s?: number;
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
  { lease_s = LEASE_S, isClosing = () => false }: LockOptions = {},
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
    database
      .command(`ALTER TABLE ${LOCK}${on} MODIFY COMMENT '${owner} ${randomUUID()}'`)
      .catch(() => undefined);
  }, RENEW_MS);
  renewal.unref();
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    leftBehind.set(database, owner);
    await database.command(`DROP TABLE IF EXISTS ${LOCK}${on}`);
    leftBehind.delete(database);
  }
}

async function take(database: Database, on: string, owner: string, lease_s: number): Promise<boolean> {
  const left = leftBehind.get(database) ?? '';
  const [held] = await database.query<{ uuid: string; free: number }>(
    'write',
    `SELECT toString(uuid) AS uuid,
metadata_modification_time < now() - {lease:UInt32} OR ({left:String} != '' AND startsWith(comment, {left:String})) AS free
FROM system.tables WHERE database = currentDatabase() AND name = '${LOCK}'`,
    { lease: lease_s, left },
  );
  if (held !== undefined) {
    if (held.free === 0) return false;
    // Under the name of the very lock that was found free, so that of two who found it one fails.
    await quietly(database, `RENAME TABLE ${LOCK} TO ${quoted(`${LOCK}_${held.uuid}`)}${on}`);
  }
  return quietly(database, `CREATE TABLE ${LOCK}${on} (owner String) ENGINE = Memory COMMENT '${owner}'`);
}

/** False when somebody else was faster. */
async function quietly(database: Database, statement: string): Promise<boolean> {
  try {
    await database.command(statement);
    return true;
  } catch (error) {
    const type = errorTypeOf(error);
    if (type === 'TABLE_ALREADY_EXISTS' || type === 'UNKNOWN_TABLE') return false;
    throw error;
  }
}
