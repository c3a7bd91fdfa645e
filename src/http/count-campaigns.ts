import type { DecisionRecord } from '../core/record.ts';
import type { Metrics } from '../ports/metrics.ts';

/** Counts the campaigns that a decision raised. */
export function countCampaigns(metrics: Pick<Metrics, 'campaign'>, decision: DecisionRecord): void {
  for (const { phase, kind } of decision.campaigns.marks) if (phase === 'start') metrics.campaign(kind);
}
