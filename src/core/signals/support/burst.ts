/** How a count in one window speaks, see `weights.ts`. */
export interface BurstWeights {
  /** What honest people produce. */
  readonly free: number;
  readonly scale: number;
  readonly slope: number;
}

/**
 * Nats of a count: slope · ln(1 + max(0, n − free − extra) / scale). Never falls when the count rises; the log
 * because attackers choose n freely, and the tenth failure says more than the hundredth.
 *
 * `extraFree` is what the people who share the subject produce besides.
 */
export function burst(n: number, weights: BurstWeights, extraFree = 0): number {
  const excess = n - weights.free - extraFree;
  return excess <= 0 ? 0 : weights.slope * Math.log1p(excess / weights.scale);
}
