import { logRising } from './log-gamma.ts';

/**
 * The change-point statistic of one cell: the log-likelihood ratio, in nats, of an attack against the usual, of all that
 * happened since the rise began; at zero the rise is over and the next failure begins another (Page, "Continuous
 * inspection schemes", Biometrika 41, 1954; with a likelihood ratio in closed form instead of a sum of steps).
 *
 * **The usual** is a predictive distribution, not a rate: f failing people within t minutes are negative binomial with a
 * mean that follows the logins which got in meanwhile, and a shape that says how well that mean is known. Traffic that
 * wanders therefore explains a rise as far as its logins wander with it, and what is little known is little proof. Under
 * an exact predictive the ratio is a martingale, so its chance rises have a bounded probability (`threshold`).
 */
export interface Predictive {
  /** Failing people to be expected within so many minutes. */
  readonly mean: (minutes: number) => number;
  /** Of the negative binomial: variance = mean + mean² / shape. */
  readonly shape: number;
}

/**
 * What the two statistics of a cell look for: failing people a minute above the usual, but at least so many times the
 * usual; of each, any one of its rates (`weightOf`). What people do varies by a factor of two over an hour
 * without any attack, and a statistic that looks for three times the usual falls below 1.8 times it.
 */
export const DESIGN_RATES: readonly (readonly { readonly above: number; readonly times: number }[])[] = [
  [{ above: 4, times: 3 }],
  [
    { above: 0.1, times: 3 },
    { above: 0.4, times: 6 },
    { above: 1.6, times: 12 },
    { above: 0.04, times: 3 },
  ],
];
export const DESIGNS = DESIGN_RATES.length;
/** Minutes over which what is usual is measured that a design's rates stand above: who gets in after all fades from it. */
export const USUAL_OVER_MIN: readonly number[] = [1, 30];
/**
 * What a design reckons with where nothing is known of how failures vary (squared coefficient of variation): a class or a
 * shift that logs in together looks like a slow attack more than like a fast one.
 */
export const UNKNOWN_VARIATION: readonly number[] = [0.1, 0.2];

/**
 * Weight of a rate in its design. False alarms come at the rate times its weight (see `threshold`): with equal weights the
 * slow ones would pay for the fast ones, with 1/rate it would be the other way.
 */
const weightOf = (sought: number): number => 1 / Math.sqrt(sought);

/** Cells that false alarms are counted over, and the minutes of 30 days: one in both together. */
export const DESIGN_CELLS = 10_000;
const MONTH_MIN = 43_200;
const SECOND_MIN = 1 / 60;

/** The statistic of a rise of `failures` people within `minutes`; `usual`: people a minute when it began. */
export function evidenceOfRise(
  design: number,
  failures: number,
  minutes: number,
  usual: number,
  { mean, shape }: Predictive,
): number {
  // Both densities are of the times of the failures: what they share is left out. A rise has lasted a second at least.
  const lasted_min = Math.max(SECOND_MIN, minutes);
  const expected = mean(lasted_min);
  const byChance =
    logRising(shape, failures) -
    shape * Math.log1p(expected / shape) +
    failures * Math.log(expected / lasted_min / (shape + expected));
  let largest = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let weights = 0;
  for (const one of DESIGN_RATES[design] ?? []) {
    const sought = soughtRate(usual, one);
    const weight = weightOf(sought);
    const says = failures * Math.log(sought) - sought * lasted_min + Math.log(weight);
    sum = says > largest ? sum * Math.exp(largest - says) + 1 : sum + Math.exp(says - largest);
    largest = Math.max(largest, says);
    weights += weight;
  }
  return largest + Math.log(sum / weights) - byChance;
}

/**
 * How far a campaign that goes on is kept up by one more failure, and falls a minute: the plain Poisson CUSUM, which
 * does not get used to it.
 */
export function holdingStep(
  usual: number,
  design: number,
): { readonly increment: number; readonly drift: number } {
  const raised = soughtRate(usual, DESIGN_RATES[design]?.[0] ?? { above: 0, times: 1 });
  return { increment: Math.log(raised / usual), drift: raised - usual };
}

/**
 * Threshold in nats. A rise begins with a failure, at the log of the rate sought over the usual one, and reaches h from
 * there with a probability of at most e to the difference; usual failures begin rises, so those that reach h come at most
 * at the rate sought times e⁻ʰ (its mean, where several are). One a month over all cells; that there are two statistics is paid for by what the last
 * failure overshoots by, which is more than a nat.
 */
export function threshold(design: number, usual: number): number {
  const rates = DESIGN_RATES[design] ?? [];
  let weights = 0;
  let sum = 0;
  for (const one of rates) {
    const sought = soughtRate(usual, one);
    weights += weightOf(sought);
    sum += sought * weightOf(sought);
  }
  return Math.log((MONTH_MIN * DESIGN_CELLS * sum) / weights);
}

const soughtRate = (
  usual: number,
  { above, times }: { readonly above: number; readonly times: number },
): number => Math.max(usual + above, usual * times);
