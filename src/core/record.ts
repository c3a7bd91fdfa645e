import type { CampaignTrace } from './campaign/trace.ts';
import type { Action, Verdict } from './decision.ts';
import type { EventStatus, EventType, LoginEvent } from './event.ts';
import type { Features } from './facts.ts';

/**
 * What the log holds. The log is the truth: profiles, counters, idempotency and outcomes are folds of it, and
 * analytics is a copy of it. Every record is complete in itself, so that a fold needs nothing else.
 */
export type LogRecord =
  | DecisionRecord
  | OutcomeRecord
  | FeedbackRecord
  | ForgottenDeviceRecord
  | ErasureRecord;

export interface Warning {
  /** JSON pointer into the request body. */
  readonly pointer: string;
  readonly code: string;
}

/** How the decision came to be. `risk`: asked; `event`: reported; `import`: reported history; `dry_run`: judged only; `replay`: from a file. */
export type RecordSource = 'risk' | 'event' | 'import' | 'dry_run' | 'replay';

/** The facts as analysts see them: what was known about the address and client at that time. */
export interface RecordedFacts {
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly accuracy_km: number | null;
  readonly asn: number | null;
  readonly as_name: string | null;
  readonly address_kind: string;
  readonly network: string;
  /** Of `hosting, vpn, tor, relay, residential_proxy, mobile`. */
  readonly network_classes: readonly string[];
  readonly blocklists: readonly string[];
  readonly browser: string | null;
  readonly browser_major: number | null;
  readonly os: string | null;
  readonly os_version: string | null;
  readonly device_type: string | null;
  readonly automation: string | null;
  /** Accepted logins in the profile before this event; `null` when not read or none. */
  readonly profile_logins: number | null;
  readonly address_users: number | null;
}

/**
 * The latest event of an attempt. The next event of the same attempt replaces it, in charts and in velocity: a try
 * counts once, at its latest status.
 */
export interface AttemptState {
  readonly decisionId: string;
  readonly status: EventStatus;
  readonly action: Action;
  readonly level: Verdict['level'];
  readonly occurredAt_ms: number;
  /** Subjects on which this attempt stands as a failure, to be taken back when it goes on. */
  readonly failedOn: readonly string[];
  /** What else the charts count it under (see `chartedAs`); absent: as the event that replaces it. */
  readonly charted?: Charted;
}

/** What a chart's count of a decision depends on besides time, status, action and level. */
export interface Charted {
  readonly source: RecordSource;
  readonly type: EventType;
  readonly applicationId: string;
  readonly country: string | null;
  readonly score: number;
  readonly degraded: boolean;
  /** Reason codes. */
  readonly reasons: readonly string[];
}

export interface IssuedChallenge {
  /** `chl_` and the same UUID as the decision's. */
  readonly id: string;
  readonly expiresAt_ms: number;
}

export interface DecisionRecord {
  readonly kind: 'decision';
  /** Strictly increasing in the log; microseconds since 1970-01-01 of the append, nudged to be unique. */
  readonly position: number;
  /** `dec_` and a UUID. Live ids are UUIDv7 whose first 60 time bits are the position. */
  readonly id: string;
  readonly tenant: string;
  readonly source: RecordSource;
  readonly event: LoginEvent;
  readonly facts: RecordedFacts;
  readonly verdict: Verdict;
  readonly challenge: IssuedChallenge | null;
  readonly policy: {
    readonly id: string;
    readonly version: number;
    readonly mode: 'enforce' | 'monitor';
    /** The scores from which the levels, and blocking, began at that time. */
    readonly thresholds: { readonly medium: number; readonly high: number; readonly block: number };
  };
  readonly warnings: readonly Warning[];
  readonly versions: { readonly engine: string; readonly model: string; readonly ipIntelligence: string };
  /** base64url SHA-256 of the body as received; `null` in replays. */
  readonly requestHash: string | null;
  /** Key id that asked, for the audit trail; `null` in replays. */
  readonly apiKeyId: string | null;
  /** Endpoint-scoped hash of the caller's event_id and of the body, so that a repeat finds this decision. */
  readonly idempotency: { readonly key: string; readonly bodyHash: string } | null;
  /** The earlier event of the same attempt, so that charts and velocity count a try once, at its latest status. */
  readonly supersedes: AttemptState | null;
  /** 32-bit keys of the values that a profile would learn from this event (see `Features`). */
  readonly learnable: Learnable;
  readonly campaigns: CampaignTrace;
}

/** What a profile learns from one login, kept so that profiles can be rebuilt from decisions alone. */
export interface Learnable {
  readonly features: Features;
  readonly placeless: boolean;
  readonly carries: {
    readonly device: boolean;
    readonly userAgent: boolean;
    readonly rtt: boolean;
    readonly headers: boolean;
    readonly tlsFingerprint: boolean;
  };
  readonly bound: boolean;
  readonly rtt_ms: number | null;
  /** Whether this login, once accepted, counts among the population's (see `mayTeachPopulation`). */
  readonly population: boolean;
}

export type Resolution = 'pending' | 'passed' | 'not_passed' | 'expired';

export interface OutcomeRecord {
  readonly kind: 'outcome';
  readonly position: number;
  readonly tenant: string;
  readonly decisionId: string;
  readonly status: 'succeeded' | 'failed' | 'denied' | 'abandoned';
  readonly method: string | null;
  readonly attempts: number | null;
  readonly occurredAt_ms: number;
  readonly recordedAt_ms: number;
  readonly resolution: Resolution;
  readonly finalAction: 'allow' | 'block';
  readonly userKey: string | null;
  /** When and under which dimensions the decision was counted, so that rollups can be joined without a look-up. */
  readonly decisionOccurredAt_ms: number;
}

export interface FeedbackRecord {
  readonly kind: 'feedback';
  readonly position: number;
  readonly tenant: string;
  readonly decisionId: string;
  readonly verdict: 'legitimate' | 'compromised' | 'dismissed';
  readonly source: 'analyst' | 'user';
  readonly scope: 'device' | 'session' | 'decision';
  readonly actor: { readonly type: string; readonly id: string | null } | null;
  readonly note: string | null;
  readonly recordedAt_ms: number;
  readonly userKey: string | null;
  readonly decisionOccurredAt_ms: number;
  /** The values of the decision that was judged, which the population learns from; `null`: it learns nothing. */
  readonly features: Features | null;
  /**
   * What the user's profile became because of this verdict, as `encodeProfile` wrote it (empty: no profile is left);
   * `null`: the verdict changed no profile. Kept here because a rebuild reads history that a fold does not have.
   */
  readonly profile: Uint8Array | null;
}

/**
 * A person asked that a device vouches for this user no more, for example because it was sold. What it taught of places
 * and networks stays; a later login from it begins anew.
 */
export interface ForgottenDeviceRecord {
  readonly kind: 'forgotten_device';
  readonly position: number;
  readonly tenant: string;
  readonly userKey: string;
  /** As in `event.device.key`. */
  readonly deviceKey: string;
  readonly actor: { readonly type: string; readonly id: string | null } | null;
  readonly note: string | null;
  readonly recordedAt_ms: number;
}

/** Tombstone: everything about the user up to here is gone, and late events must not bring the user back. */
export interface ErasureRecord {
  readonly kind: 'erasure';
  readonly position: number;
  readonly tenant: string;
  readonly receiptId: string;
  readonly userKey: string;
  readonly recordedAt_ms: number;
}

/** A decision with all that was said of it since: what `GET /v1/decisions/{id}` shows. */
export interface DecisionView {
  readonly decision: DecisionRecord;
  readonly outcome: OutcomeRecord | null;
  readonly feedback: readonly FeedbackRecord[];
}
