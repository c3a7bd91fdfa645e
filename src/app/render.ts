import type { DecisionAnswer } from '../contracts/http/decision-answer.ts';
import type { DecisionListAnswer, DecisionViewAnswer } from '../contracts/http/decision-view-answer.ts';
import type { OutcomeAnswer } from '../contracts/http/outcome-answer.ts';
import type { PanelAnswer, PanelListAnswer } from '../contracts/http/panel-answers.ts';
import type { ErasureAnswer, UserAnswer, UserExportAnswer } from '../contracts/http/user-answers.ts';
import type { JudgedSignal } from '../core/decision.ts';
import type { LoginEvent } from '../core/event.ts';
import { explainSignal } from '../core/explain.ts';
import type {
  DecisionRecord,
  DecisionView,
  FeedbackRecord,
  OutcomeRecord,
  RecordedFacts,
} from '../core/record.ts';
import { SIGNALS } from '../core/signals/index.ts';
import type { DecisionPage, PanelInfo, PanelResult, Seen } from '../ports/analytics.ts';
import type { ErasureReceipt, UserExport, UserSummary } from './gatehouse.ts';
import { renderCounterfactuals } from './render-counterfactuals.ts';
import { renderRow } from './render-row.ts';
import { resolutionOf } from './resolution.ts';

export interface AnswerOptions {
  readonly includeSignals: boolean;
  /** Whether the decision is in the durable log. */
  readonly recorded: boolean;
  readonly token?: string | null;
}

/** A decision as `POST /v1/risk` answers it, its fields in the order of the documentation. */
export function renderAnswer(decision: DecisionRecord, options: AnswerOptions): DecisionAnswer {
  const { verdict, policy, versions } = decision;
  const token = options.token ?? null;
  return {
    id: decision.id,
    event_id: decision.event.eventId,
    recorded: options.recorded,
    action: verdict.action,
    risk: {
      score: verdict.score,
      level: verdict.level,
      log_odds: verdict.logOdds,
      prior_log_odds: verdict.priorLogOdds,
    },
    confidence: verdict.confidence,
    reasons: verdict.reasons.map(({ code, message }) => ({ code, message })),
    ...(options.includeSignals
      ? {
          signals: verdict.signals.map(renderSignal),
          counterfactuals: renderCounterfactuals(decision),
        }
      : {}),
    challenge: renderChallenge(decision),
    policy: {
      id: policy.id,
      version: policy.version,
      rule: verdict.rule,
      mode: policy.mode,
      would_have: verdict.wouldHave,
      thresholds: policy.thresholds,
    },
    learning: verdict.learning,
    degraded: renderDegraded(decision),
    warnings: decision.warnings.map(({ pointer, code }) => ({ pointer, code })),
    versions: {
      engine: versions.engine,
      model: versions.model,
      ip_intelligence: versions.ipIntelligence,
    },
    ...(token === null ? {} : { decision_token: token }),
  };
}

/** The answer to the report of a challenge's outcome. `now_ms` is the clock of receipt, here and below. */
export function renderOutcome(
  view: DecisionView,
  options: AnswerOptions & { now_ms: number },
): OutcomeAnswer {
  const { resolution, finalAction } = resolutionOf(view, options.now_ms);
  return { ...renderAnswer(view.decision, options), resolution, final_action: finalAction };
}

/** The whole record, as decisions are read later. */
export function renderView(view: DecisionView, now_ms: number): DecisionViewAnswer {
  const { decision, outcome, feedback } = view;
  const { resolution, finalAction } = resolutionOf(view, now_ms);
  return {
    ...renderAnswer(decision, { includeSignals: true, recorded: true }),
    resolution,
    final_action: finalAction,
    source: decision.source,
    event: renderEvent(decision.event),
    facts: renderFacts(decision.facts),
    outcome: outcome === null ? null : renderOutcomeRecord(outcome),
    feedback: feedback.map(renderFeedback),
  };
}

/** A page of a search. */
export function renderDecisionPage(page: DecisionPage, now_ms: number): DecisionListAnswer {
  return { data: page.data.map((view) => renderView(view, now_ms)), next_cursor: page.nextCursor };
}

export function renderUserSummary(summary: UserSummary, now_ms: number): UserAnswer {
  const { profile } = summary;
  return {
    user_id: summary.userId,
    risk_level: summary.riskLevel,
    profile:
      profile === null
        ? null
        : {
            created_at: profile.created_at,
            logins: profile.logins,
            last_login_at: profile.last_login_at,
            last_country: profile.last_country,
          },
    devices: [...(profile?.devices ?? [])],
    countries: [...(profile?.countries ?? [])],
    places: [...(profile?.places ?? [])],
    networks: [...(profile?.networks ?? [])],
    clients: [...(profile?.clients ?? [])],
    last_decisions: summary.lastDecisions.map((view) => renderView(view, now_ms)),
    activity: renderActivity(summary),
    timeline: summary.timeline.map((row) => renderRow(row, now_ms)),
  };
}

function renderActivity({ activity, window, deviceStatus }: UserSummary): UserAnswer['activity'] {
  return {
    from: time(window.from_ms),
    to: time(window.to_ms),
    decisions: activity.decisions,
    failed: activity.failed,
    challenged: activity.challenged,
    blocked: activity.blocked,
    risk: activity.risk.map(({ t_ms, ...day }) => ({ t: time(t_ms), ...day })),
    devices: activity.devices.map((device) => ({
      device_key: device.device_key,
      browser: device.browser,
      os: device.os,
      device_type: device.device_type,
      countries: [...device.countries],
      status: deviceStatus.get(device.device_key) ?? 'unknown',
      ...renderSeen(device),
    })),
    networks: activity.networks.map((network) => ({
      asn: network.asn,
      as_name: network.as_name,
      country: network.country,
      network_classes: [...network.network_classes],
      ...renderSeen(network),
    })),
    places: activity.places.map((place) => ({
      country: place.country,
      region: place.region,
      city: place.city,
      latitude: place.latitude,
      longitude: place.longitude,
      ...renderSeen(place),
    })),
    addresses: activity.addresses.map((address) => ({ ip: address.ip, ...renderSeen(address) })),
  };
}

const renderSeen = (seen: Seen) => ({
  decisions: seen.decisions,
  first_seen: time(seen.firstSeen_ms),
  last_seen: time(seen.lastSeen_ms),
});

export function renderUserExport(exported: UserExport, now_ms: number): UserExportAnswer {
  const { profile } = exported;
  return {
    user_id: exported.userId,
    exported_at: time(exported.exportedAt_ms),
    profile:
      profile === null
        ? null
        : {
            ...profile,
            devices: [...profile.devices],
            countries: [...profile.countries],
            places: [...profile.places],
            networks: [...profile.networks],
            clients: [...profile.clients],
          },
    decisions: exported.decisions.map((view) => renderView(view, now_ms)),
    forgotten_devices: exported.forgottenDevices.map(({ deviceKey, actor, note, recordedAt_ms }) => ({
      device_key: deviceKey,
      forgotten_at: time(recordedAt_ms),
      actor: actor === null ? null : { ...actor },
      note,
    })),
  };
}

export const renderErasure = (receipt: ErasureReceipt): ErasureAnswer => ({
  id: receipt.id,
  erased_at: time(receipt.erasedAt_ms),
  decisions: receipt.decisions,
  profile: receipt.profile,
});

export const renderPanels = (panels: readonly PanelInfo[]): PanelListAnswer => ({
  data: panels.map((panel) => ({
    id: panel.id,
    title: panel.title,
    description: panel.description,
    parameters: panel.parameters.map((parameter) => ({ ...parameter })),
    schema: panel.schema.map((column) => ({ ...column })),
    chart: panel.chart,
    group: panel.group,
  })),
  next_cursor: null,
});

/** `before`: the same panel over the window just before, where it was asked for. */
export const renderPanel = (result: PanelResult, before: PanelResult | null): PanelAnswer => ({
  id: result.id,
  title: result.title,
  from: time(result.from_ms),
  to: time(result.to_ms),
  bucket_s: result.bucket_s,
  source: result.source,
  schema: result.schema.map((column) => ({ ...column })),
  rows: [...result.rows],
  previous:
    before === null ? null : { from: time(before.from_ms), to: time(before.to_ms), rows: [...before.rows] },
  sql: result.sql,
});

export function renderSignal(signal: JudgedSignal): NonNullable<DecisionAnswer['signals']>[number] {
  const message = explainSignal(signal, SIGNALS);
  return {
    id: signal.id,
    category: signal.category,
    state: signal.state,
    log_odds: signal.logOdds,
    raw_log_odds: signal.rawLogOdds,
    ...(message === null ? {} : { message }),
    details: signal.why === null ? signal.details : { ...signal.details, why: signal.why },
  };
}

/** Only a challenge that was made: a dry run makes none. */
function renderChallenge({ verdict, challenge }: DecisionRecord): DecisionAnswer['challenge'] {
  const demand = verdict.challenge;
  if (challenge === null || demand === null) return null;
  return {
    id: challenge.id,
    kind: demand.kind,
    methods: demand.methods === null ? null : [...demand.methods],
    acr_values: demand.acrValues,
    expires_at: time(challenge.expiresAt_ms),
    ...(demand.retryAfter_s === null ? {} : { retry_after_s: demand.retryAfter_s }),
  };
}

function renderDegraded({ verdict: { degraded } }: DecisionRecord): DecisionAnswer['degraded'] {
  if (degraded === null) return null;
  return {
    missing: [...degraded.missing],
    cause: degraded.cause,
    fallback: degraded.fallback,
    robust: degraded.robust,
  };
}

function renderEvent(event: LoginEvent): DecisionViewAnswer['event'] {
  const { user, context, device, session, authentication } = event;
  return {
    type: event.type,
    status: event.status,
    occurred_at: time(event.occurredAt_ms),
    recorded_at: time(event.recordedAt_ms),
    attempt_id: event.attemptId,
    user: {
      id: user.id,
      registered_at: maybeTime(user.registeredAt_ms),
      challenge_methods: user.challengeMethods === null ? null : [...user.challengeMethods],
    },
    context: {
      ip: context.ip,
      user_agent: context.userAgent,
      headers: context.headers,
      rtt_ms: context.rtt_ms,
      tls_fingerprint: context.tlsFingerprint,
    },
    device: device === null ? null : { key: device.key, presented: device.presented, bound: device.bound },
    session:
      session === null
        ? null
        : {
            key: session.key,
            created_at: maybeTime(session.createdAt_ms),
            authenticated_at: maybeTime(session.authenticatedAt_ms),
          },
    application: { id: event.applicationId },
    authentication: {
      method: authentication.method,
      amr: [...authentication.amr],
      acr: authentication.acr,
      idp: authentication.idp === null ? null : { id: authentication.idp.id, kind: authentication.idp.kind },
      credential_compromised: authentication.credentialCompromised,
    },
    properties: event.properties,
    disposition: event.disposition,
  };
}

/** Field by field, so that a fact recorded for the engine alone does not reach the wire by itself. */
function renderFacts(facts: RecordedFacts): DecisionViewAnswer['facts'] {
  return {
    country: facts.country,
    region: facts.region,
    city: facts.city,
    latitude: facts.latitude,
    longitude: facts.longitude,
    accuracy_km: facts.accuracy_km,
    asn: facts.asn,
    as_name: facts.as_name,
    address_kind: facts.address_kind,
    network: facts.network,
    network_classes: [...facts.network_classes],
    blocklists: [...facts.blocklists],
    browser: facts.browser,
    browser_major: facts.browser_major,
    os: facts.os,
    os_version: facts.os_version,
    device_type: facts.device_type,
    automation: facts.automation,
    profile_logins: facts.profile_logins,
    address_users: facts.address_users,
  };
}

const renderOutcomeRecord = (outcome: OutcomeRecord): DecisionViewAnswer['outcome'] => ({
  status: outcome.status,
  method: outcome.method,
  attempts: outcome.attempts,
  occurred_at: time(outcome.occurredAt_ms),
  recorded_at: time(outcome.recordedAt_ms),
});

const renderFeedback = (feedback: FeedbackRecord): DecisionViewAnswer['feedback'][number] => ({
  verdict: feedback.verdict,
  source: feedback.source,
  scope: feedback.scope,
  actor: feedback.actor === null ? null : { type: feedback.actor.type, id: feedback.actor.id },
  note: feedback.note,
  recorded_at: time(feedback.recordedAt_ms),
});

const time = (at_ms: number): string => new Date(at_ms).toISOString();
const maybeTime = (at_ms: number | null): string | null => (at_ms === null ? null : time(at_ms));
