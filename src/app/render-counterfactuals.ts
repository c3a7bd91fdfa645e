import type { CounterfactualsAnswer } from '../contracts/http/decision-answer.ts';
import { DEFAULT_POLICY } from '../core/default-policy.ts';
import { counterfactuals } from '../core/explain.ts';
import { MODELS } from '../core/model/model.ts';
import type { DecisionRecord } from '../core/record.ts';
import { SIGNALS } from '../core/signals/index.ts';

const TITLES: ReadonlyMap<string, string> = new Map(SIGNALS.map(({ id, title }) => [id, title]));

/**
 * What would have made the level `low`, computed from the recorded evidence by the model that decided; `null` where
 * the level is low, or the model is one that this version does not know.
 */
export function renderCounterfactuals(decision: DecisionRecord): CounterfactualsAnswer | null {
  const { verdict, policy } = decision;
  const model = MODELS.get(decision.versions.model);
  if (verdict.level === 'low' || model === undefined) return null;
  const found = counterfactuals(
    verdict,
    { thresholds: policy.thresholds, levels: DEFAULT_POLICY.levels },
    model.caps,
    model.weights,
  );
  return {
    excess_log_odds: Math.round(found.excess_nats * 1e6) / 1e6,
    without: found.without.map(({ id, logOdds, score, level }) => ({
      signal: id,
      log_odds: logOdds,
      score,
      level,
      message: `Level ${level}, were it not for: ${(TITLES.get(id) ?? id).toLowerCase()}`,
    })),
    together: found.together === null ? null : [...found.together],
    fixed: [...found.fixed],
  };
}
