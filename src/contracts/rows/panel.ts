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

/**
 * A panel: what analysts see of the decisions in one place. Plain data, so that it can cross into the thread that
 * runs it.
 *
 * `sql` reads `{{counts}}`, which stands for the panel's rollup or the same counts over raw rows, always within one
 * tenant and one window; `{step:UInt32}` is the width of a point in seconds. Everything else is a bound parameter.
 */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Which counts it reads. */
  readonly counts: 'decisions' | 'countries' | 'reasons';
  readonly parameters: readonly PanelParameterShape[];
  /** The columns of a row, in the order of the SQL. */
  readonly schema: readonly PanelColumnShape[];
  readonly chart: 'tiles' | 'stacked_area' | 'bars' | 'table';
  readonly sql: string;
  /**
   * For series over time: every combination of time and series that has no row gets one with 0, for a chart would
   * otherwise draw a straight line over the gap. An empty window stays empty.
   */
  readonly series: { readonly time: string; readonly key: string; readonly value: string } | null;
}
