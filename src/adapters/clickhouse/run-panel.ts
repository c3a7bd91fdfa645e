import type { CountsName, Panel, PanelParameterShape } from '../../contracts/rows/panel.ts';
import type { PanelResult } from '../../ports/analytics.ts';
import { InvalidPanelParameter, UnknownPanel } from '../../ports/analytics-errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { ANALYST_LIMITS, type Database, type Parameters } from './database.ts';
import { RAW_COUNTS } from './raw-counts.ts';
import type { Retention } from './retention.ts';
import { RESOLUTION_MS, RESOLUTIONS_OF } from './rollups.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const DAY_S = 86_400;
/** The widest window: what the tables keep by default. */
const MAX_WINDOW_MS = 400 * DAY_MS;
const DEFAULT_WINDOW_MS = DAY_MS;
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 250;
const MAX_TEXT = 256;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;

type Source = PanelResult['source'];

interface Grain {
  readonly source: Source;
  readonly step_s: number;
}

/**
 * From which width on which counts are read, and how wide a point then is: never more than 400 points a series. Counts
 * that are not kept by the minute are read from the raw rows up to six hours; those not kept by the day, from hours.
 */
const GRAINS: readonly (Grain & { readonly upTo_ms: number; readonly without?: 'minute' | 'day' })[] = [
  { upTo_ms: HOUR_MS, source: 'raw', step_s: 60 },
  { upTo_ms: 6 * HOUR_MS, source: 'minute', step_s: 300 },
  { upTo_ms: 6 * HOUR_MS, source: 'raw', step_s: 300, without: 'minute' },
  { upTo_ms: 48 * HOUR_MS, source: 'minute', step_s: 900 },
  { upTo_ms: 14 * DAY_MS, source: 'hour', step_s: 3_600 },
  { upTo_ms: MAX_WINDOW_MS, source: 'day', step_s: DAY_S },
  { upTo_ms: MAX_WINDOW_MS, source: 'hour', step_s: DAY_S, without: 'day' },
];

export interface PanelRunner {
  panel(tenant: string, id: string, parameters: Readonly<Record<string, string>>): Promise<PanelResult>;
}

export interface PanelRunnerOptions {
  readonly database: Database;
  readonly panels: readonly Panel[];
  readonly clock: Clock;
  readonly retention: Retention;
}

/** Runs panels: bound parameters, one tenant, a bounded window, limits on what a query may take. */
export function createPanelRunner({ database, panels, clock, retention }: PanelRunnerOptions): PanelRunner {
  return {
    async panel(tenant, id, given) {
      const panel = panels.find((candidate) => candidate.id === id);
      if (panel === undefined) throw new UnknownPanel();
      const { asked, limit } = readParameters(panel, given);
      const now_ms = clock();
      const window = readWindow(given, now_ms);
      const { source, step_s } = grainOf(
        panel,
        window.to_ms - window.from_ms,
        now_ms - window.from_ms,
        retention,
      );
      // Points of a day hold whole days, whichever counts they are made of: panels side by side then agree.
      const edge_ms = source === 'raw' ? 1 : step_s === DAY_S ? DAY_MS : RESOLUTION_MS[source];
      const from_ms = Math.floor(window.from_ms / edge_ms) * edge_ms;
      const to_ms = Math.ceil(window.to_ms / edge_ms) * edge_ms;
      const parameters: Record<string, Parameters[string]> = {
        ...asked,
        tenant,
        from: from_ms,
        to: to_ms,
        step: step_s,
        limit,
      };
      const filters = Object.keys(asked);
      const sql = panel.counts.reduce(
        (text, name) => text.replaceAll(`{{${name}}}`, `(${countsSql(name, source, filters)})`),
        panel.sql,
      );
      const rows = await database.query<Record<string, unknown>>('read', sql, parameters, ANALYST_LIMITS);
      const table = rows.map((row) => toRow(panel, row));
      return {
        id: panel.id,
        title: panel.title,
        from_ms,
        to_ms,
        bucket_s: step_s,
        source,
        schema: panel.schema,
        rows: panel.series === null ? table : filled(panel, table, from_ms, to_ms, step_s),
        sql: `${panel.id}.${source}`,
      };
    },
  };
}

function grainOf(panel: Panel, width_ms: number, age_ms: number, retention: Retention): Grain {
  if (panel.counts.length === 0) {
    const { step_s } = GRAINS.find(({ upTo_ms }) => width_ms <= upTo_ms) ?? { step_s: DAY_S };
    return { source: 'raw', step_s: panel.series?.step_s ?? step_s };
  }
  const kept = (source: Exclude<Source, 'raw'>): boolean =>
    panel.counts.every((name) => RESOLUTIONS_OF[name].includes(source));
  /** A day less than is kept: expiry is not punctual to the minute. */
  const reaches = (days: number): boolean => age_ms <= (days - 1) * DAY_MS;
  const fits = (source: Source): boolean => {
    if (source === 'raw') return true;
    if (!kept(source)) return false;
    // What is left of days is all that there is.
    return source === 'day' || reaches(source === 'minute' ? retention.minute_days : retention.hour_days);
  };
  const coarsest = kept('day') ? 'day' : 'hour';
  const { source, step_s } = GRAINS.find(
    ({ upTo_ms, source, without }) =>
      width_ms <= upTo_ms && fits(source) && (without === undefined || !kept(without)),
  ) ?? { source: coarsest, step_s: DAY_S };
  return { source, step_s: panel.series?.step_s ?? step_s };
}

function countsSql(name: CountsName, source: Source, filters: readonly string[]): string {
  const chosen = filters.map((filter) => ` AND ${filter} = {${filter}:String}`).join('');
  if (source !== 'raw') {
    return `SELECT * FROM ${name}_by_${source}
WHERE tenant = {tenant:String} AND bucket >= toDateTime(intDiv({from:Int64}, 1000), 'UTC')
AND bucket < toDateTime(intDiv({to:Int64}, 1000), 'UTC')${chosen}`;
  }
  const span = (column: string): string =>
    `(${column} >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND ${column} < fromUnixTimestamp64Milli({to:Int64}, 'UTC'))`;
  const rows =
    name === 'outcomes'
      ? `SELECT * FROM outcomes WHERE tenant = {tenant:String} AND ${span('decision_at')}`
      : `SELECT * FROM decisions
WHERE tenant = {tenant:String} AND (${span('occurred_at')} OR (superseded_id != '' AND ${span('superseded_at')}))`;
  const counts = RAW_COUNTS[name].replace('{{rows}}', rows).replace('{{within}}', span('c.2'));
  return chosen === '' ? counts : `SELECT * FROM (${counts}) WHERE true${chosen}`;
}

function readWindow(
  given: Readonly<Record<string, string>>,
  now_ms: number,
): { from_ms: number; to_ms: number } {
  const to_ms = given.to === undefined ? now_ms : readTime('to', given.to);
  const from_ms = given.from === undefined ? to_ms - DEFAULT_WINDOW_MS : readTime('from', given.from);
  if (from_ms >= to_ms) throw new InvalidPanelParameter('from', 'from must be before to.');
  if (to_ms - from_ms > MAX_WINDOW_MS) {
    throw new InvalidPanelParameter('from', 'The window may be at most 400 days wide.');
  }
  return { from_ms, to_ms };
}

function readTime(name: string, text: string): number {
  const at_ms = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isFinite(at_ms) || at_ms < 0) {
    throw new InvalidPanelParameter(name, `${name} must be a time in RFC 3339, as 2026-11-23T01:28:40Z.`);
  }
  return at_ms;
}

/** Filters that were asked for, and the number of rows. */
function readParameters(
  panel: Panel,
  given: Readonly<Record<string, string>>,
): { asked: Record<string, string>; limit: number } {
  const known = new Map<string, PanelParameterShape>(panel.parameters.map((shape) => [shape.name, shape]));
  const asked: Record<string, string> = {};
  let limit = DEFAULT_LIMIT;
  for (const [name, value] of Object.entries(given)) {
    const shape = known.get(name);
    if (shape === undefined)
      throw new InvalidPanelParameter(name, `The panel has no parameter of this name.`);
    if (shape.type === 'number') {
      limit = Number(value);
      if (!/^\d{1,3}$/.test(value) || limit < 1 || limit > MAX_LIMIT) {
        throw new InvalidPanelParameter(name, `${name} must be a whole number from 1 to ${MAX_LIMIT}.`);
      }
    } else if (shape.type === 'string') {
      if (value.length > MAX_TEXT) {
        throw new InvalidPanelParameter(name, `${name} may have at most ${MAX_TEXT} characters.`);
      }
      asked[name] = value;
    }
  }
  const missing = panel.parameters.find(({ name, required }) => required && given[name] === undefined);
  if (missing !== undefined) throw new InvalidPanelParameter(missing.name, `${missing.name} is required.`);
  return { asked, limit };
}

type Row = Readonly<Record<string, string | number | null>>;

/** By the panel's schema; columns come in its order, whatever the SQL calls them. Times leave as RFC 3339. */
function toRow(panel: Panel, row: Record<string, unknown>): Row {
  const values = Object.values(row);
  return Object.fromEntries(
    panel.schema.map(({ name, type }, index) => {
      const value = values[index];
      if (value === null || value === undefined) return [name, null];
      if (type === 'number') return [name, Number(value)];
      if (type === 'time') return [name, `${String(value).replace(' ', 'T')}Z`];
      return [name, String(value)];
    }),
  );
}

function filled(panel: Panel, rows: readonly Row[], from_ms: number, to_ms: number, step_s: number): Row[] {
  const { series } = panel;
  if (series === null || rows.length === 0) return [...rows];
  const { time, key, empty } = series;
  const step_ms = step_s * 1000;
  const keyOf = (row: Row): Row[string] => (key === null ? null : (row[key] ?? null));
  const keys = [...new Set(rows.map(keyOf))].toSorted();
  const found = new Map(rows.map((row) => [`${Date.parse(String(row[time]))} ${keyOf(row)}`, row]));
  const all: Row[] = [];
  for (let t = Math.floor(from_ms / step_ms) * step_ms; t < to_ms; t += step_ms) {
    for (const value of keys) {
      const at = new Date(t).toISOString().replace('.000Z', 'Z');
      const blank = key === null ? { [time]: at, ...empty } : { [time]: at, [key]: value, ...empty };
      all.push(found.get(`${t} ${value}`) ?? blank);
    }
  }
  return all;
}
