import type { Analytics, VersionChange } from '../../ports/analytics.ts';
import { ANALYST_LIMITS, type Database } from './database.ts';

const COLUMNS: readonly (readonly [VersionChange['kind'], string])[] = [
  ['policy', 'policy'],
  ['mode', 'mode'],
  ['model', 'model'],
  ['engine', 'engine'],
  ['ip_intelligence', 'ip_intelligence'],
];
const HOUR_MS = 3_600_000;
const MOST = 100;

/**
 * When the versions that decided changed, from the hourly counts: what most decisions of an hour carry stands for the
 * hour, so that a few late or imported decisions of another version are no change.
 */
export function createVersionChanges(database: Database): Pick<Analytics, 'versionChanges'> {
  return {
    async versionChanges(tenant, { from_ms, to_ms }) {
      const changes: VersionChange[] = [];
      for (const [kind, column] of COLUMNS) {
        const rows = await database.query<{ at_ms: number; version: string; before: string }>(
          'read',
          `SELECT at_ms, version, before FROM (
    SELECT at_ms, version, lagInFrame(version, 1, '') OVER (ORDER BY at_ms ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS before
    FROM (
        SELECT toInt64(toUnixTimestamp(bucket)) * 1000 AS at_ms, argMax(${column}, n) AS version
        FROM (
            SELECT bucket, ${column}, sum(decisions) AS n FROM scores_by_hour
            WHERE tenant = {tenant:String} AND source IN ('risk', 'event')
            AND bucket >= toDateTime(intDiv({from:Int64}, 1000), 'UTC') AND bucket < toDateTime(intDiv({to:Int64}, 1000), 'UTC')
            GROUP BY bucket, ${column} HAVING n > 0
        )
        GROUP BY bucket
    )
)
WHERE before != '' AND version != before
ORDER BY at_ms DESC LIMIT ${MOST}`,
          { tenant, from: Math.floor(from_ms / HOUR_MS) * HOUR_MS, to: Math.ceil(to_ms / HOUR_MS) * HOUR_MS },
          ANALYST_LIMITS,
        );
        for (const { at_ms, version, before } of rows)
          changes.push({ at_ms, kind, from: before, to: version });
      }
      return changes.toSorted((a, b) => a.at_ms - b.at_ms).slice(-MOST);
    },
  };
}
