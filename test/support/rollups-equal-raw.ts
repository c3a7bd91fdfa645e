import type { Database } from '../../src/adapters/clickhouse/database.ts';
import { countsOf, ROLLUPS } from '../../src/adapters/clickhouse/rollups.ts';

/**
 * Compares every rollup with what its own view gives over all raw rows. Returns one line for each rollup that
 * differs; an empty list is the proof. Buckets older than the rollup's retention must not be among the data.
 */
export async function rollupsEqualRaw(database: Database): Promise<readonly string[]> {
  const differences: string[] = [];
  for (const rollup of ROLLUPS) {
    const counts = await countsOf(database, rollup);
    const { keys, sums, states } = counts;
    const totals = [
      ...sums.map((name) => `sum(${name}) AS ${name}_n`),
      ...states.map((name) => `uniqMerge(${name}) AS ${name}_n`),
    ];
    // A key under which everything cancels out may stand there as zeros or not at all.
    const something = [...sums, ...states].map((name) => `${name}_n != 0`).join(' OR ');
    const over = (source: string): string =>
      `SELECT ${[...keys, ...totals].join(', ')} FROM ${source} GROUP BY ${keys.join(', ')} HAVING ${something}`;
    const kept = over(rollup.table);
    const counted = over(`(${counts.over('true')})`);
    const [row] = await database.query<{ extra: number; missing: number }>(
      'write',
      `SELECT (SELECT count() FROM (${kept} EXCEPT ${counted})) AS extra,
(SELECT count() FROM (${counted} EXCEPT ${kept})) AS missing`,
    );
    if (row === undefined || row.extra !== 0 || row.missing !== 0) {
      differences.push(`${rollup.table}: ${row?.extra} rows that raw does not give, ${row?.missing} missing`);
    }
  }
  return differences;
}
