import type { FailureCounts } from '../../facts.ts';
import { type BurstWeights, burst } from './burst.ts';

export interface FailureWeights {
  readonly m10: BurstWeights;
  readonly h1: BurstWeights;
  readonly h24: BurstWeights;
  readonly max: number;
}

export interface UserWeights {
  readonly h1: BurstWeights;
  readonly h24: BurstWeights;
  readonly max: number;
}

/** The counts that a failure signal reads. */
export type Failures = Pick<FailureCounts, 'failures_10m' | 'failures_1h' | 'failures_24h'>;

/** The window that speaks loudest, so that slow guessing is seen as well as a burst. At most `max`. */
export function failureNats(counts: Failures, weights: FailureWeights, extraFree = 0): number {
  return Math.min(
    weights.max,
    Math.max(
      burst(counts.failures_10m, weights.m10, extraFree),
      burst(counts.failures_1h, weights.h1, extraFree),
      burst(counts.failures_24h, weights.h24, extraFree),
    ),
  );
}

/** The same for distinct users that failed. */
export function failedUserNats(counts: FailureCounts, weights: UserWeights, extraFree = 0): number {
  return Math.min(
    weights.max,
    Math.max(
      burst(counts.failedUsers_1h, weights.h1, extraFree),
      burst(counts.failedUsers_24h, weights.h24, extraFree),
    ),
  );
}
