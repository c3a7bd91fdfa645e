import { positionOfId } from '../core/decision-id.ts';
import { mergeFeedback } from '../core/feedback.ts';
import type { DecisionView } from '../core/record.ts';
import type { Analytics } from '../ports/analytics.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import type { RiskState } from '../ports/risk-state.ts';
import { AppError } from './errors.ts';

/** @throws AppError `not_found` for unknown and foreign ids alike. */
export type ReadDecision = (tenant: string, id: string) => Promise<DecisionView>;

export interface ReadDecisionDependencies {
  readonly log: DecisionLog;
  readonly state: RiskState;
  readonly analytics: Analytics;
}

/**
 * A decision by its id. What was acknowledged is there at once: the log is asked first, because an id names its
 * position in the log; analytics knows the older ones.
 */
export function createReadDecision({ log, state, analytics }: ReadDecisionDependencies): ReadDecision {
  return async (tenant, id) => {
    const position = positionOfId(id);
    if (position !== undefined) {
      const record = await log.at(position);
      if (record?.kind === 'decision' && record.id === id) {
        if (record.tenant !== tenant) throw notFound();
        return { decision: record, ...(await state.annotations(id)) };
      }
    }
    const view = await analytics.decision(tenant, id);
    if (view === undefined) throw notFound();
    const annotations = await state.annotations(id);
    return {
      decision: view.decision,
      outcome: annotations.outcome ?? view.outcome,
      feedback: mergeFeedback(view.feedback, annotations.feedback),
    };
  };
}

const notFound = (): AppError => new AppError('not_found', 'There is no such decision.');
