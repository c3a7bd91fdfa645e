import type { ForgottenDeviceRecord } from '../../core/record.ts';
import { rowShape, timeColumn } from './row.ts';

export const forgottenDeviceRow = rowShape<ForgottenDeviceRecord>('forgotten_devices', [
  ['tenant', (r) => r.tenant],
  ['user_key', (r) => r.userKey],
  ['position', (r) => r.position],
  ['recorded_at', (r) => timeColumn(r.recordedAt_ms)],
  ['batch_id', (_, batchId) => batchId],
  ['device_key', (r) => r.deviceKey],
  ['actor_type', (r) => r.actor?.type ?? ''],
  ['actor_id', (r) => r.actor?.id ?? ''],
  ['note', (r) => r.note ?? ''],
]);
