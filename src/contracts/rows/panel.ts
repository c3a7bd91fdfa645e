/** A parameter beside `from` and `to`, which every panel has. */
export interface PanelParameterShape {
  readonly name: string;
  readonly type: 'string' | 'number' | 'time';
  readonly required: boolean;
  readonly description: string;
}

export interface PanelColumnShape {
  readonly name: string;
  readonly type: 'time' | 'string' | 'number';
  readonly unit: string | null;
}

/** Everything that is counted, raw and in rollups; each has its columns (see the migrations and `RAW_COUNTS`). */
export const COUNTS_NAMES = [
  'decisions',
  'countries',
  'reasons',
  'outcomes',
  'networks',
  'clients',
  'routes',
  'scores',
] as const;
export type CountsName = (typeof COUNTS_NAMES)[number];

/**
 * A panel: what analysts see of the decisions in one place. Plain data, so that it can cross into the thread that
 * runs it.
 *
 * `sql` reads `{{decisions}}`, `{{countries}}` and so on for each of its `counts`, which stand for the rollup or the
 * same counts over raw rows, always within one tenant and one window; `{step:UInt32}` is the width of a point in
 * seconds. A panel without counts reads tables itself, and then binds `{tenant:String}`, `{from:Int64}` and `{to:Int64}`
 * (milliseconds) for each. Everything else is a bound parameter.
 */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** The page that shows it. */
  readonly group: 'overview' | 'health';
  /** Which counts it reads; none: the raw tables themselves. */
  readonly counts: readonly CountsName[];
  readonly parameters: readonly PanelParameterShape[];
  /** The columns of a row, in the order of the SQL. */
  readonly schema: readonly PanelColumnShape[];
  readonly chart: 'tiles' | 'stacked_area' | 'lines' | 'bars' | 'table' | 'map' | 'flows' | 'histogram';
  readonly sql: string;
  /**
   * For series over time: every combination of time and series that has no row gets one with `empty`, for a chart would
   * otherwise draw a straight line over the gap. An empty window stays empty.
   */
  readonly series: {
    readonly time: string;
    /** Column that tells the series apart; `null`: there is one. */
    readonly key: string | null;
    readonly empty: Readonly<Record<string, number | null>>;
    /** Width of a point where the panel has one of its own, whatever the window. */
    readonly step_s?: number;
  } | null;
}
