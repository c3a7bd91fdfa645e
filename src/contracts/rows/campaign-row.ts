import type { CellKind } from '../../core/campaign/cells.ts';
import type { CampaignMark } from '../../core/campaign/trace.ts';
import type { DecisionRecord } from '../../core/record.ts';
import { rowShape, timeColumn, uint32 } from './row.ts';

/** A mark with the decision that made it. */
export interface MarkedCampaign {
  readonly record: DecisionRecord;
  readonly mark: CampaignMark;
}

const parts = (m: MarkedCampaign, kind: CellKind): boolean => m.mark.cell === kind;

/** Names the cell among those of its campaign. */
export function cellKey({ record, mark }: MarkedCampaign): string {
  switch (mark.cell) {
    case 'as':
      return `as ${record.facts.asn ?? 0} ${record.facts.browser ?? ''}`;
    case 'tls':
      return `tls ${record.event.context.tlsFingerprint ?? ''}`;
    case 'network':
      return `network ${record.facts.network}`;
  }
}

export const campaignRow = rowShape<MarkedCampaign>('campaigns', [
  ['tenant', ({ record }) => record.tenant],
  ['campaign_id', ({ mark }) => mark.id],
  ['cell_key', cellKey],
  ['position', ({ record }) => record.position],
  ['recorded_at', ({ record }) => timeColumn(record.event.recordedAt_ms)],
  ['batch_id', (_, batchId) => batchId],
  ['phase', ({ mark }) => mark.phase],
  ['kind', ({ mark }) => mark.kind],
  ['started_at', ({ mark }) => timeColumn(mark.started_ms)],
  ['detected_at', ({ mark }) => timeColumn(mark.detected_ms)],
  ['last_seen_at', ({ mark }) => timeColumn(mark.lastSeen_ms)],
  ['ends_at', ({ mark }) => timeColumn(mark.ends_ms)],
  ['attempts', ({ mark }) => uint32(mark.attempts)],
  ['users', ({ mark }) => uint32(mark.users)],
  ['successes', ({ mark }) => uint32(mark.successes)],
  ['usual_per_min', ({ mark }) => mark.usualRate_per_min],
  ['cell', ({ mark }) => mark.cell],
  ['asn', (m) => (parts(m, 'as') ? uint32(m.record.facts.asn ?? 0) : 0)],
  ['as_name', (m) => (parts(m, 'as') ? (m.record.facts.as_name ?? '') : '')],
  ['client', (m) => (parts(m, 'as') ? (m.record.facts.browser ?? '') : '')],
  ['tls_fingerprint', (m) => (parts(m, 'tls') ? (m.record.event.context.tlsFingerprint ?? '') : '')],
  ['network', (m) => (parts(m, 'network') ? m.record.facts.network : '')],
  ['networks', ({ mark }) => mark.networks],
  ['network_attempts', ({ mark }) => mark.networkAttempts.map(uint32)],
]);
