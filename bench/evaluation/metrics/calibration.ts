import { logistic } from '../../../src/core/score.ts';
import { ATTACKERS } from '../generator/event.ts';
import { mixtureWeights } from '../mixture.ts';
import { totalOf, type Weights } from './rates.ts';
import type { Sample } from './sample.ts';

export interface Calibration {
  /** Of the logistic regression of the label on the log-odds: 1 is right, below 1 the score is too sure of itself. */
  readonly slope: number;
  /** Of the same regression, in nats: 0 is right, below 0 the risk is overstated. */
  readonly intercept: number;
  /** Takeovers found among the riskiest 1 % over those that the scores promise. */
  readonly observedOverExpected: number;
}

const BINS = 800;
const ITERATIONS = 12;

/** What calibration is measured on. */
export type Calibrated = Pick<Sample, 'logins' | 'attacks'>;

/** The same bins for every draw of the bootstrap. */
export interface CalibrationBins {
  readonly of: (sample: Calibrated, weights: Weights) => Calibration;
}

/**
 * Measures whether scores are probabilities under the stated prior: takeovers weigh so that they are as frequent as
 * the prior says, in the mixture of `mixture.ts`. Scores are log-odds in nats and gathered in bins of equal count.
 */
export function createCalibrationBins(sample: Calibrated, priorLogOdds: number): CalibrationBins {
  const groups = [sample.logins, ...ATTACKERS.map((attacker) => sample.attacks[attacker])];
  const sorted = Float64Array.from(groups.flatMap(({ score }) => [...score])).sort();
  const edges = Array.from(
    { length: BINS - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / BINS)] ?? 0,
  );
  const binOf = (score: number): number => {
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((edges[middle] as number) <= score) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const bins = groups.map(({ score }) => Int32Array.from(score, binOf));
  const sums = new Float64Array(BINS);
  const counts = new Float64Array(BINS);
  groups.forEach(({ score }, g) => {
    score.forEach((value, i) => {
      const bin = bins[g]?.[i] ?? 0;
      sums[bin] = (sums[bin] ?? 0) + value;
      counts[bin] = (counts[bin] ?? 0) + 1;
    });
  });
  const x = sums.map((sum, bin) => sum / Math.max(1, counts[bin] ?? 0));

  return {
    of(again, weights) {
      const honest = new Float64Array(BINS);
      const attack = new Float64Array(BINS);
      const loginTotal = totalOf(again.logins, weights);
      const totals = Object.fromEntries(
        ATTACKERS.map((attacker) => [attacker, totalOf(again.attacks[attacker], weights)]),
      ) as Record<(typeof ATTACKERS)[number], number>;
      const mixture = mixtureWeights(totals);
      const attackTotal = loginTotal * Math.exp(priorLogOdds);
      gather(honest, bins[0], again.logins.user, weights, 1);
      ATTACKERS.forEach((attacker, k) => {
        gather(attack, bins[k + 1], again.attacks[attacker].user, weights, attackTotal * mixture[attacker]);
      });
      return { ...regression(x, honest, attack), observedOverExpected: topRatio(x, honest, attack) };
    },
  };
}

function gather(
  into: Float64Array,
  bins: Int32Array | undefined,
  users: Int32Array,
  weights: Weights,
  factor: number,
): void {
  for (let i = 0; i < users.length; i++) {
    const bin = bins?.[i] ?? 0;
    into[bin] = (into[bin] as number) + factor * (weights[users[i] as number] as number);
  }
}

/** Newton's method on the two coefficients. */
function regression(
  x: Float64Array,
  honest: Float64Array,
  attack: Float64Array,
): { readonly slope: number; readonly intercept: number } {
  let a = 0;
  let b = 1;
  for (let step = 0; step < ITERATIONS; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0];
    for (let i = 0; i < x.length; i++) {
      const xi = x[i] as number;
      const p = logistic(a + b * xi);
      const total = (honest[i] as number) + (attack[i] as number);
      const residual = (attack[i] as number) - total * p;
      const curvature = total * p * (1 - p);
      g0 += residual;
      g1 += residual * xi;
      h00 += curvature;
      h01 += curvature * xi;
      h11 += curvature * xi * xi;
    }
    const determinant = h00 * h11 - h01 * h01;
    if (!(Math.abs(determinant) > 1e-12)) break;
    // Half steps keep a far start from running away.
    const [da, db] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    const scale = Math.min(1, 2 / Math.max(Math.abs(da), Math.abs(db), 1e-9));
    a += scale * da;
    b += scale * db;
  }
  return { slope: b, intercept: a };
}

function topRatio(x: Float64Array, honest: Float64Array, attack: Float64Array): number {
  let left = 0;
  for (let i = 0; i < x.length; i++) left += (honest[i] as number) + (attack[i] as number);
  left *= 0.01;
  let [observed, expected] = [0, 0];
  for (let i = x.length - 1; i >= 0 && left > 0; i--) {
    const total = (honest[i] as number) + (attack[i] as number);
    const part = total === 0 ? 0 : Math.min(1, left / total);
    observed += part * (attack[i] as number);
    expected += part * total * logistic(x[i] as number);
    left -= total;
  }
  return observed / expected;
}
