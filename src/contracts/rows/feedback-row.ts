import type { FeedbackRecord } from '../../core/record.ts';
import { storedFeedback } from './record-json.ts';
import { rowShape, timeColumn } from './row.ts';

export const feedbackRow = rowShape<FeedbackRecord>('feedback', [
  ['tenant', (r) => r.tenant],
  ['decision_id', (r) => r.decisionId],
  ['position', (r) => r.position],
  ['recorded_at', (r) => timeColumn(r.recordedAt_ms)],
  ['batch_id', (_, batchId) => batchId],
  ['decision_at', (r) => timeColumn(r.decisionOccurredAt_ms)],
  ['user_key', (r) => r.userKey ?? ''],
  ['verdict', (r) => r.verdict],
  ['source', (r) => r.source],
  ['scope', (r) => r.scope],
  ['actor_type', (r) => r.actor?.type ?? ''],
  ['actor_id', (r) => r.actor?.id ?? ''],
  ['note', (r) => r.note ?? ''],
  ['record', storedFeedback],
]);
