import type { Predictive } from './cusum.ts';

/**
 * What a cell is used to. Failures alone do not tell a morning from an attack, so the usual rate follows the accepted
 * logins of the cell: who lets ten people in lets one mistype.
 *
 * All sums decay in event time; counts of distinct people, rates a minute.
 */
export interface Background {
  /** Failing people who did not get in soon, and those who did; the minutes in which they were counted; over a day. */
  readonly failures: number;
  readonly recovered: number;
  readonly exposure_min: number;
  /** The logins accepted beside those failures, forgotten over a day. */
  readonly basis: number;
  /** Accepted logins, forgotten over a day, and over half an hour. */
  readonly accepted: number;
  readonly acceptedExposure_min: number;
  readonly recent: number;
  readonly recentExposure_min: number;
  /** Ten-minute bin being filled, as minutes since 1970 / 10; failing people and accepted logins in it. */
  readonly bin: number;
  readonly binCount: number;
  readonly binAccepted: number;
  /** Σ of the variance of bins beyond what their logins explain, and Σμ², forgotten over a week. */
  readonly excess: number;
  readonly squares: number;
  /** The same and the failing people of a rise that goes on: it may be an attack's beginning. */
  readonly pendingExcess: number;
  readonly pendingSquares: number;
  readonly pending: number;
  readonly pendingBasis: number;
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
/** Logins a minute below which a cell is not expected to be. */
const LEAST_LOGINS = 1e-4;
/** Who mistypes and gets in after all does so within about this. */
const RECOVERY_MIN = 2;
const BIN_MIN = 10;
const WEEK_BINS = 1_008;
/**
 * Squared coefficient of variation of failures to a login from hour to hour before anything is known, the Σμ² for which
 * that is believed, and its bounds.
 */
const VARIATION = 0.1;
const VARIATION_SQUARES = 20;
const LEAST_VARIATION = 0.02;
const MOST_VARIATION = 0.5;
/** Logins for which the day's mean is believed against what is seen since a rise began: hours differ by this much. */
const DAY_LOGINS = 3;

export const emptyBackground = (at_min: number): Background => ({
  failures: 0,
  recovered: 0,
  exposure_min: 0,
  basis: 0,
  accepted: 0,
  acceptedExposure_min: 0,
  recent: 0,
  recentExposure_min: 0,
  bin: Math.floor(at_min / BIN_MIN),
  binCount: 0,
  binAccepted: 0,
  excess: 0,
  squares: 0,
  pendingExcess: 0,
  pendingSquares: 0,
  pending: 0,
  pendingBasis: 0,
});

/** Usual rate of failing people a minute, of those who soon get in as well; never below the floor. */
export function usualRate(b: Background): number {
  return usualMean(b, 1, acceptedRate(b));
}

/** Failing people to expect in so many minutes in which so many logins a minute are accepted. */
function usualMean(b: Background, minutes: number, accepted_per_min: number): number {
  const ratio = failuresALogin(b);
  const recovering = Math.min(1, b.recovered / (b.accepted + FAILURES_A_LOGIN_LOGINS));
  const lasting = Math.max(steadyRate(b), ratio * accepted_per_min);
  return lasting * minutes + recovering * accepted_per_min * Math.min(minutes, RECOVERY_MIN);
}

/** The day's mean, whatever the logins say: a caller may stop reporting them. */
function steadyRate(b: Background): number {
  const counted = (b.failures + FLOOR * FLOOR_MIN) / (b.exposure_min + FLOOR_MIN);
  const busiest = isUnexplained(b) ? (BUSIEST * b.failures) / (b.exposure_min + FLOOR_MIN) : 0;
  return Math.max(FLOOR, counted, busiest);
}

/** Hardly anybody is seen to get in: logins do not tell how many come. */
const isUnexplained = (b: Background): boolean => b.basis < b.failures;

const failuresALogin = (b: Background): number =>
  isUnexplained(b)
    ? 0
    : (b.failures + FAILURES_A_LOGIN * FAILURES_A_LOGIN_LOGINS) / (b.basis + FAILURES_A_LOGIN_LOGINS);

/**
 * What is usual in a stretch of so many minutes in which so many logins were accepted. The intensity of traffic is gamma
 * distributed around the day's mean and learned from those logins; failures to a login are gamma distributed around the
 * cell's own, as well as they are known and as they vary. The shape is that of a gamma with the product's variance.
 */
export function usualSince(b: Background, minutes: number, accepted: number): Predictive {
  const ofIntensity = 1 / (DAY_LOGINS + (isUnexplained(b) ? 0 : accepted));
  const ofRatio = 1 / (FAILURES_A_LOGIN * FAILURES_A_LOGIN_LOGINS + b.failures) + variation(b);
  return {
    mean: (stretch_min: number) => usualMean(b, stretch_min, intensity(b, minutes, accepted)),
    shape: 1 / (ofIntensity + ofRatio + ofIntensity * ofRatio),
  };
}

/** Logins a minute of a stretch, by those seen in it and the day's mean. */
function intensity(b: Background, minutes: number, accepted: number): number {
  const daily_per_min = Math.max(LEAST_LOGINS, b.accepted / (b.acceptedExposure_min + RECENT_START_MIN));
  return (DAY_LOGINS + accepted) / (DAY_LOGINS / daily_per_min + minutes);
}

/** Accepted logins a minute, now or over the day, whichever is more. */
export function acceptedRate(b: Background): number {
  return Math.max(recentRate(b), b.accepted / (b.acceptedExposure_min + FLOOR_MIN));
}

const recentRate = (b: Background): number => b.recent / (b.recentExposure_min + RECENT_START_MIN);

/** Squared coefficient of variation of failures to a login, by the moments of ten-minute bins. */
function variation(b: Background): number {
  const seen = (VARIATION * VARIATION_SQUARES + b.excess) / (VARIATION_SQUARES + b.squares);
  return Math.min(MOST_VARIATION, Math.max(LEAST_VARIATION, seen));
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
  let { excess, squares, pendingExcess, pendingSquares, binCount, binAccepted } = b;
  if (gap > 0) {
    if (!frozen) {
      // Without the floors: they are no prediction.
      const mean = isUnexplained(b)
        ? steadyRate(b) * BIN_MIN
        : failuresALogin(b) * intensity(b, BIN_MIN, binAccepted) * BIN_MIN;
      const forget = Math.exp(-Math.min(gap, DAY_MIN / BIN_MIN) / WEEK_BINS);
      excess *= forget;
      squares *= forget;
      pendingExcess += (binCount - mean) ** 2 - mean;
      pendingSquares += mean * mean;
    }
    binCount = 0;
    binAccepted = 0;
  }
  return {
    failures: frozen ? b.failures : b.failures * keep,
    recovered: b.recovered * keep,
    basis: frozen ? b.basis : b.basis * keep,
    exposure_min: frozen ? b.exposure_min : b.exposure_min * keep + dt,
    accepted: b.accepted * keep,
    acceptedExposure_min: b.acceptedExposure_min * keep + dt,
    recent: b.recent * keepRecent,
    recentExposure_min: b.recentExposure_min * keepRecent + dt,
    bin: Math.max(bin, b.bin),
    binCount,
    binAccepted,
    excess,
    squares,
    pendingExcess,
    pendingSquares,
    pending: b.pending,
    pendingBasis: b.pendingBasis,
  };
}

export const countAccepted = (b: Background): Background => ({
  ...b,
  accepted: b.accepted + 1,
  recent: b.recent + 1,
  binAccepted: b.binAccepted + 1,
  pendingBasis: b.pendingBasis + 1,
});

/** One more failing person, of a rise that may be an attack's beginning. */
export const countFailure = (b: Background): Background => ({
  ...b,
  binCount: b.binCount + 1,
  pending: b.pending + 1,
});

/** One of them got in after all. */
export const takeBack = (b: Background): Background => ({
  ...b,
  binCount: Math.max(0, b.binCount - 1),
  recovered: b.recovered + 1,
  pending: Math.max(0, b.pending - 1),
  failures: b.pending > 0 ? b.failures : Math.max(0, b.failures - 1),
});

/** The rise is over, or has gone on for long: it was nothing else than usual. */
export const settle = (b: Background): Background => ({
  ...b,
  failures: b.failures + b.pending,
  basis: b.basis + b.pendingBasis,
  excess: b.excess + b.pendingExcess,
  squares: b.squares + b.pendingSquares,
  pending: 0,
  pendingBasis: 0,
  pendingExcess: 0,
  pendingSquares: 0,
});

/** The rise was an attack. */
export const dismiss = (b: Background): Background => ({
  ...b,
  binCount: 0,
  pending: 0,
  pendingBasis: 0,
  pendingExcess: 0,
  pendingSquares: 0,
});
