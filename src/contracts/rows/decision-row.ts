import type { JudgedSignal } from '../../core/decision.ts';
import type { Charted, DecisionRecord } from '../../core/record.ts';
import { decisionToText } from './record-text.ts';
import { type ColumnOf, rowShape, timeColumn, uint32, uint32OrNull } from './row.ts';

/** Of every signal that is not neutral: neutral ones are most of all and stand in the record. */
const signal = <T>(value: (signal: JudgedSignal) => T) => {
  return (record: DecisionRecord): T[] => {
    const values: T[] = [];
    for (const judged of record.verdict.signals) if (judged.state !== 'neutral') values.push(value(judged));
    return values;
  };
};

/** What the superseded event was counted under; an attempt that does not say was counted as its successor is. */
const superseded = <T>(said: (charted: Charted) => T, own: (record: DecisionRecord) => T, none: T) => {
  return (record: DecisionRecord): T => {
    if (record.supersedes === null) return none;
    const { charted } = record.supersedes;
    return charted === undefined ? own(record) : said(charted);
  };
};

const reasonCodes = (record: DecisionRecord): readonly string[] =>
  record.verdict.reasons.map((reason) => reason.code);

/** The country of the last login, where the travel from there is a finding. */
function travelledFrom(record: DecisionRecord): string {
  if (record.facts.country === null) return '';
  const travel = record.verdict.signals.find(({ id }) => id === 'location.impossible_travel');
  const from = travel?.state === 'evidence' ? travel.details.previous_country : null;
  return typeof from === 'string' && from !== record.facts.country ? from : '';
}

const COLUMNS: readonly ColumnOf<DecisionRecord>[] = [
  ['tenant', (r) => r.tenant],
  ['occurred_at', (r) => timeColumn(r.event.occurredAt_ms)],
  ['position', (r) => r.position],
  ['recorded_at', (r) => timeColumn(r.event.recordedAt_ms)],
  ['batch_id', (_, batchId) => batchId],
  ['id', (r) => r.id],
  ['source', (r) => r.source],

  ['event_id', (r) => r.event.eventId ?? ''],
  ['attempt_id', (r) => r.event.attemptId ?? ''],
  ['type', (r) => r.event.type],
  ['status', (r) => r.event.status],
  ['application', (r) => r.event.applicationId],
  ['user_id', (r) => r.event.user.id ?? ''],
  ['user_key', (r) => r.event.user.key ?? ''],
  ['login_key', (r) => r.event.user.loginKey ?? ''],
  ['ip', (r) => r.event.context.ip],
  ['user_agent', (r) => r.event.context.userAgent ?? ''],
  ['rtt_ms', (r) => uint32OrNull(r.event.context.rtt_ms)],
  ['tls_fingerprint', (r) => r.event.context.tlsFingerprint ?? ''],
  ['device_key', (r) => r.event.device?.key ?? ''],
  ['device_presented', (r) => r.event.device?.presented ?? null],
  ['fingerprint_key', (r) => r.event.device?.fingerprintKey ?? ''],
  ['device_bound', (r) => r.event.device?.bound ?? null],
  ['session_key', (r) => r.event.session?.key ?? ''],
  ['method', (r) => r.event.authentication.method ?? ''],
  ['amr', (r) => r.event.authentication.amr],
  ['acr', (r) => r.event.authentication.acr ?? ''],
  ['idp', (r) => r.event.authentication.idp?.id ?? ''],
  ['credential_compromised', (r) => r.event.authentication.credentialCompromised],
  ['disposition', (r) => r.event.disposition ?? ''],

  ['country', (r) => r.facts.country ?? ''],
  ['region', (r) => r.facts.region ?? ''],
  ['city', (r) => r.facts.city ?? ''],
  ['latitude', (r) => r.facts.latitude],
  ['longitude', (r) => r.facts.longitude],
  ['accuracy_km', (r) => r.facts.accuracy_km],
  ['asn', (r) => uint32(r.facts.asn ?? 0)],
  ['as_name', (r) => r.facts.as_name ?? ''],
  ['address_kind', (r) => r.facts.address_kind],
  ['network', (r) => r.facts.network],
  ['network_classes', (r) => r.facts.network_classes],
  ['blocklists', (r) => r.facts.blocklists],
  ['browser', (r) => r.facts.browser ?? ''],
  ['browser_major', (r) => uint32(r.facts.browser_major ?? 0)],
  ['os', (r) => r.facts.os ?? ''],
  ['os_version', (r) => r.facts.os_version ?? ''],
  ['device_type', (r) => r.facts.device_type ?? ''],
  ['automation', (r) => r.facts.automation ?? ''],
  ['profile_logins', (r) => uint32OrNull(r.facts.profile_logins)],
  ['address_users', (r) => uint32OrNull(r.facts.address_users)],
  ['previous_country', travelledFrom],

  ['prior_log_odds', (r) => r.verdict.priorLogOdds],
  ['log_odds', (r) => r.verdict.logOdds],
  ['score', (r) => r.verdict.score],
  ['level', (r) => r.verdict.level],
  ['confidence', (r) => r.verdict.confidence],
  ['action', (r) => r.verdict.action],
  ['enforced', (r) => r.verdict.enforced],
  ['rule', (r) => r.verdict.rule],
  ['reasons', reasonCodes],
  ['learning', (r) => r.verdict.learning],
  ['degraded', (r) => r.verdict.degraded !== null],
  ['degraded_missing', (r) => r.verdict.degraded?.missing ?? []],
  ['degraded_cause', (r) => r.verdict.degraded?.cause ?? ''],
  ['challenge_id', (r) => r.challenge?.id ?? ''],
  ['challenge_kind', (r) => r.verdict.challenge?.kind ?? ''],
  ['challenge_expires_at', (r) => (r.challenge === null ? 0 : timeColumn(r.challenge.expiresAt_ms))],
  ['policy_id', (r) => r.policy.id],
  ['policy_version', (r) => uint32(r.policy.version)],
  ['mode', (r) => r.policy.mode],
  ['engine', (r) => r.versions.engine],
  ['model', (r) => r.versions.model],
  ['ip_intelligence', (r) => r.versions.ipIntelligence],
  ['api_key_id', (r) => r.apiKeyId ?? ''],

  ['signals.id', signal((s) => s.id)],
  ['signals.state', signal((s) => s.state)],
  ['signals.log_odds', signal((s) => s.logOdds)],
  ['signals.raw_log_odds', signal((s) => s.rawLogOdds)],

  ['superseded_id', (r) => r.supersedes?.decisionId ?? ''],
  ['superseded_at', (r) => timeColumn(r.supersedes?.occurredAt_ms ?? 0)],
  [
    'superseded_source',
    superseded<string>(
      (c) => c.source,
      (r) => r.source,
      '',
    ),
  ],
  [
    'superseded_type',
    superseded<string>(
      (c) => c.type,
      (r) => r.event.type,
      '',
    ),
  ],
  ['superseded_status', (r) => r.supersedes?.status ?? ''],
  [
    'superseded_application',
    superseded(
      (c) => c.applicationId,
      (r) => r.event.applicationId,
      '',
    ),
  ],
  ['superseded_action', (r) => r.supersedes?.action ?? ''],
  ['superseded_level', (r) => r.supersedes?.level ?? ''],
  [
    'superseded_country',
    superseded(
      (c) => c.country ?? '',
      (r) => r.facts.country ?? '',
      '',
    ),
  ],
  [
    'superseded_score',
    superseded(
      (c) => c.score,
      (r) => r.verdict.score,
      0,
    ),
  ],
  [
    'superseded_degraded',
    superseded(
      (c) => c.degraded,
      (r) => r.verdict.degraded !== null,
      false,
    ),
  ],
  ['superseded_reasons', superseded((c) => c.reasons, reasonCodes, [])],

  ['record', decisionToText],
];

export const decisionRow = rowShape('decisions', COLUMNS);
