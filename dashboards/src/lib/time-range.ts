import { validated } from './validated.ts';

/** The presets of the time picker, in seconds, as they stand in the URL (`?range=6h`). */
export const PRESETS = {
  '15m': 900,
  '1h': 3_600,
  '6h': 21_600,
  '24h': 86_400,
  '7d': 604_800,
  '30d': 2_592_000,
  '90d': 7_776_000,
} as const;

export type PresetKey = keyof typeof PRESETS;

export const PRESET_KEYS: readonly PresetKey[] = ['15m', '1h', '6h', '24h', '7d', '30d', '90d'];

export const DEFAULT_PRESET: PresetKey = '24h';

/** `relative` ends now and moves with the clock; `absolute` stands still; `any` has no bounds (searches only). */
export type TimeRange =
  | { readonly kind: 'relative'; readonly preset: PresetKey }
  | { readonly kind: 'absolute'; readonly from_ms: number; readonly to_ms: number }
  | { readonly kind: 'any' };

/** How a range stands in the URL: either a preset, or both ends as RFC 3339. */
export interface RangeSearch {
  readonly range?: PresetKey;
  readonly from?: string;
  readonly to?: string;
}

export interface Window {
  readonly from_ms: number;
  /** Exclusive. */
  readonly to_ms: number;
}

export const isPresetKey = (value: unknown): value is PresetKey =>
  typeof value === 'string' && Object.hasOwn(PRESETS, value);

/** ISO 8601 dates are valid within ±8.64e15 ms; four-digit years keep links readable and the API content. */
const MAX_MS = Date.UTC(9999, 11, 31);

const parseTime = (value: unknown): number | null => {
  if (typeof value !== 'string') return null;
  const ms = Date.parse(value);
  return Number.isFinite(ms) && ms >= 0 && ms <= MAX_MS ? ms : null;
};

/** The widest range that panels and pages of entities count. */
export const MOST_COUNTED_MS = 400 * 86_400_000;

/** Keeps what is a range, no wider than `most_ms`, and drops the rest: a damaged link shows the default, not an error. */
export const rangeValues = (
  raw: Readonly<Record<string, unknown>>,
  most_ms = Number.POSITIVE_INFINITY,
): { readonly [K in keyof Required<RangeSearch>]: RangeSearch[K] | undefined } => {
  const from_ms = parseTime(raw.from);
  const to_ms = parseTime(raw.to);
  if (from_ms !== null && to_ms !== null && from_ms < to_ms && to_ms - from_ms <= most_ms) {
    return { from: new Date(from_ms).toISOString(), to: new Date(to_ms).toISOString(), range: undefined };
  }
  return { from: undefined, to: undefined, range: isPresetKey(raw.range) ? raw.range : undefined };
};

export const parseRangeSearch = (raw: Readonly<Record<string, unknown>>, most_ms?: number): RangeSearch =>
  validated<RangeSearch>(rangeValues(raw, most_ms));

/** What the URL means; `fallback` is the page's range when the URL names none. */
export const rangeOf = (search: RangeSearch, fallback: TimeRange): TimeRange => {
  const from_ms = parseTime(search.from);
  const to_ms = parseTime(search.to);
  if (from_ms !== null && to_ms !== null && from_ms < to_ms) return { kind: 'absolute', from_ms, to_ms };
  return search.range === undefined ? fallback : { kind: 'relative', preset: search.range };
};

export const searchOfWindow = ({ from_ms, to_ms }: Window): RangeSearch => ({
  from: new Date(from_ms).toISOString(),
  to: new Date(to_ms).toISOString(),
});

/** The bounds at this moment; null for `any`. */
export const windowOf = (range: TimeRange, now_ms: number): Window | null => {
  if (range.kind === 'any') return null;
  if (range.kind === 'absolute') return { from_ms: range.from_ms, to_ms: range.to_ms };
  return { from_ms: now_ms - PRESETS[range.preset] * 1000, to_ms: now_ms };
};

/**
 * The ends of what was counted (up to now), where they lie so far outside of what was asked for that the numbers may show
 * it: counts of wide ranges are kept by hours and days of UTC. `null`: near enough.
 */
export const countedBeyond = (range: TimeRange, counted: Window, now_ms: number): Window | null => {
  const asked = windowOf(range, now_ms);
  if (asked === null) return null;
  const to_ms = Math.min(counted.to_ms, Math.max(now_ms, asked.to_ms));
  const beyond_ms = Math.max(0, asked.from_ms - counted.from_ms) + Math.max(0, to_ms - asked.to_ms);
  const tolerated_ms = range.kind === 'absolute' ? 0 : (asked.to_ms - asked.from_ms) / 50;
  return beyond_ms > tolerated_ms ? { from_ms: counted.from_ms, to_ms } : null;
};

/** The window of the same width just before, for comparison. */
export const windowBefore = ({ from_ms, to_ms }: Window): Window => ({
  from_ms: from_ms - (to_ms - from_ms),
  to_ms: from_ms,
});

/** Whether new decisions can still fall into the range, so that polling makes sense. */
export const isOpenEnded = (range: TimeRange, now_ms: number): boolean =>
  range.kind !== 'absolute' || range.to_ms > now_ms;

/** Stable text for cache keys: a relative range keeps its key while the clock moves. */
export const rangeKey = (range: TimeRange): string => {
  if (range.kind === 'relative') return range.preset;
  return range.kind === 'any' ? 'any' : `${range.from_ms}-${range.to_ms}`;
};
