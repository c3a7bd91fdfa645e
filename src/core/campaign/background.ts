import type { Predictive } from './cusum.ts';
import {
  type BinExpectation,
  type Bins,
  binsAt,
  countInBins,
  emptyBins,
  type Moments,
  NO_MOMENTS,
  scaled,
  sumOf,
  variation,
} from './variation.ts';

/**
 * What a cell is used to. Failures alone do not tell a morning from an attack, so the usual rate follows the accepted
 * logins of the cell: who lets ten people in lets one mistype.
 *
 * Counts of distinct people and of logins, forgotten in event time; rates a minute. While a rise goes on, which may be an
 * attack's beginning, nothing is learned of it and nothing is forgotten of what was learned: else what little is known of
 * a quiet cell would be gone before a slow attack is sure.
 */
export interface Background extends Traffic {
  readonly learned: Learned;
  readonly bins: Bins;
  readonly rise: Unsettled;
}

/** Of failures, forgotten over three days; of how they vary, over a week. */
interface Learned {
  /** Failing people who did not get in soon, the minutes that they came in, and the logins accepted beside them. */
  readonly failures: number;
  readonly exposure_min: number;
  readonly basis: number;
  readonly moments: Moments;
}

/** Learned at once. */
interface Traffic {
  /** Accepted logins, forgotten over a day, and over half an hour. */
  readonly accepted: number;
  readonly acceptedExposure_min: number;
  readonly recent: number;
  readonly recentExposure_min: number;
  /** Failing people who got in soon, over a day. */
  readonly recovered: number;
}

/** What is not learned yet: all since the rise began. */
interface Unsettled {
  /** Event time that it began at, minutes since 1970. */
  readonly since_min: number;
  readonly failures: number;
  readonly basis: number;
  readonly moments: Moments;
}

/** No cell is expected to be quieter: one person in 50 minutes. */
const FLOOR = 0.02;
/** Minutes for which the floor is believed against what was counted. */
const FLOOR_MIN = 120;
const DAY_MIN = 1_440;
const MEMORY_MIN = 3 * DAY_MIN;
const RECENT_MIN = 30;
/** Minutes over which a beginning is not yet extrapolated. */
const RECENT_START_MIN = 5;
/** Where hardly anybody is seen to get in, nothing tells the hour: the day's busiest is taken for usual, this many times the mean. */
const BUSIEST = 2.5;
/** Failing people to an accepted login before anything is known, and the logins for which that is believed. */
const FAILURES_A_LOGIN = 0.15;
const FAILURES_A_LOGIN_LOGINS = 20;
/** The failing people that this is worth. */
const PRIOR_FAILURES = FAILURES_A_LOGIN * FAILURES_A_LOGIN_LOGINS;
/** People who come together do so within about this. */
const AT_ONCE_MIN = 30;
/** Logins a minute below which a cell is not expected to be. */
const LEAST_LOGINS = 1e-4;
/** Who mistypes and gets in after all does so within about this. */
const RECOVERY_MIN = 2;
/** Logins for which the day's mean is believed against what is seen since a rise began: hours differ by this much. */
const DAY_LOGINS = 3;

export const emptyBackground = (at_min: number): Background => ({
  learned: { failures: 0, exposure_min: 0, basis: 0, moments: NO_MOMENTS },
  accepted: 0,
  acceptedExposure_min: 0,
  recent: 0,
  recentExposure_min: 0,
  recovered: 0,
  bins: emptyBins(at_min),
  rise: nothingUnsettled(at_min),
});

const nothingUnsettled = (since_min: number): Unsettled => ({
  since_min,
  failures: 0,
  basis: 0,
  moments: NO_MOMENTS,
});

/** Usual rate of failing people a minute over a stretch, of those who soon get in as well; never below the floor. */
export function usualRate(b: Background, over_min = 1): number {
  return usualMean(b, over_min, acceptedRate(b)) / over_min;
}

/** Failing people to expect in so many minutes in which so many logins a minute are accepted. */
function usualMean(b: Background, minutes: number, accepted_per_min: number): number {
  const lasting = Math.max(FLOOR, lastingRate(b.learned, accepted_per_min));
  return lasting * minutes + recoveringMean(b, minutes, accepted_per_min);
}

/** Failing people a minute who do not get in soon, as counted: the floor only where a cell is hardly known. */
const lastingRate = (learned: Learned, accepted_per_min: number): number =>
  Math.max(countedRate(learned), failuresALogin(learned) * accepted_per_min);

/** Failing people who will get in soon. */
function recoveringMean(traffic: Traffic, minutes: number, accepted_per_min: number): number {
  const share = Math.min(1, traffic.recovered / (traffic.accepted + FAILURES_A_LOGIN_LOGINS));
  return share * accepted_per_min * Math.min(minutes, RECOVERY_MIN);
}

/** The mean of days, whatever the logins say: a caller may stop reporting them. */
function countedRate(learned: Learned): number {
  const counted = (learned.failures + FLOOR * FLOOR_MIN) / (learned.exposure_min + FLOOR_MIN);
  if (!isUnexplained(learned)) return counted;
  return Math.max(counted, (BUSIEST * learned.failures) / (learned.exposure_min + FLOOR_MIN));
}

/** Hardly anybody is seen to get in: logins do not tell how many come. */
const isUnexplained = ({ basis, failures }: Learned): boolean => basis < failures;

const failuresALogin = (learned: Learned): number =>
  isUnexplained(learned)
    ? 0
    : (learned.failures + PRIOR_FAILURES) / (learned.basis + FAILURES_A_LOGIN_LOGINS);

/**
 * What is usual in a stretch of so many minutes in which so many logins were accepted. The intensity of traffic is gamma
 * distributed around the day's mean and learned from those logins; failures to a login are gamma distributed around the
 * cell's own, as well as they are known and as they vary. The shape is that of a gamma with the product's variance.
 *
 * `unknown`: squared coefficient of variation to reckon with over short stretches in a cell of which nothing is known.
 *
 * Where the floor lifts the mean, it lifts the shape with it: of two gamma distributions of the same scale the one of the
 * larger shape is larger in likelihood-ratio order (Shaked and Shanthikumar, "Stochastic Orders", 2007, 1.C), so the
 * lifted one still covers all that the counts leave open, and the floor itself is not doubted. Not so within half an
 * hour: a class that logs in at once is what the floor does not know of.
 */
export function usualSince(b: Background, minutes: number, accepted: number, unknown: number): Predictive {
  const logins_per_min = intensity(b, minutes, accepted);
  const ofTraffic = unknownTraffic(b.learned, accepted);
  const ofRatio = unknownRatio(b.learned) + variation(b.learned.moments, minutes, unknown);
  const counted =
    lastingRate(b.learned, logins_per_min) * minutes + recoveringMean(b, minutes, logins_per_min);
  const lifted =
    minutes > AT_ONCE_MIN
      ? 1 + (usualMean(b, minutes, logins_per_min) / counted - 1) * (1 - AT_ONCE_MIN / minutes)
      : 1;
  return {
    mean: (stretch_min: number) => usualMean(b, stretch_min, logins_per_min),
    shape: lifted / (ofTraffic + ofRatio + ofTraffic * ofRatio),
  };
}

/** Squared coefficient of variation of the traffic's intensity that so many logins leave. */
const unknownTraffic = (learned: Learned, accepted: number): number =>
  1 / (DAY_LOGINS + (isUnexplained(learned) ? 0 : accepted));

/** The same of failures to a login, that those counted leave. */
const unknownRatio = ({ failures }: Learned): number => 1 / (PRIOR_FAILURES + failures);

/** Logins a minute of a stretch, by those seen in it and the day's mean. */
function intensity(traffic: Traffic, minutes: number, accepted: number): number {
  const daily_per_min = Math.max(
    LEAST_LOGINS,
    traffic.accepted / (traffic.acceptedExposure_min + RECENT_START_MIN),
  );
  return (DAY_LOGINS + accepted) / (DAY_LOGINS / daily_per_min + minutes);
}

/** Accepted logins a minute, now or over the day, whichever is more. */
export function acceptedRate(traffic: Traffic): number {
  const now = traffic.recent / (traffic.recentExposure_min + RECENT_START_MIN);
  return Math.max(now, traffic.accepted / (traffic.acceptedExposure_min + FLOOR_MIN));
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
  const jumped_min = step_min - dt;
  const rise = jumped_min > 0 ? { ...b.rise, since_min: b.rise.since_min + jumped_min } : b.rise;
  const over = binsAt(b.bins, at_min, (minutes, logins) => expectationOf(b, minutes, logins));
  const learns = over !== null && !frozen;
  return {
    accepted: b.accepted * keep,
    acceptedExposure_min: b.acceptedExposure_min * keep + dt,
    recent: b.recent * keepRecent,
    recentExposure_min: b.recentExposure_min * keepRecent + dt,
    recovered: b.recovered * keep,
    learned: learns ? { ...b.learned, moments: scaled(b.learned.moments, over.forget) } : b.learned,
    bins: over?.bins ?? b.bins,
    rise: learns ? { ...rise, moments: sumOf(rise.moments, over.said) } : rise,
  };
}

/** Without the floors, which predict nothing. */
function expectationOf(b: Background, minutes: number, accepted: number): BinExpectation {
  const { learned } = b;
  return {
    mean:
      minutes *
      (isUnexplained(learned)
        ? Math.max(FLOOR, countedRate(learned))
        : failuresALogin(learned) * intensity(b, minutes, accepted)),
    unknown: unknownTraffic(learned, accepted) + unknownRatio(learned),
    believed: learned.failures / (PRIOR_FAILURES + learned.failures),
  };
}

export const countAccepted = (b: Background): Background => ({
  accepted: b.accepted + 1,
  acceptedExposure_min: b.acceptedExposure_min,
  recent: b.recent + 1,
  recentExposure_min: b.recentExposure_min,
  recovered: b.recovered,
  learned: b.learned,
  bins: countInBins(b.bins, 0, 1),
  rise: {
    since_min: b.rise.since_min,
    failures: b.rise.failures,
    basis: b.rise.basis + 1,
    moments: b.rise.moments,
  },
});

/** One more failing person, of a rise that may be an attack's beginning. */
export const countFailure = (b: Background): Background => ({
  ...b,
  bins: countInBins(b.bins, 1, 0),
  rise: { ...b.rise, failures: b.rise.failures + 1 },
});

/** One of them got in after all. */
export function takeBack(b: Background): Background {
  const { learned, rise } = b;
  return {
    ...b,
    recovered: b.recovered + 1,
    learned: rise.failures > 0 ? learned : { ...learned, failures: Math.max(0, learned.failures - 1) },
    bins: countInBins(b.bins, -1, 0),
    rise: { ...rise, failures: Math.max(0, rise.failures - 1) },
  };
}

/** The rise is over, or has gone on for long: it was nothing else than usual. */
export function settle(b: Background, at_min: number): Background {
  const { learned, rise } = b;
  const minutes = Math.max(0, at_min - rise.since_min);
  const keep = Math.exp(-minutes / MEMORY_MIN);
  return {
    ...b,
    learned: {
      failures: learned.failures * keep + rise.failures,
      exposure_min: learned.exposure_min * keep + minutes,
      basis: learned.basis * keep + rise.basis,
      moments: sumOf(learned.moments, rise.moments),
    },
    rise: nothingUnsettled(at_min),
  };
}

/** The rise was an attack. */
export const dismiss = (b: Background, at_min: number): Background => ({
  ...b,
  bins: { ...b.bins, count: 0, longCount: 0, longAccepted: 0 },
  rise: nothingUnsettled(at_min),
});

/** The clock went back. */
export const rewind = (b: Background, at_min: number): Background => ({
  ...b,
  bins: emptyBins(at_min),
  rise: { ...b.rise, since_min: Math.min(b.rise.since_min, at_min) },
});
