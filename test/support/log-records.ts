import { NO_CAMPAIGNS } from '../../src/core/campaign/trace.ts';
import type { Action, JudgedSignal, Level } from '../../src/core/decision.ts';
import type { EventStatus, EventType } from '../../src/core/event.ts';
import type {
  AttemptState,
  DecisionRecord,
  ErasureRecord,
  FeedbackRecord,
  ForgottenDeviceRecord,
  OutcomeRecord,
  RecordSource,
} from '../../src/core/record.ts';
import type { Category } from '../../src/core/signal.ts';

/** What a test says about a decision; everything else is filled in so that the record is complete and realistic. */
export interface DecisionSketch {
  readonly position: number;
  readonly id?: string;
  readonly tenant?: string;
  readonly source?: RecordSource;
  readonly occurredAt_ms?: number;
  readonly type?: EventType;
  readonly status?: EventStatus;
  readonly action?: Action;
  readonly level?: Level;
  readonly score?: number;
  readonly applicationId?: string;
  readonly userId?: string | null;
  readonly userKey?: string | null;
  readonly loginKey?: string | null;
  readonly ip?: string;
  readonly country?: string | null;
  readonly asn?: number | null;
  readonly deviceKey?: string | null;
  readonly sessionKey?: string | null;
  readonly eventId?: string | null;
  readonly attemptId?: string | null;
  readonly reasons?: readonly string[];
  readonly degraded?: boolean;
  readonly supersedes?: AttemptState | null;
  readonly properties?: Readonly<Record<string, unknown>> | null;
  readonly userAgent?: string | null;
  readonly signals?: number;
  /** Country of the last login, from which the travel is a finding. */
  readonly travelledFrom?: string;
  /** Accepted logins before this one. */
  readonly profileLogins?: number;
}

const CATEGORIES: readonly Category[] = ['device', 'location', 'network', 'velocity', 'behaviour', 'account'];

function signalsOf(count: number): JudgedSignal[] {
  return Array.from({ length: count }, (_, index): JudgedSignal => {
    const category = CATEGORIES[index % CATEGORIES.length] ?? 'device';
    const id = `${category}.signal_${index}`;
    if (index % 3 === 0) {
      return {
        id,
        category,
        state: 'evidence',
        logOdds: Math.round((index - 10) * 123_456.7) / 1e6,
        rawLogOdds: Math.round((index - 10) * 223_456.7) / 1e6,
        details: { distance_km: 6100 + index, speed_kmh: 2440.5, previous: `dec_${index}` },
        why: null,
      };
    }
    if (index % 3 === 1) {
      return {
        id,
        category,
        state: 'neutral',
        logOdds: 0,
        rawLogOdds: 0,
        details: { seen: true },
        why: null,
      };
    }
    return { id, category, state: 'abstain', logOdds: 0, rawLogOdds: 0, details: {}, why: 'no_history' };
  });
}

const travelOf = (country: string | undefined): JudgedSignal[] =>
  country === undefined
    ? []
    : [
        {
          id: 'location.impossible_travel',
          category: 'location',
          state: 'evidence',
          logOdds: 2.1,
          rawLogOdds: 3.4,
          details: { distance_km: 18_300, hours: 2.5, speed_kmh: 7_320, previous_country: country },
          why: null,
        },
      ];

/** The UUID part of the id a test decision gets unless it names one. */
export const uuidAt = (position: number): string =>
  `00000000-0000-8000-8000-${position.toString(16).slice(-12).padStart(12, '0')}`;

/** A complete decision record with 30 signals unless the sketch says otherwise. */
export function decisionRecord(sketch: DecisionSketch): DecisionRecord {
  const at_ms = sketch.occurredAt_ms ?? Math.floor(sketch.position / 1000);
  const action = sketch.action ?? 'allow';
  const uuid = sketch.id?.replace(/^dec_/, '') ?? uuidAt(sketch.position);
  const userKey = sketch.userKey === undefined ? `uk_${sketch.userId ?? 'u_1'}` : sketch.userKey;
  return {
    kind: 'decision',
    position: sketch.position,
    id: `dec_${uuid}`,
    tenant: sketch.tenant ?? 'default',
    source: sketch.source ?? 'risk',
    event: {
      tenant: sketch.tenant ?? 'default',
      eventId: sketch.eventId ?? null,
      attemptId: sketch.attemptId ?? null,
      type: sketch.type ?? 'login',
      status: sketch.status ?? 'succeeded',
      occurredAt_ms: at_ms,
      recordedAt_ms: Math.floor(sketch.position / 1000),
      user: {
        id: sketch.userId === undefined ? 'u_1' : sketch.userId,
        key: userKey,
        loginKey: sketch.loginKey ?? null,
        registeredAt_ms: 1_600_000_000_000,
        challengeMethods: ['webauthn', 'totp'],
      },
      context: {
        ip: sketch.ip ?? '203.0.113.7',
        userAgent:
          sketch.userAgent === undefined
            ? 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
            : sketch.userAgent,
        headers: { 'accept-language': 'en-GB', 'sec-ch-ua-platform': '"Linux"' },
        rtt_ms: 38,
        tlsFingerprint: 't13d1516h2_8daaf6152771',
      },
      device: {
        key: sketch.deviceKey === undefined ? 'dk_1234567890abcdefghij' : sketch.deviceKey,
        presented: true,
        fingerprintKey: null,
        bound: false,
      },
      session: { key: sketch.sessionKey ?? null, createdAt_ms: at_ms, authenticatedAt_ms: null },
      applicationId: sketch.applicationId ?? 'web',
      authentication: {
        method: 'password',
        amr: ['pwd'],
        acr: null,
        idp: null,
        credentialCompromised: false,
      },
      properties: sketch.properties ?? null,
      disposition: null,
    },
    facts: {
      country: sketch.country === undefined ? 'GB' : sketch.country,
      region: 'ENG',
      city: 'London',
      latitude: 51.5,
      longitude: -0.12,
      accuracy_km: 20,
      asn: sketch.asn === undefined ? 64_500 : sketch.asn,
      as_name: 'EXAMPLE-AS',
      address_kind: 'public',
      network: '203.0.113.0/24',
      network_classes: ['hosting'],
      blocklists: [],
      browser: 'chrome',
      browser_major: 140,
      os: 'linux',
      os_version: null,
      device_type: 'desktop',
      automation: null,
      profile_logins: sketch.profileLogins ?? 12,
      address_users: 3,
    },
    verdict: {
      priorLogOdds: -5.3,
      logOdds: -3.2,
      score: sketch.score ?? 0.039,
      level: sketch.level ?? 'low',
      confidence: 'medium',
      action,
      enforced: action,
      wouldHave: null,
      rule: 'low_risk',
      reasons: (sketch.reasons ?? ['device.new_device']).map((code) => ({ code, message: `why: ${code}` })),
      signals: [...signalsOf(sketch.signals ?? 30), ...travelOf(sketch.travelledFrom)],
      challenge:
        action === 'challenge'
          ? { kind: 'second_factor', methods: ['webauthn'], acrValues: 'phr', retryAfter_s: null }
          : null,
      learning: 'full',
      degraded: sketch.degraded
        ? { missing: ['profile'], cause: 'timeout', fallback: 'challenge', robust: false }
        : null,
    },
    challenge: action === 'challenge' ? { id: `chl_${uuid}`, expiresAt_ms: at_ms + 600_000 } : null,
    policy: {
      id: 'default',
      version: 1,
      mode: 'enforce',
      thresholds: { medium: 0.05, high: 0.5, block: 0.98 },
    },
    warnings: [],
    versions: { engine: '0.1.0', model: 'm1', ipIntelligence: 'test' },
    requestHash: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    apiKeyId: 'key_1',
    idempotency: { key: `Nn0x3vD1cV5a1mB2oQ6yqA-${sketch.position}`, bodyHash: 'l0CkRQ6o5H2BqLr6Jq7t1A' },
    supersedes: sketch.supersedes ?? null,
    learnable: {
      features: {
        address: 1,
        network: 2,
        as: 3,
        country: 4,
        place: 5,
        device: 6,
        client: 7,
        browser: 8,
        os: 9,
        tls: null,
        hour: 10,
      },
      placeless: false,
      carries: { device: true, userAgent: true, rtt: true, headers: true, tlsFingerprint: true },
      bound: false,
      rtt_ms: 30,
      population: true,
    },
    campaigns: NO_CAMPAIGNS,
  };
}

/** An outcome of a test decision. */
export function outcomeRecord(
  decision: DecisionRecord,
  position: number,
  resolution: 'passed' | 'not_passed' = 'passed',
): OutcomeRecord {
  return {
    kind: 'outcome',
    position,
    tenant: decision.tenant,
    decisionId: decision.id,
    status: resolution === 'passed' ? 'succeeded' : 'failed',
    method: 'webauthn',
    attempts: 1,
    occurredAt_ms: Math.floor(position / 1000),
    recordedAt_ms: Math.floor(position / 1000),
    resolution,
    finalAction: resolution === 'passed' ? 'allow' : 'block',
    userKey: decision.event.user.key,
    decisionOccurredAt_ms: decision.event.occurredAt_ms,
  };
}

/** An analyst's verdict on a test decision. */
export function feedbackRecord(
  decision: DecisionRecord,
  position: number,
  verdict: FeedbackRecord['verdict'] = 'legitimate',
): FeedbackRecord {
  return {
    kind: 'feedback',
    position,
    tenant: decision.tenant,
    decisionId: decision.id,
    verdict,
    source: 'analyst',
    scope: 'device',
    actor: { type: 'analyst', id: 'ana' },
    note: 'called the user \u{1f600}',
    recordedAt_ms: Math.floor(position / 1000),
    userKey: decision.event.user.key,
    decisionOccurredAt_ms: decision.event.occurredAt_ms,
    features: decision.learnable.features,
    profile: null,
  };
}

export function forgottenDeviceRecord(
  tenant: string,
  userKey: string,
  deviceKey: string,
  position: number,
): ForgottenDeviceRecord {
  return {
    kind: 'forgotten_device',
    position,
    tenant,
    userKey,
    deviceKey,
    actor: { type: 'analyst', id: null },
    note: 'sold "it"\nyesterday',
    recordedAt_ms: Math.floor(position / 1000),
  };
}

export function erasureRecord(tenant: string, userKey: string, position: number): ErasureRecord {
  return {
    kind: 'erasure',
    position,
    tenant,
    receiptId: `ers_${uuidAt(position)}`,
    userKey,
    recordedAt_ms: Math.floor(position / 1000),
  };
}
