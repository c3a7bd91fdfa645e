import type { LoginEvent } from '../core/event.ts';
import type { Policy } from '../core/policy.ts';
import type {
  DecisionView,
  FeedbackRecord,
  ForgottenDeviceRecord,
  OutcomeRecord,
  RecordSource,
  Warning,
} from '../core/record.ts';
import type { DecisionRow, ReviewKind, ReviewPage, UserActivity, Window } from '../ports/analytics.ts';

/**
 * The use cases, as the HTTP routes and the command line call them. Expected refusals are thrown as `AppError`
 * with a stable code; everything else is a fault.
 */
export interface Gatehouse {
  readonly assessLogin: (request: AssessRequest) => Promise<Assessment>;
  readonly recordOutcome: (report: OutcomeReport) => Promise<OutcomeResult>;
  readonly recordFeedback: (report: FeedbackReport) => Promise<DecisionView>;
  readonly readDecision: (tenant: string, id: string) => Promise<DecisionView>;
  readonly relatedDecisions: (tenant: string, id: string) => Promise<RelatedDecisions>;
  readonly reviewQueue: (tenant: string, request: ReviewQueueRequest) => Promise<ReviewQueuePage>;
  readonly lookupUser: (tenant: string, userId: string) => Promise<UserSummary>;
  readonly exportUser: (tenant: string, userId: string) => Promise<UserExport>;
  readonly forgetDevice: (request: ForgetDevice) => Promise<{ readonly forgotten: boolean }>;
  readonly eraseUser: (tenant: string, userId: string) => Promise<ErasureReceipt>;
}

export interface AssessRequest {
  readonly event: LoginEvent;
  readonly warnings: readonly Warning[];
  readonly source: Exclude<RecordSource, 'replay'>;
  /** Idempotency: endpoint-scoped event id and the hash of the body; `null` when no event_id came (or a dry run). */
  readonly idempotency: { readonly key: string; readonly bodyHash: string } | null;
  /** base64url SHA-256 of the body as received. */
  readonly requestHash: string | null;
  readonly apiKeyId: string | null;
}

export interface Assessment {
  readonly view: DecisionView;
  /** The same event_id and body were decided before; this is that decision. */
  readonly replayed: boolean;
  /** Whether the decision is in the durable log. */
  readonly recorded: boolean;
}

export interface OutcomeReport {
  readonly tenant: string;
  /** `chl_…` */
  readonly challengeId: string;
  readonly status: OutcomeRecord['status'];
  readonly method: string | null;
  readonly userKey: string;
  readonly attempts: number | null;
  readonly occurredAt_ms: number | null;
}

export interface OutcomeResult {
  readonly view: DecisionView;
  /** False when the same outcome was reported before. */
  readonly fresh: boolean;
}

export interface FeedbackReport {
  readonly tenant: string;
  readonly decisionId: string;
  readonly verdict: FeedbackRecord['verdict'];
  readonly source: FeedbackRecord['source'];
  readonly scope: FeedbackRecord['scope'] | null;
  readonly actor: FeedbackRecord['actor'];
  readonly note: string | null;
}

export interface RelatedDecisions {
  /** The user's last accepted login before it. */
  readonly previous: DecisionRow | null;
  /** `null`: the decision names no user. */
  readonly user: SomeDecisions | null;
  readonly address: SomeDecisions;
  readonly device: SomeDecisions | null;
}

export interface SomeDecisions {
  readonly total: number;
  /** Newest first. */
  readonly data: readonly DecisionRow[];
}

export interface ReviewQueueRequest {
  readonly window: Window;
  /** `null`: all of them. */
  readonly kinds: readonly ReviewKind[] | null;
  readonly limit: number;
  readonly cursor: string | null;
}

export interface ReviewQueuePage extends Omit<ReviewPage, 'data'> {
  /** Sorted. */
  readonly data: readonly ReviewItem[];
}

export interface ReviewItem {
  readonly row: DecisionRow;
  readonly kind: ReviewKind;
  readonly also: readonly ReviewKind[];
  /** 0 to 100. */
  readonly priority: number;
  /** The strongest first. */
  readonly why: readonly { readonly code: ReviewKind; readonly message: string }[];
  /** Decisions of the user that wait, this one included. */
  readonly open: number;
}

export interface UserHabit {
  /** A readable value where one is known (AS number, country, browser family), else the short hash. */
  readonly value: string;
  readonly weight: number;
  readonly first_seen: string;
  readonly last_seen: string;
  readonly provisional: boolean;
}

export interface UserSummary {
  readonly userId: string;
  readonly riskLevel: 'low' | 'medium' | 'high' | 'unknown';
  readonly profile: {
    readonly created_at: string;
    readonly logins: number;
    readonly last_login_at: string | null;
    readonly last_country: string | null;
    readonly devices: readonly UserHabit[];
    readonly countries: readonly UserHabit[];
    readonly places: readonly UserHabit[];
    readonly networks: readonly UserHabit[];
    readonly clients: readonly UserHabit[];
  } | null;
  readonly lastDecisions: readonly DecisionView[];
  readonly window: Window;
  readonly activity: UserActivity;
  /** By device key, what the profile holds of it. */
  readonly deviceStatus: ReadonlyMap<string, 'trusted' | 'provisional' | 'unknown'>;
  /** Newest first. */
  readonly timeline: readonly DecisionRow[];
}

export interface UserExport {
  readonly userId: string;
  readonly exportedAt_ms: number;
  readonly profile: UserSummary['profile'];
  readonly decisions: readonly DecisionView[];
  /** In the order in which they were forgotten. */
  readonly forgottenDevices: readonly ForgottenDeviceRecord[];
}

export interface ForgetDevice {
  readonly tenant: string;
  readonly userId: string;
  /** As in `event.device.key`. */
  readonly deviceKey: string;
  readonly actor: ForgottenDeviceRecord['actor'];
  readonly note: string | null;
}

export interface ErasureReceipt {
  /** `ers_…` */
  readonly id: string;
  readonly erasedAt_ms: number;
  readonly decisions: number;
  readonly profile: boolean;
}

/** The policy in force for a tenant. */
export type PolicyOf = (tenant: string) => Policy;
