import { standingVerdict } from '../core/feedback.ts';
import type { DecisionRecord } from '../core/record.ts';
import type { DecisionRow } from './analytics.ts';
import type { Annotations } from './risk-state.ts';

const UNSAID: Annotations = Object.freeze({ outcome: null, feedback: Object.freeze([]) });

/** What lists show of a decision, from its record; the same as analytics gives from its columns. */
export function decisionRowOf(record: DecisionRecord, said: Annotations = UNSAID): DecisionRow {
  const { event, facts, verdict } = record;
  return {
    position: record.position,
    userKey: event.user.key,
    occurredAt_ms: event.occurredAt_ms,
    recordedAt_ms: event.recordedAt_ms,
    challengeExpiresAt_ms: record.challenge?.expiresAt_ms ?? null,
    outcome:
      said.outcome === null
        ? null
        : { resolution: said.outcome.resolution, finalAction: said.outcome.finalAction },
    verdict: standingVerdict(said.feedback)?.verdict ?? null,
    fields: {
      id: record.id,
      source: record.source,
      type: event.type,
      status: event.status,
      application: event.applicationId,
      event_id: event.eventId,
      attempt_id: event.attemptId,
      user_id: event.user.id,
      ip: event.context.ip,
      network: facts.network,
      country: facts.country,
      region: facts.region,
      city: facts.city,
      latitude: facts.latitude,
      longitude: facts.longitude,
      asn: facts.asn,
      as_name: facts.as_name,
      network_classes: facts.network_classes,
      device_key: event.device?.key ?? null,
      browser: facts.browser,
      browser_major: facts.browser_major,
      os: facts.os,
      device_type: facts.device_type,
      user_agent: event.context.userAgent,
      method: event.authentication.method,
      score: verdict.score,
      level: verdict.level,
      action: verdict.action,
      enforced: verdict.enforced,
      mode: record.policy.mode,
      rule: verdict.rule,
      reasons: verdict.reasons.map(({ code }) => code),
      confidence: verdict.confidence,
      degraded: verdict.degraded !== null,
      learning: verdict.learning,
      challenge_kind: verdict.challenge?.kind ?? null,
      login_key: event.user.key === null ? event.user.loginKey : null,
    },
  };
}
