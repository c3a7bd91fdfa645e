import type { JudgedSignal } from '../decision.ts';
import type { LoginEvent } from '../event.ts';
import type { Facts } from '../facts.ts';
import { createScorer, type Score } from '../score.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import type { Model } from './model.ts';

/**
 * The score of a recorded decision by any model that can still be loaded: its signals' raw evidence weighed, capped and
 * summed again. With the model that the decision names it gives that decision's shares and score to the bit; with
 * another one, what that model would have made of the same evidence.
 */
export function recompute(recorded: readonly JudgedSignal[], priorLogOdds: number, model: Model): Score {
  const replayed = recorded.map(
    ({ id, category, state, rawLogOdds, details, why }): Signal => ({
      id: id as Signal['id'],
      category,
      title: id,
      description: '',
      needs: [],
      dependsOnOthers: false,
      judge: () =>
        state === 'evidence'
          ? evidence(rawLogOdds, details)
          : state === 'neutral'
            ? neutral(details)
            : abstain(why ?? 'unavailable'),
      explain: () => '',
      examples: { positive: [], negative: [], abstaining: [] },
    }),
  );
  // The judges above look at neither.
  const nothing = null as unknown as LoginEvent & Facts;
  return createScorer(replayed, model.caps, model.weights)(nothing, nothing, priorLogOdds);
}
