import { COUNTS_NAMES, type CountsName } from '../../contracts/rows/panel.ts';
import { AnalyticsUnavailable } from '../../ports/analytics-errors.ts';
import { changed, localName } from './cluster.ts';
import { type Database, type Parameters, UPKEEP_LIMITS } from './database.ts';

export type Resolution = 'minute' | 'hour' | 'day';

export const RESOLUTION_MS: Readonly<Record<Resolution, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

interface Rollup {
  /** Table of the counts; the view that fills it has `_mv` behind its name. */
  readonly table: string;
  readonly resolution: Resolution;
  readonly raw: 'decisions' | 'outcomes';
  /** Condition on raw rows that can count in a span; over-inclusive is right, for buckets are chosen afterwards. */
  readonly touches: string;
}

const IN_SPAN = (column: string): string =>
  `${column} >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ${column} < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`;
/** A row also counts where the event that it replaces was counted. */
const DECISION_TOUCHES = `((${IN_SPAN('occurred_at')}) OR (superseded_id != '' AND ${IN_SPAN('superseded_at')}))`;

/**
 * Which counts are kept at which resolutions. Each costs an insert some milliseconds whatever the number of rows (see
 * docs/BENCHMARKS.md), so hours alone where no chart has finer points: shorter windows read the raw rows, wider ones add
 * hours up. Users of a day are a set that 24 hours' sets would be slow to make.
 */
export const RESOLUTIONS_OF: Readonly<Record<CountsName, readonly Resolution[]>> = {
  decisions: ['minute', 'hour', 'day'],
  outcomes: ['minute', 'hour'],
  countries: ['hour'],
  reasons: ['hour'],
  networks: ['hour'],
  clients: ['hour'],
  routes: ['hour'],
  scores: ['hour'],
};

export const ROLLUPS: readonly Rollup[] = COUNTS_NAMES.flatMap((name) =>
  RESOLUTIONS_OF[name].map((resolution): Rollup => {
    const table = `${name}_by_${resolution}`;
    return name === 'outcomes'
      ? { table, resolution, raw: 'outcomes', touches: IN_SPAN('decision_at') }
      : { table, resolution, raw: 'decisions', touches: DECISION_TOUCHES };
  }),
);

/** When something was counted, for whom. */
export interface Moment {
  readonly tenant: string;
  readonly raw: 'decisions' | 'outcomes';
  readonly at_ms: number;
}

/** Raw rows that are about to go and must not be counted any more, as conditions with their parameters. */
export interface Leaving {
  readonly decisions: string;
  readonly outcomes: string;
  readonly parameters: Parameters;
}

export interface RebuildRules {
  /** Buckets of a resolution that begin before this are left alone: their raw rows, or they themselves, are expiring. */
  readonly oldest_ms: Readonly<Record<Resolution, number>>;
}

/** Buckets a statement: bounds the text of a query and what a rebuild hides from readers at one time. */
const BUCKETS_A_STATEMENT = 500;

/**
 * Makes the buckets in which these moments lie exactly what the raw rows give, with the very SELECT of the
 * materialized view. Safe to repeat after a kill at any point, as long as it is repeated.
 *
 * Without `leaving` it adds the difference between what raw gives and what is there: readers never see a hole, and no
 * part is rewritten (a delete takes about 0.1 s a part). Users are sets, and raw can only know more of them. With
 * `leaving` they become fewer, so the buckets are emptied and counted again.
 */
export async function rebuildBuckets(
  database: Database,
  moments: readonly Moment[],
  rules: RebuildRules,
  leaving: Leaving | null = null,
): Promise<void> {
  for (const rollup of ROLLUPS) {
    const size_ms = RESOLUTION_MS[rollup.resolution];
    const oldest_ms = rules.oldest_ms[rollup.resolution];
    const buckets = new Map<string, Set<number>>();
    for (const { tenant, raw, at_ms } of moments) {
      if (raw !== rollup.raw) continue;
      const start_ms = Math.floor(at_ms / size_ms) * size_ms;
      if (start_ms < oldest_ms) continue;
      const ofTenant = buckets.get(tenant) ?? new Set();
      ofTenant.add(start_ms);
      buckets.set(tenant, ofTenant);
    }
    if (buckets.size === 0) continue;
    const counts = await countsOf(database, rollup);
    for (const [tenant, starts] of buckets) {
      const sorted = [...starts].toSorted((a, b) => a - b);
      for (let i = 0; i < sorted.length; i += BUCKETS_A_STATEMENT) {
        const starts_ms = sorted.slice(i, i + BUCKETS_A_STATEMENT);
        await rebuild(database, { rollup, counts, tenant, starts_ms, size_ms, leaving });
      }
    }
  }
}

interface Rebuild {
  readonly rollup: Rollup;
  readonly counts: Counts;
  readonly tenant: string;
  /** Ascending. */
  readonly starts_ms: readonly number[];
  readonly size_ms: number;
  readonly leaving: Leaving | null;
}

async function rebuild(database: Database, work: Rebuild): Promise<void> {
  const { rollup, counts, tenant, starts_ms, size_ms, leaving } = work;
  const first = starts_ms[0];
  const last = starts_ms.at(-1);
  if (first === undefined || last === undefined) return;
  const parameters: Parameters = {
    ...leaving?.parameters,
    tenant,
    from: first,
    to: last + size_ms,
    buckets: starts_ms.map((start_ms) => start_ms / 1000),
  };
  const chosen = `tenant = {tenant:String} AND bucket IN (arrayMap(s -> toDateTime(s, 'UTC'), {buckets:Array(UInt32)}))`;
  const stays = leaving === null ? '' : ` AND NOT (${leaving[rollup.raw]})`;
  const counted = `SELECT * FROM (${counts.over(`tenant = {tenant:String} AND ${rollup.touches}${stays}`)}) WHERE ${chosen}`;
  const limits = `SETTINGS max_memory_usage = ${UPKEEP_LIMITS.memory_bytes}, max_threads = ${UPKEEP_LIMITS.threads}`;
  const columns = [...counts.keys, ...counts.sums, ...counts.states].join(', ');
  const into = `INSERT INTO ${rollup.table} (${columns})`;
  if (leaving !== null) {
    await database.command(
      `DELETE FROM ${changed(rollup.table, database.cluster)} WHERE ${chosen} SETTINGS lightweight_deletes_sync = 2`,
      parameters,
    );
    await database.command(`${into}\nSELECT ${columns} FROM (${counted})\n${limits}`, parameters);
    return;
  }
  const list = (names: readonly string[], text: (name: string) => string): string[] => names.map(text);
  const side = (sign: string, kept: 0 | 1): string =>
    [
      ...counts.keys,
      ...list(counts.sums, (name) => `${sign}${name} AS ${name}_d`),
      ...counts.states,
      `${kept} AS kept`,
    ].join(', ');
  await database.command(
    `${into}
SELECT ${[
      ...counts.keys,
      ...list(counts.sums, (name) => `sum(${name}_d)`),
      ...list(counts.states, (name) => `uniqMergeStateIf(${name}, kept = 0)`),
    ].join(', ')}
FROM (
SELECT ${side('', 0)} FROM (${counted})
UNION ALL
SELECT ${side('-', 1)} FROM ${rollup.table} WHERE ${chosen}
)
GROUP BY ${counts.keys.join(', ')}
HAVING ${[
      ...list(counts.sums, (name) => `sum(${name}_d) != 0`),
      ...list(counts.states, (name) => `uniqMergeIf(${name}, kept = 0) != uniqMergeIf(${name}, kept = 1)`),
    ].join(' OR ')}
${limits}`,
    parameters,
  );
}

export interface Counts {
  /** What the counts are grouped by. */
  readonly keys: readonly string[];
  /** Whole numbers that add up. */
  readonly sums: readonly string[];
  /** States of `uniq`. */
  readonly states: readonly string[];
  /** The view's SELECT over the raw rows that meet a condition. */
  over(condition: string): string;
}

const known = new WeakMap<Database, Map<string, Counts>>();

/** The SELECT of a rollup's view as the database itself keeps it: the only place where the expression is written. */
export async function countsOf(database: Database, rollup: Pick<Rollup, 'table' | 'raw'>): Promise<Counts> {
  const ofDatabase = known.get(database) ?? new Map<string, Counts>();
  known.set(database, ofDatabase);
  const counts = ofDatabase.get(rollup.table) ?? (await readCounts(database, rollup));
  ofDatabase.set(rollup.table, counts);
  return counts;
}

async function readCounts(database: Database, rollup: Pick<Rollup, 'table' | 'raw'>): Promise<Counts> {
  const [view] = await database.query<{ text: string }>(
    'write',
    'SELECT as_select AS text FROM system.tables WHERE database = currentDatabase() AND name = {name:String}',
    { name: `${rollup.table}_mv` },
  );
  const columns = await database.query<{ name: string; type: string }>(
    'write',
    'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position',
    { table: rollup.table },
  );
  const named = (is: (type: string) => boolean): string[] =>
    columns.filter(({ type }) => is(type)).map(({ name }) => name);
  const raw = database.cluster === null ? rollup.raw : localName(rollup.raw);
  const source = new RegExp(`FROM [\\w\`]+\\.${raw} AS d\\b`);
  const text = view?.text ?? '';
  if (!source.test(text)) {
    throw new AnalyticsUnavailable(`The view ${rollup.table}_mv is missing or not one of ours.`);
  }
  return {
    keys: named((type) => !type.includes('AggregateFunction')),
    sums: named((type) => type.startsWith('SimpleAggregateFunction')),
    states: named((type) => type.startsWith('AggregateFunction')),
    over: (condition) => text.replace(source, `FROM (SELECT * FROM ${rollup.raw} WHERE ${condition}) AS d`),
  };
}
