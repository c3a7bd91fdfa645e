import type { CellKind } from '../core/campaign/cells.ts';
import type { CampaignKind } from '../core/campaign/trace.ts';
import type { Action, ChallengeKind, Confidence, Learning, Level } from '../core/decision.ts';
import type { EventStatus, EventType } from '../core/event.ts';
import type {
  DecisionView,
  FeedbackRecord,
  ForgottenDeviceRecord,
  LogRecord,
  OutcomeRecord,
  RecordSource,
} from '../core/record.ts';

/** One value, or any of several. */
export type AnyOf = string | readonly string[];

/** Search over decisions; times are event times in milliseconds. Absent means any. */
export interface DecisionFilter {
  readonly userId?: string;
  readonly userKey?: string;
  readonly ip?: string;
  readonly loginKey?: string;
  readonly deviceKey?: string;
  readonly sessionKey?: string;
  readonly eventId?: string;
  readonly attemptId?: string;
  readonly action?: AnyOf;
  readonly level?: AnyOf;
  readonly reason?: AnyOf;
  readonly country?: AnyOf;
  readonly asn?: number;
  readonly application?: AnyOf;
  readonly type?: AnyOf;
  readonly status?: AnyOf;
  readonly source?: AnyOf;
  readonly browser?: AnyOf;
  readonly os?: AnyOf;
  readonly method?: AnyOf;
  readonly mode?: AnyOf;
  /** The /24 or /48. */
  readonly network?: string;
  readonly tlsFingerprint?: string;
  readonly degraded?: boolean;
  /** Later in the log than this position. */
  readonly afterPosition?: number;
  /** Inclusive. */
  readonly scoreMin?: number;
  /** Exclusive, but 1 includes 1. */
  readonly scoreMax?: number;
  /** What became of the challenge; `unanswered`: nothing was reported. */
  readonly resolution?: 'passed' | 'not_passed' | 'unanswered';
  /** The standing verdict. */
  readonly verdict?: string;
  /** Words that must all occur somewhere in what was seen of the login, in any case. */
  readonly text?: string;
  /** Inclusive. */
  readonly from_ms?: number;
  /** Exclusive. */
  readonly to_ms?: number;
}

export interface DecisionPage {
  readonly data: readonly DecisionView[];
  /** Opaque; `null` at the end. */
  readonly nextCursor: string | null;
}

/** What lists show of a decision: enough to recognise, sort and filter it by. Names as on the wire. */
export interface DecisionRowFields {
  readonly id: string;
  readonly source: RecordSource;
  readonly type: EventType;
  readonly status: EventStatus;
  readonly application: string;
  readonly event_id: string | null;
  readonly attempt_id: string | null;
  readonly user_id: string | null;
  readonly ip: string;
  readonly network: string;
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
  readonly score: number;
  readonly level: Level;
  readonly action: Action;
  readonly enforced: Action;
  readonly mode: 'enforce' | 'monitor';
  readonly rule: string;
  /** Codes. */
  readonly reasons: readonly string[];
  readonly confidence: Confidence;
  readonly degraded: boolean;
  readonly learning: Learning;
  readonly challenge_kind: ChallengeKind | null;
  /** Keyed hash of the name that was typed, where no user is named. */
  readonly login_key: string | null;
}

export interface DecisionRow {
  readonly position: number;
  readonly userKey: string | null;
  readonly occurredAt_ms: number;
  readonly recordedAt_ms: number;
  readonly fields: DecisionRowFields;
  /** `null`: no challenge was issued. */
  readonly challengeExpiresAt_ms: number | null;
  readonly outcome: Pick<OutcomeRecord, 'resolution' | 'finalAction'> | null;
  /** The standing verdict. */
  readonly verdict: FeedbackRecord['verdict'] | null;
}

export interface DecisionRowPage {
  readonly data: readonly DecisionRow[];
  /** Opaque; `null` at the end. */
  readonly nextCursor: string | null;
}

/** Event times in milliseconds. */
export interface Window {
  /** Inclusive. */
  readonly from_ms: number;
  /** Exclusive. */
  readonly to_ms: number;
}

/** What an investigation turns around, beside a user. */
export type EntitySubject =
  | { readonly kind: 'address'; readonly value: string }
  | { readonly kind: 'network'; readonly value: string }
  | { readonly kind: 'device'; readonly value: string }
  | { readonly kind: 'as'; readonly value: number };

export interface EntityCount {
  readonly value: string;
  readonly decisions: number;
  readonly failed: number;
  readonly users: number;
  readonly lastSeen_ms: number;
}

export interface EntityActivity {
  readonly firstSeen_ms: number | null;
  readonly lastSeen_ms: number | null;
  /** The newest decision, for what is known of the subject. */
  readonly newest: DecisionRow | null;
  readonly newestLists: readonly string[];
  readonly addressKind: string | null;
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
  readonly bucket_s: number;
  readonly series: readonly {
    readonly t_ms: number;
    readonly decisions: number;
    readonly failed: number;
    readonly challenged: number;
    readonly blocked: number;
  }[];
  readonly users: readonly {
    readonly user_id: string | null;
    readonly decisions: number;
    readonly failed: number;
    readonly max_score: number;
    readonly lastSeen_ms: number;
  }[];
  readonly addresses: readonly EntityCount[];
  readonly devices: readonly EntityCount[];
  readonly ases: readonly (EntityCount & { readonly as_name: string | null })[];
  readonly reasons: readonly { readonly reason: string; readonly n: number }[];
  readonly lists: readonly {
    readonly name: string;
    readonly kind: 'blocklist' | 'class';
    readonly lastSeen_ms: number;
  }[];
}

/** What one user did, from the decisions of a window. */
export interface UserActivity {
  readonly decisions: number;
  readonly failed: number;
  readonly challenged: number;
  readonly blocked: number;
  readonly risk: readonly {
    readonly t_ms: number;
    readonly decisions: number;
    readonly max_score: number;
    readonly mean_score: number;
    readonly challenged: number;
    readonly blocked: number;
  }[];
  readonly devices: readonly (Seen & {
    readonly device_key: string;
    readonly browser: string | null;
    readonly os: string | null;
    readonly device_type: string | null;
    readonly countries: readonly string[];
  })[];
  readonly networks: readonly (Seen & {
    readonly asn: number | null;
    readonly as_name: string | null;
    readonly country: string | null;
    readonly network_classes: readonly string[];
  })[];
  readonly places: readonly (Seen & {
    readonly country: string | null;
    readonly region: string | null;
    readonly city: string | null;
    readonly latitude: number | null;
    readonly longitude: number | null;
  })[];
  readonly addresses: readonly (Seen & { readonly ip: string })[];
}

export interface Seen {
  readonly decisions: number;
  readonly firstSeen_ms: number;
  readonly lastSeen_ms: number;
}

export const REVIEW_KINDS = [
  'challenge_denied',
  'contradiction',
  'blocked_with_password',
  'high_risk_allowed',
  'challenge_failed',
  'risky_user',
] as const;
export type ReviewKind = (typeof REVIEW_KINDS)[number];

/** How the review queue is sorted, and what of it is asked for. */
export interface ReviewOrder {
  /** Of the decision itself, the most urgent first. */
  readonly kinds: readonly Exclude<ReviewKind, 'risky_user'>[];
  /** So many open decisions make their user risky; `null`: not asked for. */
  readonly riskyFrom: number | null;
  /** Within a kind by score in so many steps, then the newest first. */
  readonly scoreSteps: number;
}

/** A person's most urgent decision that no analyst has judged; who is not named stands for one decision. */
export interface ReviewCandidate {
  readonly row: DecisionRow;
  readonly kind: ReviewKind;
  /** What else applies to it, the most urgent first. */
  readonly also: readonly ReviewKind[];
  /** Decisions of the person that wait, this one included. */
  readonly open: number;
}

export interface ReviewPage {
  readonly data: readonly ReviewCandidate[];
  /** People that wait, beyond this page too. */
  readonly total: number;
  /** By the kind under which they wait. */
  readonly totals: readonly { readonly kind: ReviewKind; readonly total: number }[];
  /** Opaque; `null` at the end. */
  readonly nextCursor: string | null;
}

/** When the versions that decided changed. */
export interface VersionChange {
  readonly at_ms: number;
  readonly kind: 'policy' | 'mode' | 'model' | 'engine' | 'ip_intelligence';
  readonly from: string;
  readonly to: string;
}

/** What became of parked rows that were sent again. */
export interface ResentRows {
  readonly resent: number;
  /** Refused once more; they stay parked. */
  readonly refused: number;
}

export interface ParkedSummary {
  readonly position: number;
  readonly kind: LogRecord['kind'];
  /** The decision that it is, or speaks of; empty where there is none. */
  readonly decisionId: string;
  readonly reason: string;
  readonly recordedAt_ms: number;
  readonly parkedAt_ms: number;
}

export interface PanelParameter {
  readonly name: string;
  readonly type: 'string' | 'number' | 'time';
  readonly required: boolean;
  readonly description: string;
}

export interface PanelColumn {
  readonly name: string;
  readonly type: 'time' | 'string' | 'number';
  readonly unit: string | null;
}

export interface PanelInfo {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly PanelParameter[];
  readonly schema: readonly PanelColumn[];
  readonly chart: PanelChart;
  /** The page that shows it. */
  readonly group: 'overview' | 'health';
}

export type PanelChart =
  | 'tiles'
  | 'stacked_area'
  | 'lines'
  | 'bars'
  | 'table'
  | 'map'
  | 'flows'
  | 'histogram';

export interface PanelResult {
  readonly id: string;
  readonly title: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly bucket_s: number;
  readonly source: 'raw' | 'minute' | 'hour' | 'day';
  readonly schema: readonly PanelColumn[];
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  /** Name of the SQL that answered. */
  readonly sql: string;
}

/** Campaigns that were going on at some time of [from, to); absent means any. */
export interface CampaignFilter {
  readonly from_ms?: number;
  readonly to_ms?: number;
  readonly state?: 'live' | 'ended';
  readonly kind?: CampaignKind;
}

/** Credential stuffing or password spraying as it stands; times are event times in milliseconds. */
export interface Campaign {
  /** `cmp_…` */
  readonly id: string;
  readonly kind: CampaignKind;
  readonly started_ms: number;
  readonly detected_ms: number;
  readonly lastSeen_ms: number;
  /** `null`: it goes on. */
  readonly ended_ms: number | null;
  /** Failed tries and distinct accounts in its largest cell. */
  readonly attempts: number;
  readonly users: number;
  /** Logins that got in within a cell, not from a device or network known for the user. */
  readonly successes: number;
  readonly rate_per_min: number;
  /** Distinct failing people a minute before it began. */
  readonly usualRate_per_min: number;
  /** The cells that it showed in, largest first; at least one, at most 20. */
  readonly cells: readonly CampaignCell[];
  /** Of the largest cell, most attempts first; at most 8. */
  readonly networks: readonly { readonly network: string; readonly attempts: number }[];
}

export interface CampaignCell {
  readonly kind: CellKind;
  /** In a person's words. */
  readonly label: string;
  readonly asn: number | null;
  readonly as_name: string | null;
  /** Browser family, lower case. */
  readonly client: string | null;
  readonly tls_fingerprint: string | null;
  readonly network: string | null;
  readonly attempts: number;
  readonly users: number;
}

export interface CampaignPage {
  readonly data: readonly Campaign[];
  /** Opaque; `null` at the end. */
  readonly nextCursor: string | null;
}

/** The analysts' copy. Every call may fail with AnalyticsUnavailable (code `analytics_unavailable`). */
export interface Analytics {
  /** Brings the schema up to date. @throws SchemaTooNew (code `schema_too_new`) for a directory of a newer version. */
  migrate(): Promise<void>;
  /** By decision id, from what was inserted. */
  decision(tenant: string, id: string): Promise<DecisionView | undefined>;
  /** Newest first. @throws InvalidCursor (code `invalid_cursor`). */
  search(tenant: string, filter: DecisionFilter, limit: number, cursor: string | null): Promise<DecisionPage>;
  /** As `search`, but only what lists show; up to 1,000 a page. */
  rows(
    tenant: string,
    filter: DecisionFilter,
    limit: number,
    cursor: string | null,
  ): Promise<DecisionRowPage>;
  count(tenant: string, filter: DecisionFilter): Promise<number>;
  entity(tenant: string, subject: EntitySubject, window: Window): Promise<EntityActivity>;
  userActivity(tenant: string, userKey: string, window: Window): Promise<UserActivity>;
  /** One of each person, at most a thousand of each kind. @throws InvalidCursor (code `invalid_cursor`). */
  reviewCandidates(
    tenant: string,
    window: Window,
    order: ReviewOrder,
    limit: number,
    cursor: string | null,
  ): Promise<ReviewPage>;
  /** Oldest first. */
  versionChanges(tenant: string, window: Window): Promise<readonly VersionChange[]>;
  /** Newest start first. @throws InvalidCursor (code `invalid_cursor`). */
  campaigns(
    tenant: string,
    filter: CampaignFilter,
    limit: number,
    cursor: string | null,
  ): Promise<CampaignPage>;
  /** All decisions of one user, oldest first, for rebuilding a profile and for export; fetched in pages inside. */
  history(tenant: string, userKey: string): AsyncIterable<DecisionView>;
  /** Devices that were forgotten for one user, in the order of the log. */
  forgottenDevices(tenant: string, userKey: string): Promise<readonly ForgottenDeviceRecord[]>;
  panels(): readonly PanelInfo[];
  /** @throws UnknownPanel (code `unknown_panel`), InvalidPanelParameter (code `invalid_parameter`). */
  panel(tenant: string, id: string, parameters: Readonly<Record<string, string>>): Promise<PanelResult>;
  /** Removes every row about the user and corrects the rollups. Returns the number of decisions removed. */
  erase(tenant: string, userKey: string): Promise<number>;
  status(): Promise<AnalyticsStatus>;
  close(): Promise<void>;
}

export interface AnalyticsStatus {
  readonly ok: boolean;
  readonly problem: string | null;
  /** Log records not yet inserted. */
  readonly lagRecords: number | null;
  /** Age of the oldest record that is not yet inserted, by the clock of receipt. */
  readonly lag_ms: number | null;
  readonly parkedRows: number;
  readonly insertedRows: number;
}

/** What the sink needs of analytics: insert a batch once, and set right what an unclean stop left half done. */
export interface AnalyticsSink {
  /** May make a batch ready that will be handed to `insert` next, while another insert is under way. Never fails. */
  prepare?(batchId: string, records: readonly LogRecord[]): void;
  /** Inserts all rows of a batch and its rollups. @throws RowsRefused (code `rows_refused`) when the rows themselves are at fault. */
  insert(batchId: string, records: readonly LogRecord[]): Promise<void>;
  /** For a batch whose insert may have happened: inserts what is missing and rebuilds the rollup buckets it touches from raw. */
  repair(batchId: string, records: readonly LogRecord[]): Promise<void>;
}
