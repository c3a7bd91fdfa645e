import type {
  DecisionRowAnswer,
  DecisionRowListAnswer,
  RelatedAnswer,
} from '../contracts/http/decision-row-answer.ts';
import type { DecisionRow, DecisionRowPage } from '../ports/analytics.ts';
import type { RelatedDecisions } from './gatehouse.ts';
import { REPORT_GRACE_MS } from './record-outcome.ts';
import type { Resolved } from './resolution.ts';

/** A decision as lists show it. `now_ms` is the clock of receipt. */
export function renderRow(row: DecisionRow, now_ms: number): DecisionRowAnswer {
  const { id, ...fields } = row.fields;
  const { resolution, finalAction } = resolutionOfRow(row, now_ms);
  return {
    id,
    occurred_at: new Date(row.occurredAt_ms).toISOString(),
    recorded_at: new Date(row.recordedAt_ms).toISOString(),
    ...fields,
    network_classes: [...fields.network_classes],
    reasons: [...fields.reasons],
    resolution,
    final_action: finalAction,
    verdict: row.verdict,
  };
}

/** As `resolutionOf`, from what a row knows. */
function resolutionOfRow({ fields, challengeExpiresAt_ms, outcome }: DecisionRow, now_ms: number): Resolved {
  if (outcome !== null) return { resolution: outcome.resolution, finalAction: outcome.finalAction };
  if (challengeExpiresAt_ms !== null) {
    return now_ms > challengeExpiresAt_ms + REPORT_GRACE_MS
      ? { resolution: 'expired', finalAction: 'block' }
      : { resolution: 'pending', finalAction: null };
  }
  return { resolution: null, finalAction: fields.action === 'challenge' ? null : fields.action };
}

export const renderRowPage = (page: DecisionRowPage, now_ms: number): DecisionRowListAnswer => ({
  data: page.data.map((row) => renderRow(row, now_ms)),
  next_cursor: page.nextCursor,
});

export function renderRelated(related: RelatedDecisions, now_ms: number): RelatedAnswer {
  const some = (found: RelatedDecisions['address']): RelatedAnswer['address'] => ({
    total: found.total,
    data: found.data.map((row) => renderRow(row, now_ms)),
  });
  return {
    previous: related.previous === null ? null : renderRow(related.previous, now_ms),
    user: related.user === null ? null : some(related.user),
    address: some(related.address),
    device: related.device === null ? null : some(related.device),
  };
}
