import type { PanelResult, PanelRow } from '../api/types.ts';
import type { Format } from './format.ts';
import { numberIn } from './rows.ts';
import { labelledBuckets } from './series.ts';

export interface PlotSeries {
  readonly key: string;
  readonly label: string;
  /** Token of its colour, without the dashes. */
  readonly token: string;
  readonly kind: 'bar' | 'line';
  /** Null: nothing is known there, and no line is drawn. */
  readonly values: readonly (number | null)[];
  readonly dashed?: boolean;
  readonly stacked?: boolean;
}

/** A series of a chart, by the column that holds it. */
export interface PlotColumn {
  readonly column: string;
  readonly label: string;
  readonly token: string;
  readonly kind: PlotSeries['kind'];
  readonly stacked?: boolean;
  readonly dashed?: boolean;
}

const MOST_LABELS = 8;
/** Buckets that fit: an axis over months of minutes would draw nothing but itself. */
const MOST_BUCKETS = 2_000;

export interface PlotData {
  readonly labels: readonly string[];
  readonly titles: readonly string[];
  readonly series: readonly PlotSeries[];
}

/** Rows with a time, one a bucket → a chart over every bucket of the window. `fill`: what an absent row means. */
export const plotOverTime = (
  result: Pick<PanelResult, 'from' | 'to' | 'bucket_s' | 'rows'>,
  columns: readonly PlotColumn[],
  fill: 0 | null,
  format: Pick<Format, 'axis' | 'bucket' | 'offset_s'>,
): PlotData => {
  const step_ms = Math.max(1, result.bucket_s) * 1000;
  const first_ms = Math.floor(Date.parse(result.from) / step_ms) * step_ms;
  const count = Math.min(MOST_BUCKETS, Math.max(1, Math.ceil((Date.parse(result.to) - first_ms) / step_ms)));
  const byIndex = new Map<number, PanelRow>(
    result.rows.map((row) => [Math.floor((Date.parse(String(row.t)) - first_ms) / step_ms), row]),
  );
  const times_ms = Array.from({ length: count }, (_, index) => first_ms + index * step_ms);
  const labelled = labelledBuckets(times_ms, step_ms / 1000, MOST_LABELS, format.offset_s);
  return {
    labels: times_ms.map((time_ms, index) =>
      labelled[index] === true ? format.axis(time_ms, step_ms / 1000) : '',
    ),
    titles: times_ms.map((time_ms) => format.bucket(time_ms, step_ms / 1000)),
    series: columns.map(({ column, ...rest }) => ({
      key: column,
      ...rest,
      values: times_ms.map((_, index) => {
        const row = byIndex.get(index);
        return row === undefined ? fill : numberIn(row, column);
      }),
    })),
  };
};

/** Rows of (time, key, count) as columns of one row a time, so that they can be drawn beside each other. */
export const pivot = (rows: readonly PanelRow[], key: string, value: string): readonly PanelRow[] => {
  const byTime = new Map<string, Record<string, string | number | null>>();
  for (const row of rows) {
    const t = String(row.t);
    const found = byTime.get(t) ?? { t };
    found[String(row[key])] = numberIn(row, value);
    byTime.set(t, found);
  }
  return [...byTime.values()];
};

/** Rows that are bins of a scale, in their order. */
export const plotOverBins = (
  rows: readonly PanelRow[],
  columns: readonly PlotColumn[],
  format: Pick<Format, 'percent'>,
): PlotData => {
  const name = (row: PanelRow): string =>
    `${format.percent(numberIn(row, 'from') ?? 0)} – ${format.percent(numberIn(row, 'to') ?? 1)}`;
  const every = Math.max(1, Math.ceil(rows.length / MOST_LABELS));
  return {
    labels: rows.map((row, index) => (index % every === 0 ? format.percent(numberIn(row, 'from') ?? 0) : '')),
    titles: rows.map((row) => `Score ${name(row)}`),
    series: columns.map(({ column, ...rest }) => ({
      key: column,
      ...rest,
      values: rows.map((row) => numberIn(row, column)),
    })),
  };
};
