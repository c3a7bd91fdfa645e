import type { Signal } from '../api/types.ts';
import { logistic, type ThresholdScores } from './waterfall.ts';

export interface Counterfactual {
  /** What is taken away, the weightiest first. */
  readonly without: readonly Signal[];
  /** Probability that would have been left. */
  readonly score: number;
  readonly level: 'low' | 'medium' | 'high';
  /**
   * Whether it is exact. Signals of a category count together up to a cap: where that cap took something away, the
   * others would have counted for more, so the true score lies at or above the one that is shown.
   */
  readonly exact: boolean;
}

/** The level of a score under the policy's thresholds. */
export const levelOf = (score: number, { medium, high }: ThresholdScores): Counterfactual['level'] =>
  score >= high ? 'high' : score >= medium ? 'medium' : 'low';

const without = (
  signals: readonly Signal[],
  log_odds: number,
  all: readonly Signal[],
  thresholds: ThresholdScores,
): Counterfactual => {
  const score = logistic(log_odds - signals.reduce((sum, signal) => sum + signal.log_odds, 0));
  const categories = new Set(signals.map(({ category }) => category));
  const exact = !all.some(
    (signal) =>
      categories.has(signal.category) &&
      !signals.includes(signal) &&
      Math.abs(signal.raw_log_odds - signal.log_odds) > 0.005,
  );
  return { without: signals, score, level: levelOf(score, thresholds), exact };
};

/** What the score would have been without each piece of evidence against the login, the weightiest first. */
export const withoutEach = (
  risk: { readonly log_odds: number },
  signals: readonly Signal[],
  thresholds: ThresholdScores,
): readonly Counterfactual[] =>
  signals
    .filter((signal) => signal.state === 'evidence' && signal.log_odds > 0)
    .toSorted((a, b) => b.log_odds - a.log_odds || (a.id < b.id ? -1 : 1))
    .map((signal) => without([signal], risk.log_odds, signals, thresholds));

/**
 * The fewest pieces of evidence without which the level would have been low; null when it is low already, or when even
 * without any evidence against it the score stays above.
 */
export const neededForLow = (
  risk: { readonly log_odds: number },
  signals: readonly Signal[],
  thresholds: ThresholdScores,
): Counterfactual | null => {
  if (levelOf(logistic(risk.log_odds), thresholds) === 'low') return null;
  const taken: Signal[] = [];
  for (const {
    without: [signal],
  } of withoutEach(risk, signals, thresholds)) {
    if (signal === undefined) continue;
    taken.push(signal);
    const left = without(taken, risk.log_odds, signals, thresholds);
    if (left.level === 'low') return left;
  }
  return null;
};
