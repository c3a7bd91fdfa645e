import type { Signal } from '../api/types.ts';

/** From a probability to log-odds in nats: ln(p / (1 − p)). */
export const logit = (probability: number): number => Math.log(probability / (1 - probability));

/** From log-odds in nats to a probability: 1 / (1 + e^−x). */
export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** One bar: where the sum stood before it and where it stands after it, in nats. */
export interface WaterfallStep {
  readonly signal: Signal;
  readonly start: number;
  readonly end: number;
  /** Whether the model’s weight or a cap makes it something else than the raw evidence. */
  readonly weighed: boolean;
}

export interface Threshold {
  readonly name: string;
  /** Probability, 0–1. */
  readonly score: number;
  /** The same in nats. */
  readonly logOdds: number;
}

export interface Waterfall {
  readonly prior: number;
  readonly total: number;
  readonly steps: readonly WaterfallStep[];
  readonly thresholds: readonly Threshold[];
  /** Bounds of the axis in nats; every bar and the medium and high lines lie inside. */
  readonly domain: { readonly min: number; readonly max: number };
  readonly ticks: readonly number[];
  /** `total` less what the parts add up to. Anything beyond rounding means that the record is not whole. */
  readonly residual: number;
}

export interface ThresholdScores {
  readonly medium: number;
  readonly high: number;
  readonly block?: number | null | undefined;
}

/** Scores at which the default policy's levels and its block by score begin (API.md, "The default policy"). */
export const DEFAULT_THRESHOLDS: ThresholdScores = { medium: 0.05, high: 0.5, block: 0.98 };

/** Shares are rounded to 1e-6 each; a record of 40 signals may be off by half of that times 40 and no more. */
const ROUNDING = 2e-5;

export const isWhole = (waterfall: Waterfall): boolean => Math.abs(waterfall.residual) <= ROUNDING;

const STEPS = [0.5, 1, 2, 5, 10, 20, 50];

/** Tick values at a round distance, at most `most` of them, within the bounds. */
export const ticksBetween = (min: number, max: number, most: number): number[] => {
  const distance = STEPS.find((step) => (max - min) / step <= most) ?? 100;
  const first = Math.ceil(min / distance);
  const last = Math.floor(max / distance);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * distance);
};

/**
 * Lays the evidence out from the prior to the total: the largest shares first, whichever way they point; equal ones
 * by their id, so that the same record always gives the same picture. Neutral and abstaining signals add nothing
 * and are left out.
 */
export const layOut = (
  risk: { readonly log_odds: number; readonly prior_log_odds: number },
  signals: readonly Signal[],
  scores: ThresholdScores,
): Waterfall => {
  const evidence = signals
    .filter((signal) => signal.state === 'evidence')
    .toSorted((a, b) => Math.abs(b.log_odds) - Math.abs(a.log_odds) || (a.id < b.id ? -1 : 1));
  let sum = risk.prior_log_odds;
  const steps = evidence.map((signal): WaterfallStep => {
    const start = sum;
    sum += signal.log_odds;
    return { signal, start, end: sum, weighed: Math.abs(signal.raw_log_odds - signal.log_odds) > 0.005 };
  });
  const thresholds = (
    [
      ['medium', scores.medium],
      ['high', scores.high],
      ['block', scores.block],
    ] as const
  ).flatMap(([name, score]): Threshold[] =>
    typeof score === 'number' && score > 0 && score < 1 ? [{ name, score, logOdds: logit(score) }] : [],
  );
  const reached = [risk.prior_log_odds, risk.log_odds, ...steps.map((step) => step.end)];
  // The block line is shown only when something comes near it: far away it would squeeze every bar.
  const highest = Math.max(...reached);
  const shown = thresholds.filter((line) => line.name !== 'block' || line.logOdds <= highest + 1.5);
  const points = [...reached, ...shown.map((line) => line.logOdds)];
  const low = Math.min(...points);
  const high = Math.max(...points);
  const margin = Math.max(0.4, (high - low) * 0.06);
  const domain = { min: low - margin, max: high + margin };
  return {
    prior: risk.prior_log_odds,
    total: risk.log_odds,
    steps,
    thresholds: shown,
    domain,
    ticks: ticksBetween(domain.min, domain.max, 8),
    residual: risk.log_odds - sum,
  };
};

/** Position on the axis, 0–100 %. */
export const percentOf = (waterfall: Waterfall, value: number): number => {
  const { min, max } = waterfall.domain;
  return Math.min(100, Math.max(0, ((value - min) / (max - min)) * 100));
};
