/**
 * What a cell is used to. Failures alone do not tell a morning from an attack, so the usual rate follows the accepted
 * logins of the cell: who lets ten people in lets one mistype.
 *
 * All sums decay in event time; counts of distinct people, rates a minute.
 */
export interface Background {
  /** Failing people and the minutes in which they were counted, forgotten over a day. */
  readonly failures: number;
  readonly exposure_min: number;
  /** Accepted logins, forgotten over a day, and over half an hour. */
  readonly accepted: number;
  readonly acceptedExposure_min: number;
  readonly recent: number;
  readonly recentExposure_min: number;
  /** Ten-minute bin being filled, as minutes since 1970 / 10; its count. */
  readonly bin: number;
  readonly binCount: number;
  /** Σ(n − μ)² and Σμ over bins, forgotten over a week. */
  readonly squares: number;
  readonly expected: number;
}

/** No cell is expected to be quieter: one person in 50 minutes. */
const FLOOR = 0.02;
/** Minutes for which the floor is believed against what was counted. */
const FLOOR_MIN = 120;
const DAY_MIN = 1_440;
const RECENT_MIN = 30;
/** Minutes over which a beginning is not yet extrapolated. */
const RECENT_START_MIN = 5;
/** Where hardly anybody is seen to get in, nothing tells the hour: the day's busiest is taken for usual, this many times the mean. */
const BUSIEST = 2.5;
/** Failing people to an accepted login before anything is known, and the logins for which that is believed. */
const FAILURES_A_LOGIN = 0.15;
const FAILURES_A_LOGIN_LOGINS = 20;
const BIN_MIN = 10;
const WEEK_BINS = 1_008;
/** Overdispersion before anything is known, the expected counts for which that is believed, and its bounds. */
const DISPERSION = 1.05;
const DISPERSION_COUNTS = 30;
const LEAST_DISPERSION = 1.05;
const MOST_DISPERSION = 5;

export const emptyBackground = (at_min: number): Background => ({
  failures: 0,
  exposure_min: 0,
  accepted: 0,
  acceptedExposure_min: 0,
  recent: 0,
  recentExposure_min: 0,
  bin: Math.floor(at_min / BIN_MIN),
  binCount: 0,
  squares: 0,
  expected: 0,
});

/** Usual rate of failing people a minute; never below the floor. */
export function usualRate(b: Background): number {
  const counted = (b.failures + FLOOR * FLOOR_MIN) / (b.exposure_min + FLOOR_MIN);
  const ratio = Math.min(
    1,
    (b.failures + FAILURES_A_LOGIN * FAILURES_A_LOGIN_LOGINS) / (b.accepted + FAILURES_A_LOGIN_LOGINS),
  );
  const busiest = b.accepted < b.failures ? (BUSIEST * b.failures) / (b.exposure_min + FLOOR_MIN) : 0;
  return Math.max(FLOOR, counted, busiest, ratio * recentRate(b));
}

/** Accepted logins a minute, now or over the day, whichever is more. */
export function acceptedRate(b: Background): number {
  return Math.max(recentRate(b), b.accepted / (b.acceptedExposure_min + FLOOR_MIN));
}

const recentRate = (b: Background): number => b.recent / (b.recentExposure_min + RECENT_START_MIN);

/** Variance to mean of the counts, by the moments of what was seen against what was expected. */
export function dispersion(b: Background): number {
  const seen = (DISPERSION * DISPERSION_COUNTS + b.squares) / (DISPERSION_COUNTS + b.expected);
  return Math.min(MOST_DISPERSION, Math.max(LEAST_DISPERSION, seen));
}

/**
 * Lets time pass. `frozen`: nothing is learned of failures, because an attack is going on.
 *
 * A step counts as at most a day: a clock that jumps a year ahead must not wipe out what is known.
 */
export function passTime(b: Background, step_min: number, at_min: number, frozen: boolean): Background {
  const dt = Math.min(step_min, DAY_MIN);
  const keep = Math.exp(-dt / DAY_MIN);
  const keepRecent = Math.exp(-dt / RECENT_MIN);
  const bin = Math.floor(at_min / BIN_MIN);
  const gap = bin - b.bin;
  let { squares, expected, binCount } = b;
  if (gap > 0) {
    if (!frozen) {
      const mean = usualRate(b) * BIN_MIN;
      const empty = Math.min(gap - 1, DAY_MIN / BIN_MIN);
      const forget = Math.exp(-(empty + 1) / WEEK_BINS);
      squares = squares * forget + (binCount - mean) ** 2 + empty * mean * mean;
      expected = expected * forget + (empty + 1) * mean;
    }
    binCount = 0;
  }
  return {
    failures: frozen ? b.failures : b.failures * keep,
    exposure_min: frozen ? b.exposure_min : b.exposure_min * keep + dt,
    accepted: b.accepted * keep,
    acceptedExposure_min: b.acceptedExposure_min * keep + dt,
    recent: b.recent * keepRecent,
    recentExposure_min: b.recentExposure_min * keepRecent + dt,
    bin: Math.max(bin, b.bin),
    binCount,
    squares,
    expected,
  };
}

export const countAccepted = (b: Background): Background => ({
  ...b,
  accepted: b.accepted + 1,
  recent: b.recent + 1,
});
