import type { PanelRow } from '../api/types.ts';
import type { Window } from './time-range.ts';

export interface Series {
  /** Start of each bucket, ms since 1970-01-01, without gaps. */
  readonly times_ms: readonly number[];
  readonly bucket_s: number;
  /** One list a key, as long as `times_ms`; buckets without a row are 0. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly totals: Readonly<Record<string, number>>;
}

/** Round widths of a bar, in seconds: people read 5 min and 6 h, not 7 min and 5 h. */
const WIDTHS_S = [
  1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
];

/** The narrowest round width that the rows' own bucket divides and that keeps the bars countable. */
export const barWidth_s = (window: Window, bucket_s: number, mostBars: number): number => {
  const span_s = (window.to_ms - window.from_ms) / 1000;
  const fits = (width: number): boolean => width % bucket_s === 0 && span_s / width <= mostBars;
  return WIDTHS_S.find(fits) ?? bucket_s * Math.max(1, Math.ceil(span_s / bucket_s / mostBars));
};

const numberOf = (value: string | number | null | undefined): number => {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? number : 0;
};

/**
 * Turns rows of (time, key, count) into one list of counts a key over every bucket of the window, so that a quiet
 * hour is drawn as nothing instead of being skipped. Rows outside the window or without a known key are left out.
 */
export const toSeries = (
  rows: readonly PanelRow[],
  columns: { readonly time: string; readonly key: string; readonly value: string },
  keys: readonly string[],
  window: Window,
  bucket_s: number,
  mostBars: number,
): Series => {
  const width_s = barWidth_s(window, Math.max(1, bucket_s), mostBars);
  const width_ms = width_s * 1000;
  const first_ms = Math.floor(window.from_ms / width_ms) * width_ms;
  const count = Math.max(1, Math.ceil((window.to_ms - first_ms) / width_ms));
  const values: Record<string, number[]> = {};
  const totals: Record<string, number> = {};
  for (const key of keys) {
    values[key] = Array.from({ length: count }, () => 0);
    totals[key] = 0;
  }
  for (const row of rows) {
    const key = String(row[columns.key] ?? '');
    const list = Object.hasOwn(values, key) ? values[key] : undefined;
    const index = Math.floor((Date.parse(String(row[columns.time])) - first_ms) / width_ms);
    if (list === undefined || !(index >= 0 && index < count)) continue;
    const value = numberOf(row[columns.value]);
    list[index] = (list[index] ?? 0) + value;
    totals[key] = (totals[key] ?? 0) + value;
  }
  return {
    times_ms: Array.from({ length: count }, (_, index) => first_ms + index * width_ms),
    bucket_s: width_s,
    values,
    totals,
  };
};

const LABEL_STEPS_S = [
  60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000,
];

/**
 * Which buckets get a label: those at round local times (14:00, midnight), at most `most` of them.
 * `offset_s(t)` is the zone's distance from UTC at that time.
 */
export const labelledBuckets = (
  times_ms: readonly number[],
  bucket_s: number,
  most: number,
  offset_s: (time_ms: number) => number,
): readonly boolean[] => {
  const span_s = times_ms.length * bucket_s;
  const step_s = LABEL_STEPS_S.find((step) => step >= bucket_s && span_s / step <= most);
  if (step_s === undefined || bucket_s >= 86_400) {
    const every = Math.max(1, Math.ceil(times_ms.length / most));
    return times_ms.map((_, index) => index % every === 0);
  }
  return times_ms.map((time_ms) => {
    const local_s = Math.round(time_ms / 1000 + offset_s(time_ms));
    return ((local_s % step_s) + step_s) % step_s < bucket_s;
  });
};

/**
 * Totals of the period before, each under the bucket that lies as far into its window; null when that period was not
 * asked for or is empty, so that no line along zero pretends to know it.
 */
export const previousTotals = (
  previous: { readonly from: string; readonly to: string; readonly rows: readonly PanelRow[] } | null,
  columns: { readonly time: string; readonly key: string; readonly value: string },
  keys: readonly string[],
  series: Series,
): readonly number[] | null => {
  if (previous === null || previous.rows.length === 0 || series.times_ms.length === 0) return null;
  const span_ms = Date.parse(previous.to) - Date.parse(previous.from);
  const first_ms = (series.times_ms[0] ?? 0) - span_ms;
  const totals = series.times_ms.map(() => 0);
  for (const row of previous.rows) {
    if (!keys.includes(String(row[columns.key] ?? ''))) continue;
    const index = Math.floor((Date.parse(String(row[columns.time])) - first_ms) / (series.bucket_s * 1000));
    if (index >= 0 && index < totals.length)
      totals[index] = (totals[index] ?? 0) + numberOf(row[columns.value]);
  }
  return totals;
};
