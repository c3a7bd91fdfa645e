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
  /** Nats; before the model's weight and caps. */
  readonly raw_log_odds: number;
  /** Evidence in a person's words. */
  readonly message?: string;
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
    /** Keyed hash of the device id. */
    readonly key?: string | null;
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

/** Exact: the server sums again without a signal, and the others fill the room that their category's cap leaves. */
export interface Counterfactuals {
  /** Each signal that raised the score, largest share first, taken away alone. */
  readonly without: readonly {
    readonly signal: string;
    readonly log_odds: number;
    readonly score: number;
    readonly level: string;
  }[];
  /** Signals whose joint absence would have made the level low; `null`: not even all. */
  readonly together: readonly string[] | null;
  /** Reason codes of rules that hold whatever the score. */
  readonly fixed: readonly string[];
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
  /** What would have been needed for `allow`; `null` where the level is low or the model is not known any more. */
  readonly counterfactuals?: Counterfactuals | null;
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

/** The light shape of a decision, as lists, stream, timeline and queue carry it. */
export interface DecisionRow {
  readonly id: string;
  readonly occurred_at: string;
  readonly recorded_at: string;
  readonly source: string;
  readonly type: string;
  readonly status: string;
  readonly application: string;
  readonly event_id: string | null;
  readonly attempt_id: string | null;
  readonly user_id: string | null;
  /** Keyed hash of the name that was typed, where no user is named. */
  readonly login_key?: string | null;
  readonly ip: string;
  readonly network: string | null;
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly asn: number | null;
  readonly as_name: string | null;
  readonly network_classes: readonly string[];
  readonly device_key: string | null;
  readonly browser: string | null;
  readonly browser_major: number | null;
  readonly os: string | null;
  readonly device_type: string | null;
  readonly user_agent: string | null;
  readonly method: string | null;
  /** Probability, 0–1. */
  readonly score: number;
  readonly level: string;
  readonly action: string;
  /** What enforcement would have answered. */
  readonly enforced: string;
  readonly mode: string;
  readonly rule: string | null;
  /** Codes, the weightiest first. */
  readonly reasons: readonly string[];
  readonly confidence: string | null;
  readonly degraded: boolean;
  readonly learning: string | null;
  readonly challenge_kind: string | null;
  readonly resolution: string | null;
  readonly final_action: string | null;
  readonly verdict: string | null;
}

export interface RowPage {
  readonly data: readonly DecisionRow[];
  readonly next_cursor: string | null;
}

/** Body of `POST /v1/decisions/list`, and the filter of an export. */
export interface DecisionFilter {
  readonly text?: string;
  readonly user_id?: string;
  readonly ip?: string;
  readonly network?: string;
  readonly device_key?: string;
  readonly login_key?: string;
  readonly tls_fingerprint?: string;
  readonly asn?: number;
  readonly country?: string;
  readonly actions?: readonly string[];
  readonly levels?: readonly string[];
  readonly status?: string;
  readonly type?: string;
  readonly source?: string;
  readonly application?: string;
  readonly reason?: string;
  readonly method?: string;
  readonly browser?: string;
  readonly os?: string;
  readonly resolution?: string;
  readonly verdict?: string;
  readonly score_min?: number;
  readonly score_max?: number;
  readonly from?: string;
  readonly to?: string;
}

export interface DecisionList extends DecisionFilter {
  readonly limit?: number;
  readonly cursor?: string;
}

export type ExportFormat = 'csv' | 'ndjson';

export interface DecisionExport {
  readonly format: ExportFormat;
  readonly columns?: readonly string[];
  readonly filter: DecisionFilter;
  readonly max_rows: number;
}

interface RelatedRows {
  readonly total: number;
  readonly data: readonly DecisionRow[];
}

/** Answer of `GET /v1/decisions/{id}/related`. */
export interface Related {
  /** The user's last accepted login before it. */
  readonly previous: DecisionRow | null;
  readonly user: RelatedRows | null;
  readonly address: RelatedRows | null;
  readonly device: RelatedRows | null;
}

export type PanelRow = Readonly<Record<string, string | number | null>>;

export interface PanelResult {
  readonly id: string;
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly bucket_s: number;
  readonly source: string;
  /** The window of the same width just before, when it was asked for. */
  readonly previous?: {
    readonly from: string;
    readonly to: string;
    readonly rows: readonly PanelRow[];
  } | null;
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

export interface UserDay {
  readonly t: string;
  readonly decisions: number;
  readonly max_score: number;
  readonly mean_score: number;
  readonly challenged: number;
  readonly blocked: number;
}

export interface UserDevice {
  readonly device_key: string;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly decisions: number;
  readonly browser: string | null;
  readonly os: string | null;
  readonly device_type: string | null;
  readonly countries: readonly string[];
  /** `trusted`, `provisional` or `unknown`. */
  readonly status: string;
}

export interface UserNetwork {
  readonly asn: number | null;
  readonly as_name: string | null;
  readonly country: string | null;
  readonly decisions: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly network_classes: readonly string[];
}

export interface UserPlace {
  readonly country: string | null;
  readonly region: string | null;
  readonly city: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly decisions: number;
  readonly first_seen: string;
  readonly last_seen: string;
}

/** What a user did within the time that is kept. */
export interface UserActivity {
  readonly from: string;
  readonly to: string;
  readonly decisions: number;
  readonly failed: number;
  readonly challenged: number;
  readonly blocked: number;
  readonly risk: readonly UserDay[];
  readonly devices: readonly UserDevice[];
  readonly networks: readonly UserNetwork[];
  readonly places: readonly UserPlace[];
  readonly addresses: readonly {
    readonly ip: string;
    readonly decisions: number;
    readonly last_seen: string;
  }[];
}

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
  readonly activity: UserActivity;
  /** Newest first. */
  readonly timeline: readonly DecisionRow[];
}

/** An address, an AS, a device or a network, as the body of `POST /v1/entities/lookup` names it. */
export type EntityKey =
  | { readonly address: string }
  | { readonly asn: number }
  | { readonly device_key: string }
  | { readonly network: string };

interface EntityPart {
  readonly value: string;
  readonly decisions: number;
  readonly failed: number;
  readonly users: number;
  readonly last_seen: string;
}

export interface Entity {
  readonly kind: string;
  readonly value: string;
  readonly from: string;
  readonly to: string;
  /** Null: never within the window. */
  readonly first_seen: string | null;
  readonly last_seen: string | null;
  readonly facts: (DecisionFacts & { readonly device_type?: string | null }) | null;
  readonly totals: {
    readonly decisions: number;
    readonly users: number;
    readonly failed: number;
    readonly challenged: number;
    readonly blocked: number;
    readonly passed: number;
    readonly compromised: number;
    readonly devices: number;
    readonly addresses: number;
  };
  readonly rates: { readonly failed: number; readonly challenged: number; readonly blocked: number } | null;
  readonly series: { readonly bucket_s: number; readonly rows: readonly PanelRow[] };
  readonly users: readonly {
    readonly user_id: string | null;
    readonly decisions: number;
    readonly failed: number;
    readonly max_score: number;
    readonly last_seen: string;
  }[];
  readonly addresses: readonly EntityPart[] | null;
  readonly devices: readonly EntityPart[] | null;
  readonly ases:
    | readonly (Omit<EntityPart, 'value'> & { readonly asn: number; readonly as_name: string | null })[]
    | null;
  readonly reasons: readonly { readonly reason: string; readonly n: number }[];
  readonly lists: readonly { readonly name: string; readonly kind: string; readonly last_seen: string }[];
}

/** Something that a person should look at. */
export interface QueueItem {
  readonly decision: DecisionRow;
  readonly kind: string;
  /** 0–100, the most urgent highest. */
  readonly priority: number;
  readonly why: readonly Reason[];
  readonly also: readonly string[];
  readonly user: { readonly user_id: string; readonly open: number } | null;
}

export interface Queue {
  readonly data: readonly QueueItem[];
  /** All that wait, beyond this page too. */
  readonly total: number;
  /** The same by kind; kinds without items are left out. */
  readonly totals?: readonly { readonly kind: string; readonly total: number }[];
  readonly next_cursor: string | null;
  /** One sentence. */
  readonly ordering: string;
}

export interface View {
  readonly id: string;
  readonly name: string;
  readonly page: string;
  /** The page's state, as the address holds it. */
  readonly state: string;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface Annotation {
  readonly at: string;
  readonly kind: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface Health {
  readonly analytics: {
    readonly ok: boolean;
    readonly problem: string | null;
    readonly lag_records: number | null;
    readonly lag_ms: number | null;
    readonly inserted_rows: number | null;
    readonly parked_rows: number | null;
  };
  readonly dependencies: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly problem: string | null;
    readonly required: boolean;
  }[];
  readonly parked: readonly {
    readonly position: string;
    readonly kind: string;
    readonly reason: string;
    readonly parked_at: string;
  }[];
  readonly latency: {
    readonly since: string;
    readonly n: number;
    readonly p50_ms: number;
    readonly p95_ms: number;
    readonly p99_ms: number;
  } | null;
  readonly versions: { readonly engine: string };
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
