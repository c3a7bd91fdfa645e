import { changed, localName } from './cluster.ts';
import type { Database, Parameters } from './database.ts';
import { type Moment, type RebuildRules, rebuildBuckets } from './rollups.ts';

/**
 * Removes what is known of a user up to a log position (`null`: all of it); the number of decisions removed. Names that
 * are known to be theirs are handed in when no row may say so any more.
 */
export type EraseUser = (
  tenant: string,
  userKey: string,
  upTo: number | null,
  loginKeys?: readonly string[],
) => Promise<number>;

/** Names that a user's logins came with, as keyed hashes. */
export async function loginKeysOf(
  database: Database,
  tenant: string,
  userKey: string,
): Promise<readonly string[]> {
  const typed = await database.query<{ login_key: string }>(
    'write',
    `SELECT DISTINCT login_key FROM decisions
WHERE tenant = {tenant:String} AND user_key = {user:String} AND login_key != ''`,
    { tenant, user: userKey },
  );
  return typed.map(({ login_key }) => login_key);
}

/**
 * Erasure in ClickHouse. The rollups are counted again without the user's rows *before* the rows go: killed in
 * between, a repeat still finds them, where the other order would leave counts that nobody can correct.
 *
 * Attempts that named the user only by what was typed carry no user key; they belong to whoever used that name when
 * the login was resolved, and go too.
 */
export function createErase(database: Database, rules: () => RebuildRules): EraseUser {
  return async (tenant, userKey, upTo, loginKeys = []) => {
    const typed = await loginKeysOf(database, tenant, userKey);
    const parameters: Parameters = {
      tenant,
      user: userKey,
      logins: [...new Set([...typed, ...loginKeys])],
      upTo: upTo ?? Number.MAX_SAFE_INTEGER,
    };
    const before = 'position <= {upTo:UInt64}';
    const decisions = `tenant = {tenant:String} AND ${before}
AND (user_key = {user:String} OR (user_key = '' AND login_key != '' AND login_key IN {logins:Array(String)}))`;
    const said = `tenant = {tenant:String} AND ${before}
AND (user_key = {user:String} OR decision_id IN (SELECT id FROM decisions WHERE ${decisions}))`;

    const rows = await database.query<{ at_ms: number; superseded_ms: number; supersedes: number }>(
      'write',
      `SELECT toUnixTimestamp64Milli(occurred_at) AS at_ms, toUnixTimestamp64Milli(superseded_at) AS superseded_ms,
superseded_id != '' AS supersedes FROM decisions WHERE ${decisions}`,
      parameters,
    );
    const outcomes = await database.query<{ at_ms: number }>(
      'write',
      `SELECT toUnixTimestamp64Milli(decision_at) AS at_ms FROM outcomes WHERE ${said}`,
      parameters,
    );
    const ofUser = `tenant = {tenant:String} AND user_key = {user:String} AND ${before}`;
    const [forgotten] = await database.query<{ n: number }>(
      'write',
      `SELECT count() AS n FROM forgotten_devices WHERE ${ofUser}`,
      parameters,
    );
    const [feedback] = await database.query<{ n: number }>(
      'write',
      `SELECT count() AS n FROM feedback WHERE ${said}`,
      parameters,
    );
    if (rows.length + outcomes.length + (feedback?.n ?? 0) + (forgotten?.n ?? 0) === 0) return 0;

    const moments: Moment[] = [];
    for (const { at_ms, superseded_ms, supersedes } of rows) {
      moments.push({ tenant, raw: 'decisions', at_ms });
      if (supersedes === 1) moments.push({ tenant, raw: 'decisions', at_ms: superseded_ms });
    }
    for (const { at_ms } of outcomes) moments.push({ tenant, raw: 'outcomes', at_ms });
    await rebuildBuckets(database, moments, rules(), { decisions, outcomes: said, parameters });

    // A mutation rewrites the parts, so that the rows are gone from the disk and not only from the answers.
    const remove = (table: string, condition: string): Promise<void> =>
      database.command(
        `ALTER TABLE ${changed(table, database.cluster)} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`,
        parameters,
      );
    // A mutation runs beside the local rows of a tenant, all of which stand there.
    const saidBeside =
      database.cluster === null ? said : said.replace('FROM decisions', `FROM ${localName('decisions')}`);
    if ((forgotten?.n ?? 0) > 0) await remove('forgotten_devices', ofUser);
    await remove('feedback', saidBeside);
    await remove('outcomes', saidBeside);
    await remove('decisions', decisions);
    return rows.length;
  };
}
