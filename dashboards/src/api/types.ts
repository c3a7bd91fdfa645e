/**
 * The wire as these pages read it (API.md): the answer of `/v1/risk` with the event, facts and what happened since.
 * Everything that an older record may lack is optional or null, because a page must show a record with holes too.
 */

export const ACTIONS = ['allow', 'challenge', 'block'] as const;
export type Action = (typeof ACTIONS)[number];

export const LEVELS = ['low', 'medium', 'high'] as const;
export type Level = (typeof LEVELS)[number];

export interface Reason {
  readonly code: string;
  readonly message: string;
}

export type DetailValue = string | number | boolean | null;

export interface Signal {
  readonly id: string;
  readonly category: string;
  readonly state: 'evidence' | 'neutral' | 'abstain';
  /** Nats; the final share after caps. */
  readonly log_odds: number;
  /** Nats; before caps. */
  readonly raw_log_odds: number;
  readonly details?: Readonly<Record<string, DetailValue>> | null;
}

export interface Challenge {
  readonly id: string;
  readonly kind: string;
  readonly methods: readonly string[] | null;
  readonly acr_values?: string | null;
  readonly expires_at?: string | null;
  /** Friction only: seconds until the next try. */
  readonly retry_after_s?: number | null;
}

export interface DecisionEvent {
  readonly type: string;
  readonly status: string;
  readonly occurred_at: string;
  readonly recorded_at?: string | null;
  readonly attempt_id?: string | null;
  readonly user?: { readonly id?: string | null } | null;
  readonly context: {
    readonly ip: string;
    readonly user_agent?: string | null;
    readonly rtt_ms?: number | null;
  };
  readonly device?: {
    readonly presented?: boolean | null;
    readonly bound?: boolean | null;
  } | null;
  readonly application?: { readonly id?: string | null } | null;
  readonly authentication?: {
    readonly method?: string | null;
    readonly amr?: readonly string[] | null;
    readonly credential_compromised?: boolean | null;
  } | null;
}

export interface DecisionFacts {
  readonly country?: string | null;
  readonly region?: string | null;
  readonly city?: string | null;
  readonly latitude?: number | null;
  readonly longitude?: number | null;
  readonly accuracy_km?: number | null;
  readonly asn?: number | null;
  readonly as_name?: string | null;
  /** `public`, `private`, `cgnat`, `loopback` … */
  readonly address_kind?: string | null;
  /** The /24 (IPv4) or /48 (IPv6). */
  readonly network?: string | null;
  readonly network_classes?: readonly string[] | null;
  readonly blocklists?: readonly string[] | null;
  /** Family, lower-case: `chrome`. */
  readonly browser?: string | null;
  readonly browser_major?: number | null;
  readonly os?: string | null;
  readonly os_version?: string | null;
  readonly device_type?: string | null;
  readonly automation?: string | null;
  /** Accepted logins that the user's profile had learned; null without a profile. */
  readonly profile_logins?: number | null;
  /** Distinct users with accepted logins at this address. */
  readonly address_users?: number | null;
}

export interface Outcome {
  readonly status: string;
  readonly method?: string | null;
  readonly attempts?: number | null;
  readonly occurred_at?: string | null;
  readonly recorded_at?: string | null;
}

export const VERDICTS = ['legitimate', 'compromised', 'dismissed'] as const;
export type VerdictWord = (typeof VERDICTS)[number];
export type VerdictScope = 'device' | 'session' | 'decision';

export interface Feedback {
  readonly verdict: string;
  readonly source: string;
  readonly scope?: string | null;
  readonly actor?: { readonly type?: string | null; readonly id?: string | null } | null;
  readonly note?: string | null;
  readonly recorded_at?: string | null;
}

export interface Decision {
  readonly id: string;
  readonly event_id?: string | null;
  readonly action: string;
  readonly risk: {
    /** Probability, 0–1. */
    readonly score: number;
    readonly level: string;
    /** Nats. */
    readonly log_odds: number;
    /** Nats. */
    readonly prior_log_odds: number;
  };
  readonly confidence?: string | null;
  readonly reasons: readonly Reason[];
  readonly signals?: readonly Signal[];
  readonly challenge?: Challenge | null;
  readonly policy: {
    readonly id: string;
    readonly version: number;
    readonly rule?: string | null;
    readonly mode?: string | null;
    readonly would_have?: string | null;
    /** Scores from which a level or a block begins, where the record carries them. */
    readonly thresholds?: {
      readonly medium: number;
      readonly high: number;
      readonly block?: number | null;
    } | null;
  };
  readonly learning?: string | null;
  readonly degraded?: {
    readonly missing: readonly string[];
    readonly cause: string;
    readonly fallback: string;
    readonly robust: boolean;
  } | null;
  readonly warnings?: readonly { readonly pointer: string; readonly code: string }[];
  readonly versions?: {
    readonly engine?: string | null;
    readonly model?: string | null;
    readonly ip_intelligence?: string | null;
  } | null;
  /** How it came in: `risk`, `event`, `import`, `dry_run`, `replay`. */
  readonly source?: string | null;
  readonly event: DecisionEvent;
  readonly facts?: DecisionFacts | null;
  readonly resolution?: string | null;
  readonly final_action?: string | null;
  readonly outcome?: Outcome | null;
  readonly feedback?: readonly Feedback[];
}

export interface DecisionPage {
  readonly data: readonly Decision[];
  readonly next_cursor: string | null;
}

/** Body of `POST /v1/decisions/search`. */
export interface DecisionSearch {
  readonly user_id?: string;
  readonly ip?: string;
  readonly action?: string;
  readonly level?: string;
  readonly reason?: string;
  readonly country?: string;
  readonly asn?: number;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export type PanelRow = Readonly<Record<string, string | number | null>>;

export interface PanelResult {
  readonly id: string;
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly bucket_s: number;
  readonly source: string;
  readonly schema: readonly {
    readonly name: string;
    readonly type: string;
    readonly unit?: string | null;
  }[];
  readonly rows: readonly PanelRow[];
  readonly sql: string;
}

export interface Session {
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly expires_at: string;
}

export interface FeedbackBody {
  readonly verdict: VerdictWord;
  readonly source: 'analyst';
  readonly scope: VerdictScope;
  readonly note?: string;
}

/** Something that a user does habitually. */
export interface Habit {
  readonly value: string;
  /** Accepted logins with it, decayed by age. */
  readonly weight: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly provisional: boolean;
}

export const HABIT_KINDS = ['places', 'countries', 'networks', 'devices', 'clients'] as const;
export type HabitKind = (typeof HABIT_KINDS)[number];

/** Answer of `POST /v1/users/lookup`. */
export interface User extends Readonly<Record<HabitKind, readonly Habit[]>> {
  readonly user_id: string;
  readonly risk_level: string;
  readonly profile: {
    readonly created_at: string;
    readonly logins: number;
    readonly last_login_at: string | null;
    readonly last_country: string | null;
  } | null;
  /** Newest first. */
  readonly last_decisions: readonly Decision[];
}

/** What a campaign was noticed on: the failures of one group of clients. */
export interface CampaignCell {
  readonly kind: string;
  /** Ready to show; names of networks are in it. */
  readonly label: string;
  readonly asn: number | null;
  readonly as_name: string | null;
  readonly client: string | null;
  readonly tls_fingerprint: string | null;
  /** The /24 (IPv4) or /48 (IPv6). */
  readonly network: string | null;
}

/** An attack on many accounts at once. */
export interface Campaign {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly started_at: string;
  readonly detected_at: string;
  readonly last_seen_at: string;
  /** Null while it is live. */
  readonly ended_at: string | null;
  /** Failed tries. */
  readonly attempts: number;
  /** Distinct accounts that were tried. */
  readonly users: number;
  /** Logins that got in, and not from the user's own device. */
  readonly successes: number;
  readonly rate_per_min: number;
  readonly usual_rate_per_min: number;
  readonly cell: CampaignCell;
  readonly networks: readonly { readonly network: string; readonly attempts: number }[];
}

export interface CampaignPage {
  readonly data: readonly Campaign[];
  readonly next_cursor: string | null;
}
