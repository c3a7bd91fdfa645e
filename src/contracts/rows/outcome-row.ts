import type { OutcomeRecord } from '../../core/record.ts';
import { rowShape, timeColumn, uint32 } from './row.ts';

export const outcomeRow = rowShape<OutcomeRecord>('outcomes', [
  ['tenant', (r) => r.tenant],
  ['decision_id', (r) => r.decisionId],
  ['position', (r) => r.position],
  ['recorded_at', (r) => timeColumn(r.recordedAt_ms)],
  ['batch_id', (_, batchId) => batchId],
  ['decision_at', (r) => timeColumn(r.decisionOccurredAt_ms)],
  ['occurred_at', (r) => timeColumn(r.occurredAt_ms)],
  ['user_key', (r) => r.userKey ?? ''],
  ['status', (r) => r.status],
  ['method', (r) => r.method ?? ''],
  ['attempts', (r) => uint32(r.attempts ?? 0)],
  ['resolution', (r) => r.resolution],
  ['final_action', (r) => r.finalAction],
  ['record', (r) => r],
]);
