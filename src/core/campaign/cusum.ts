/**
 * The change-point statistic of one cell: a CUSUM of log-likelihood ratios in nats, moved by each counted failure and by
 * the time between them (Page, "Continuous inspection schemes", Biometrika 41, 1954; for counts: Lucas, "Counted data
 * CUSUM's", Technometrics 27, 1985).
 *
 * Failures come in clumps, so the usual stream is taken as a Poisson process of clumps with logarithmic sizes: counts are
 * negative binomial with mean λ·t and variance φ·λ·t (Hawkins and Olwell, "Cumulative Sum Charts and Charting for Quality
 * Improvement", 1998, chapter 5). With cumulant K(s) = −λ/(φ−1)·ln(1 − (φ−1)(eˢ−1)) a minute, the sum of an increment s
 * a failure and −K(s) a minute is the log of a martingale, so a rise to h by chance has a probability of at most e⁻ʰ,
 * however the rise is watched. For φ → 1 this is the Poisson CUSUM. Dividing a Poisson CUSUM by φ has no such bound: at
 * tilts of 80 it raises alarms at ordinary clumps.
 */
export interface CusumStep {
  /** Nats a counted failure. */
  readonly increment: number;
  /** Nats a minute that the statistic falls. */
  readonly drift: number;
}

/** Rates, in distinct failing people a minute above the usual, that the two statistics of a cell look for. */
export const DESIGN_RATES: readonly [number, number] = [4, 0.1];
export const DESIGNS = DESIGN_RATES.length;

/**
 * A design is never nearer to the usual rate than this: what people do varies by a factor of two over an hour without
 * any attack, and each statistic falls below 2.8 times the usual rate.
 */
const LEAST_RATIO = 6;
/**
 * Cells that false alarms are counted over, and the minutes of 30 days: one in both together, as far as traffic keeps to
 * the model (docs/CAMPAIGNS.md says how far it does).
 */
export const DESIGN_CELLS = 10_000;
const MONTH_MIN = 43_200;
/** Usual rates are estimates, and wander: nats on top. */
const MARGIN = 2;
const POISSON = 1e-9;

/** The step of one design at a usual rate (failures a minute) and an overdispersion φ ≥ 1. */
export function cusumStep(usual: number, design: number, dispersion: number): CusumStep {
  const raised = Math.max(usual + (DESIGN_RATES[design] ?? 0), usual * LEAST_RATIO);
  const d = dispersion - 1;
  if (d < POISSON) return { increment: Math.log(raised / usual), drift: raised - usual };
  const tilt = (raised * dispersion) / (usual + raised * d);
  return { increment: Math.log(tilt), drift: (usual / d) * Math.log(raised / (usual * tilt)) };
}

/**
 * Threshold in nats: ln(ARL0 × cells), with the run length counted in failures. Each failure may begin one rise, so a
 * cell of a usual rate λ has λ · 43,200 chances a month.
 */
export function threshold(usual: number): number {
  return Math.log(MONTH_MIN * DESIGN_CELLS * usual) + MARGIN;
}
