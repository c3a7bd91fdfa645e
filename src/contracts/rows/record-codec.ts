import type { CampaignMark, CampaignTrace } from '../../core/campaign/trace.ts';
import type { JudgedSignal, Verdict } from '../../core/decision.ts';
import type { LoginEvent } from '../../core/event.ts';
import type { Features } from '../../core/facts.ts';
import type {
  AttemptState,
  Charted,
  DecisionRecord,
  ErasureRecord,
  FeedbackRecord,
  ForgottenDeviceRecord,
  Learnable,
  LogRecord,
  OutcomeRecord,
  RecordedFacts,
} from '../../core/record.ts';
import type { Details } from '../../core/signal.ts';
import type { Scalar, ScalarSource, ScalarTarget } from './scalars.ts';

/** Raised by any change of what is written here, or in which order. */
export const RECORD_VERSION = 3;

/**
 * A further kind of record changes nothing of the others, so these keep their version and older versions of Gatehouse
 * read on until they meet the new kind, which names a newer one.
 */
export const NEWEST_RECORD_VERSION = 4;

/** The version that reads a record at least. */
export const versionOf = (record: LogRecord): number =>
  record.kind === 'forgotten_device' ? NEWEST_RECORD_VERSION : RECORD_VERSION;

/**
 * Records as scalars in a fixed order: what `write…` writes, `read…` reads. Nothing names a field, so any change here
 * needs a new `RECORD_VERSION`, and readers that still know the old one. Reading builds whole, typed objects, so a field that is added to a record and
 * forgotten here does not compile.
 */

export function writeRecord(w: ScalarTarget, record: LogRecord): void {
  w.write(record.kind);
  w.write(record.position);
  w.write(record.tenant);
  switch (record.kind) {
    case 'decision':
      writeDecision(w, record);
      return;
    case 'outcome':
      writeOutcome(w, record);
      return;
    case 'feedback':
      writeFeedback(w, record);
      return;
    case 'forgotten_device':
      writeForgottenDevice(w, record);
      return;
    case 'erasure':
      w.write(record.receiptId);
      w.write(record.userKey);
      w.write(record.recordedAt_ms);
  }
}

export function readRecord(r: ScalarSource): LogRecord {
  const kind = r.text<LogRecord['kind']>();
  const position = r.number();
  const tenant = r.text();
  switch (kind) {
    case 'decision':
      return readDecision(r, position, tenant);
    case 'outcome':
      return readOutcome(r, position, tenant);
    case 'feedback':
      return readFeedback(r, position, tenant);
    case 'forgotten_device':
      return readForgottenDevice(r, position, tenant);
    case 'erasure':
      return readErasure(r, position, tenant);
    default:
      throw new RangeError('unknown kind of record');
  }
}

function writeDecision(w: ScalarTarget, record: DecisionRecord): void {
  w.write(record.id);
  w.write(record.source);
  writeEvent(w, record.event);
  writeFacts(w, record.facts);
  writeVerdict(w, record.verdict);
  w.write(record.challenge?.id ?? null);
  if (record.challenge !== null) w.write(record.challenge.expiresAt_ms);
  w.write(record.policy.id);
  w.write(record.policy.version);
  w.write(record.policy.mode);
  w.write(record.policy.thresholds.medium);
  w.write(record.policy.thresholds.high);
  w.write(record.policy.thresholds.block);
  w.write(record.warnings.length);
  for (const warning of record.warnings) {
    w.write(warning.pointer);
    w.write(warning.code);
  }
  w.write(record.versions.engine);
  w.write(record.versions.model);
  w.write(record.versions.ipIntelligence);
  w.write(record.requestHash);
  w.write(record.apiKeyId);
  w.write(record.idempotency?.key ?? null);
  if (record.idempotency !== null) w.write(record.idempotency.bodyHash);
  writeAttempt(w, record.supersedes);
  writeLearnable(w, record.learnable);
  writeCampaigns(w, record.campaigns);
}

function readDecision(r: ScalarSource, position: number, tenant: string): DecisionRecord {
  const id = r.text();
  const source = r.text<DecisionRecord['source']>();
  const event = readEvent(r);
  const facts = readFacts(r);
  const verdict = readVerdict(r);
  const challengeId = r.textOrNull();
  const challenge = challengeId === null ? null : { id: challengeId, expiresAt_ms: r.number() };
  const policy = {
    id: r.text(),
    version: r.number(),
    mode: r.text<DecisionRecord['policy']['mode']>(),
    thresholds: { medium: r.number(), high: r.number(), block: r.number() },
  };
  const warnings = times(r.number(), () => ({ pointer: r.text(), code: r.text() }));
  const versions = { engine: r.text(), model: r.text(), ipIntelligence: r.text() };
  const requestHash = r.textOrNull();
  const apiKeyId = r.textOrNull();
  const idempotencyKey = r.textOrNull();
  return {
    kind: 'decision',
    position,
    id,
    tenant,
    source,
    event,
    facts,
    verdict,
    challenge,
    policy,
    warnings,
    versions,
    requestHash,
    apiKeyId,
    idempotency: idempotencyKey === null ? null : { key: idempotencyKey, bodyHash: r.text() },
    supersedes: readAttempt(r),
    learnable: readLearnable(r),
    campaigns: readCampaigns(r),
  };
}

function writeEvent(w: ScalarTarget, event: LoginEvent): void {
  w.write(event.tenant);
  w.write(event.eventId);
  w.write(event.attemptId);
  w.write(event.type);
  w.write(event.status);
  w.write(event.occurredAt_ms);
  w.write(event.recordedAt_ms);
  w.write(event.user.id);
  w.write(event.user.key);
  w.write(event.user.loginKey);
  w.write(event.user.registeredAt_ms);
  writeTextsOrNull(w, event.user.challengeMethods);
  w.write(event.context.ip);
  w.write(event.context.userAgent);
  writeMap(w, event.context.headers);
  w.write(event.context.rtt_ms);
  w.write(event.context.tlsFingerprint);
  w.write(event.device !== null);
  if (event.device !== null) {
    w.write(event.device.key);
    w.write(event.device.presented);
    w.write(event.device.fingerprintKey);
    w.write(event.device.bound);
  }
  w.write(event.session !== null);
  if (event.session !== null) {
    w.write(event.session.key);
    w.write(event.session.createdAt_ms);
    w.write(event.session.authenticatedAt_ms);
  }
  w.write(event.applicationId);
  w.write(event.authentication.method);
  writeTexts(w, event.authentication.amr);
  w.write(event.authentication.acr);
  w.write(event.authentication.idp?.id ?? null);
  if (event.authentication.idp !== null) w.write(event.authentication.idp.kind);
  w.write(event.authentication.credentialCompromised);
  // Free-form, and the caller's: its keys may be anything, `__proto__` too.
  w.write(event.properties === null ? null : JSON.stringify(event.properties));
  w.write(event.disposition);
}

function readEvent(r: ScalarSource): LoginEvent {
  return {
    tenant: r.text(),
    eventId: r.textOrNull(),
    attemptId: r.textOrNull(),
    type: r.text(),
    status: r.text(),
    occurredAt_ms: r.number(),
    recordedAt_ms: r.number(),
    user: {
      id: r.textOrNull(),
      key: r.textOrNull(),
      loginKey: r.textOrNull(),
      registeredAt_ms: r.numberOrNull(),
      challengeMethods: readTextsOrNull(r),
    },
    context: {
      ip: r.text(),
      userAgent: r.textOrNull(),
      headers: readMap(r, () => r.text()),
      rtt_ms: r.numberOrNull(),
      tlsFingerprint: r.textOrNull(),
    },
    device: r.flag()
      ? {
          key: r.textOrNull(),
          presented: r.flagOrNull(),
          fingerprintKey: r.textOrNull(),
          bound: r.flagOrNull(),
        }
      : null,
    session: r.flag()
      ? { key: r.textOrNull(), createdAt_ms: r.numberOrNull(), authenticatedAt_ms: r.numberOrNull() }
      : null,
    applicationId: r.text(),
    authentication: {
      method: r.textOrNull(),
      amr: readTexts(r),
      acr: r.textOrNull(),
      idp: readIdp(r),
      credentialCompromised: r.flag(),
    },
    properties: readJson(r),
    disposition: r.textOrNull(),
  };
}

function readIdp(r: ScalarSource): LoginEvent['authentication']['idp'] {
  const id = r.textOrNull();
  return id === null ? null : { id, kind: r.textOrNull() };
}

function readJson(r: ScalarSource): Readonly<Record<string, unknown>> | null {
  const text = r.textOrNull();
  return text === null ? null : (JSON.parse(text) as Record<string, unknown>);
}

function writeFacts(w: ScalarTarget, facts: RecordedFacts): void {
  w.write(facts.country);
  w.write(facts.region);
  w.write(facts.city);
  w.write(facts.latitude);
  w.write(facts.longitude);
  w.write(facts.accuracy_km);
  w.write(facts.asn);
  w.write(facts.as_name);
  w.write(facts.address_kind);
  w.write(facts.network);
  writeTexts(w, facts.network_classes);
  writeTexts(w, facts.blocklists);
  w.write(facts.browser);
  w.write(facts.browser_major);
  w.write(facts.os);
  w.write(facts.os_version);
  w.write(facts.device_type);
  w.write(facts.automation);
  w.write(facts.profile_logins);
  w.write(facts.address_users);
}

function readFacts(r: ScalarSource): RecordedFacts {
  return {
    country: r.textOrNull(),
    region: r.textOrNull(),
    city: r.textOrNull(),
    latitude: r.numberOrNull(),
    longitude: r.numberOrNull(),
    accuracy_km: r.numberOrNull(),
    asn: r.numberOrNull(),
    as_name: r.textOrNull(),
    address_kind: r.text(),
    network: r.text(),
    network_classes: readTexts(r),
    blocklists: readTexts(r),
    browser: r.textOrNull(),
    browser_major: r.numberOrNull(),
    os: r.textOrNull(),
    os_version: r.textOrNull(),
    device_type: r.textOrNull(),
    automation: r.textOrNull(),
    profile_logins: r.numberOrNull(),
    address_users: r.numberOrNull(),
  };
}

function writeVerdict(w: ScalarTarget, verdict: Verdict): void {
  w.write(verdict.priorLogOdds);
  w.write(verdict.logOdds);
  w.write(verdict.score);
  w.write(verdict.level);
  w.write(verdict.confidence);
  w.write(verdict.action);
  w.write(verdict.enforced);
  w.write(verdict.wouldHave);
  w.write(verdict.rule);
  w.write(verdict.reasons.length);
  for (const reason of verdict.reasons) {
    w.write(reason.code);
    w.write(reason.message);
  }
  w.write(verdict.signals.length);
  for (const signal of verdict.signals) writeSignal(w, signal);
  w.write(verdict.challenge?.kind ?? null);
  if (verdict.challenge !== null) {
    writeTextsOrNull(w, verdict.challenge.methods);
    w.write(verdict.challenge.acrValues);
    w.write(verdict.challenge.retryAfter_s);
  }
  w.write(verdict.learning);
  w.write(verdict.degraded?.cause ?? null);
  if (verdict.degraded !== null) {
    writeTexts(w, verdict.degraded.missing);
    w.write(verdict.degraded.fallback);
    w.write(verdict.degraded.robust);
  }
}

function readVerdict(r: ScalarSource): Verdict {
  return {
    priorLogOdds: r.number(),
    logOdds: r.number(),
    score: r.number(),
    level: r.text(),
    confidence: r.text(),
    action: r.text(),
    enforced: r.text(),
    wouldHave: r.textOrNull(),
    rule: r.text(),
    reasons: times(r.number(), () => ({ code: r.text(), message: r.text() })),
    signals: times(r.number(), () => readSignal(r)),
    challenge: readChallenge(r),
    learning: r.text(),
    degraded: readDegraded(r),
  };
}

function writeSignal(w: ScalarTarget, signal: JudgedSignal): void {
  w.write(signal.id);
  w.write(signal.category);
  w.write(signal.state);
  w.write(signal.logOdds);
  w.write(signal.rawLogOdds);
  writeMap(w, signal.details);
  w.write(signal.why);
}

function readSignal(r: ScalarSource): JudgedSignal {
  return {
    id: r.text(),
    category: r.text(),
    state: r.text(),
    logOdds: r.number(),
    rawLogOdds: r.number(),
    details: readMap(r, () => r.read()) ?? NO_DETAILS,
    why: r.textOrNull(),
  };
}

const NO_DETAILS: Details = Object.freeze({});

function readChallenge(r: ScalarSource): Verdict['challenge'] {
  const kind = r.textOrNull<NonNullable<Verdict['challenge']>['kind']>();
  if (kind === null) return null;
  return { kind, methods: readTextsOrNull(r), acrValues: r.textOrNull(), retryAfter_s: r.numberOrNull() };
}

function readDegraded(r: ScalarSource): Verdict['degraded'] {
  const cause = r.textOrNull<NonNullable<Verdict['degraded']>['cause']>();
  if (cause === null) return null;
  const missing = readTexts(r);
  return { missing, cause, fallback: r.text(), robust: r.flag() };
}

function writeAttempt(w: ScalarTarget, attempt: AttemptState | null): void {
  w.write(attempt?.decisionId ?? null);
  if (attempt === null) return;
  w.write(attempt.status);
  w.write(attempt.action);
  w.write(attempt.level);
  w.write(attempt.occurredAt_ms);
  writeTexts(w, attempt.failedOn);
  w.write(attempt.charted?.source ?? null);
  if (attempt.charted === undefined) return;
  w.write(attempt.charted.type);
  w.write(attempt.charted.applicationId);
  w.write(attempt.charted.country);
  w.write(attempt.charted.score);
  w.write(attempt.charted.degraded);
  writeTexts(w, attempt.charted.reasons);
}

function readAttempt(r: ScalarSource): AttemptState | null {
  const decisionId = r.textOrNull();
  if (decisionId === null) return null;
  const attempt: AttemptState = {
    decisionId,
    status: r.text(),
    action: r.text(),
    level: r.text(),
    occurredAt_ms: r.number(),
    failedOn: readTexts(r),
  };
  const source = r.textOrNull<Charted['source']>();
  if (source === null) return attempt;
  const charted: Charted = {
    source,
    type: r.text(),
    applicationId: r.text(),
    country: r.textOrNull(),
    score: r.number(),
    degraded: r.flag(),
    reasons: readTexts(r),
  };
  return { ...attempt, charted };
}

function writeFeatures(w: ScalarTarget, features: Features): void {
  w.write(features.address);
  w.write(features.network);
  w.write(features.as);
  w.write(features.country);
  w.write(features.place);
  w.write(features.device);
  w.write(features.client);
  w.write(features.browser);
  w.write(features.os);
  w.write(features.tls);
  w.write(features.hour);
}

function readFeatures(r: ScalarSource): Features {
  return {
    address: r.numberOrNull(),
    network: r.numberOrNull(),
    as: r.numberOrNull(),
    country: r.numberOrNull(),
    place: r.numberOrNull(),
    device: r.numberOrNull(),
    client: r.numberOrNull(),
    browser: r.numberOrNull(),
    os: r.numberOrNull(),
    tls: r.numberOrNull(),
    hour: r.number(),
  };
}

function writeLearnable(w: ScalarTarget, learnable: Learnable): void {
  const { features, carries } = learnable;
  writeFeatures(w, features);
  w.write(learnable.placeless);
  w.write(carries.device);
  w.write(carries.userAgent);
  w.write(carries.rtt);
  w.write(carries.headers);
  w.write(carries.tlsFingerprint);
  w.write(learnable.bound);
  w.write(learnable.rtt_ms);
  w.write(learnable.population);
}

function readLearnable(r: ScalarSource): Learnable {
  return {
    features: readFeatures(r),
    placeless: r.flag(),
    carries: {
      device: r.flag(),
      userAgent: r.flag(),
      rtt: r.flag(),
      headers: r.flag(),
      tlsFingerprint: r.flag(),
    },
    bound: r.flag(),
    rtt_ms: r.numberOrNull(),
    population: r.flag(),
  };
}

function writeCampaigns(w: ScalarTarget, trace: CampaignTrace): void {
  w.write(trace.vouched);
  w.write(trace.joins);
  w.write(trace.marks.length);
  for (const mark of trace.marks) {
    w.write(mark.phase);
    w.write(mark.id);
    w.write(mark.cell);
    w.write(mark.kind);
    w.write(mark.started_ms);
    w.write(mark.detected_ms);
    w.write(mark.lastSeen_ms);
    w.write(mark.ends_ms);
    w.write(mark.attempts);
    w.write(mark.users);
    w.write(mark.successes);
    w.write(mark.usualRate_per_min);
    writeTexts(w, mark.networks);
    for (const attempts of mark.networkAttempts) w.write(attempts);
  }
}

function readCampaigns(r: ScalarSource): CampaignTrace {
  return { vouched: r.flag(), joins: r.textOrNull(), marks: times(r.number(), () => readMark(r)) };
}

function readMark(r: ScalarSource): CampaignMark {
  const mark = {
    phase: r.text<CampaignMark['phase']>(),
    id: r.text(),
    cell: r.text<CampaignMark['cell']>(),
    kind: r.text<CampaignMark['kind']>(),
    started_ms: r.number(),
    detected_ms: r.number(),
    lastSeen_ms: r.number(),
    ends_ms: r.number(),
    attempts: r.number(),
    users: r.number(),
    successes: r.number(),
    usualRate_per_min: r.number(),
    networks: readTexts(r),
  };
  return { ...mark, networkAttempts: times(mark.networks.length, () => r.number()) };
}

function writeOutcome(w: ScalarTarget, record: OutcomeRecord): void {
  w.write(record.decisionId);
  w.write(record.status);
  w.write(record.method);
  w.write(record.attempts);
  w.write(record.occurredAt_ms);
  w.write(record.recordedAt_ms);
  w.write(record.resolution);
  w.write(record.finalAction);
  w.write(record.userKey);
  w.write(record.decisionOccurredAt_ms);
}

function readOutcome(r: ScalarSource, position: number, tenant: string): OutcomeRecord {
  return {
    kind: 'outcome',
    position,
    tenant,
    decisionId: r.text(),
    status: r.text(),
    method: r.textOrNull(),
    attempts: r.numberOrNull(),
    occurredAt_ms: r.number(),
    recordedAt_ms: r.number(),
    resolution: r.text(),
    finalAction: r.text(),
    userKey: r.textOrNull(),
    decisionOccurredAt_ms: r.number(),
  };
}

function writeFeedback(w: ScalarTarget, record: FeedbackRecord): void {
  w.write(record.decisionId);
  w.write(record.verdict);
  w.write(record.source);
  w.write(record.scope);
  w.write(record.actor?.type ?? null);
  if (record.actor !== null) w.write(record.actor.id);
  w.write(record.note);
  w.write(record.recordedAt_ms);
  w.write(record.userKey);
  w.write(record.decisionOccurredAt_ms);
  w.write(record.features !== null);
  if (record.features !== null) writeFeatures(w, record.features);
  w.write(record.profile === null ? null : Buffer.from(record.profile).toString('base64'));
}

function readFeedback(r: ScalarSource, position: number, tenant: string): FeedbackRecord {
  const decisionId = r.text();
  const verdict = r.text<FeedbackRecord['verdict']>();
  const source = r.text<FeedbackRecord['source']>();
  const scope = r.text<FeedbackRecord['scope']>();
  const actorType = r.textOrNull();
  const actor = actorType === null ? null : { type: actorType, id: r.textOrNull() };
  const note = r.textOrNull();
  const recordedAt_ms = r.number();
  const userKey = r.textOrNull();
  const decisionOccurredAt_ms = r.number();
  const features = r.flag() ? readFeatures(r) : null;
  const profile = r.textOrNull();
  return {
    kind: 'feedback',
    position,
    tenant,
    decisionId,
    verdict,
    source,
    scope,
    actor,
    note,
    recordedAt_ms,
    userKey,
    decisionOccurredAt_ms,
    features,
    profile: profile === null ? null : new Uint8Array(Buffer.from(profile, 'base64')),
  };
}

function writeForgottenDevice(w: ScalarTarget, record: ForgottenDeviceRecord): void {
  w.write(record.userKey);
  w.write(record.deviceKey);
  w.write(record.actor?.type ?? null);
  if (record.actor !== null) w.write(record.actor.id);
  w.write(record.note);
  w.write(record.recordedAt_ms);
}

function readForgottenDevice(r: ScalarSource, position: number, tenant: string): ForgottenDeviceRecord {
  const userKey = r.text();
  const deviceKey = r.text();
  const actorType = r.textOrNull();
  return {
    kind: 'forgotten_device',
    position,
    tenant,
    userKey,
    deviceKey,
    actor: actorType === null ? null : { type: actorType, id: r.textOrNull() },
    note: r.textOrNull(),
    recordedAt_ms: r.number(),
  };
}

function readErasure(r: ScalarSource, position: number, tenant: string): ErasureRecord {
  return {
    kind: 'erasure',
    position,
    tenant,
    receiptId: r.text(),
    userKey: r.text(),
    recordedAt_ms: r.number(),
  };
}

function times<T>(count: number, read: () => T): T[] {
  const items: T[] = [];
  for (let i = 0; i < count; i++) items.push(read());
  return items;
}

function writeTexts(w: ScalarTarget, texts: readonly string[]): void {
  w.write(texts.length);
  for (const text of texts) w.write(text);
}

const readTexts = <T extends string = string>(r: ScalarSource): T[] => times(r.number(), () => r.text<T>());

function writeTextsOrNull(w: ScalarTarget, texts: readonly string[] | null): void {
  if (texts === null) w.write(null);
  else writeTexts(w, texts);
}

function readTextsOrNull(r: ScalarSource): string[] | null {
  const count = r.numberOrNull();
  return count === null ? null : times(count, () => r.text());
}

function writeMap(w: ScalarTarget, map: Readonly<Record<string, Scalar>> | null): void {
  if (map === null) {
    w.write(null);
    return;
  }
  const keys = Object.keys(map);
  w.write(keys.length);
  for (const key of keys) {
    w.write(key);
    w.write(map[key] ?? null);
  }
}

function readMap<T extends Scalar>(r: ScalarSource, read: () => T): Record<string, T> | null {
  const count = r.numberOrNull();
  if (count === null) return null;
  const map: Record<string, T> = {};
  for (let i = 0; i < count; i++) {
    const key = r.text();
    const value = read();
    // Plain assignment to this key would change the prototype and lose the value.
    if (key === '__proto__') {
      Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    } else {
      map[key] = value;
    }
  }
  return map;
}
