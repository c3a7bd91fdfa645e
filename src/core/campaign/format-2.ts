import type { Background } from './background.ts';
import { NO_MOMENTS } from './variation.ts';

/** The background of a cell as releases before the bins of four hours stored it. */
export interface BackgroundFormat2 {
  readonly failures: number;
  readonly recovered: number;
  readonly exposure_min: number;
  readonly basis: number;
  readonly accepted: number;
  readonly acceptedExposure_min: number;
  readonly recent: number;
  readonly recentExposure_min: number;
  readonly bin: number;
  readonly binCount: number;
  readonly binAccepted: number;
  readonly pending: number;
  readonly pendingBasis: number;
}

export const isFormat2 = (background: object): background is BackgroundFormat2 =>
  'pendingBasis' in background;

/** The same in today's shape. How failures vary is learned anew: it was weighted otherwise. */
export const fromFormat2 = (old: BackgroundFormat2, at_min: number): Background => ({
  accepted: old.accepted,
  acceptedExposure_min: old.acceptedExposure_min,
  recent: old.recent,
  recentExposure_min: old.recentExposure_min,
  recovered: old.recovered,
  learned: {
    failures: old.failures,
    exposure_min: old.exposure_min,
    basis: old.basis,
    moments: NO_MOMENTS,
  },
  bins: {
    bin: old.bin,
    count: old.binCount,
    accepted: old.binAccepted,
    longCount: old.binCount,
    longAccepted: old.binAccepted,
  },
  // Its minutes are in the exposure already.
  rise: { since_min: at_min, failures: old.pending, basis: old.pendingBasis, moments: NO_MOMENTS },
});
