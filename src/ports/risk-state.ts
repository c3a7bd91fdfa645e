import type { Activity } from '../core/activity.ts';
import type { ApplicationStats } from '../core/application-stats.ts';
import type { Cell } from '../core/campaign/cell.ts';
import type { Known } from '../core/known.ts';
import type { Population } from '../core/model/population.ts';
import type { Profile } from '../core/profile.ts';
import type {
  AttemptState,
  DecisionRecord,
  FeedbackRecord,
  LogRecord,
  OutcomeRecord,
} from '../core/record.ts';
import type { Sharing } from '../core/sharing.ts';

/** Which state one event needs. */
export interface StateQuery {
  readonly tenant: string;
  readonly userKey: string | null;
  readonly loginKey: string | null;
  readonly ip: string;
  readonly network: string;
  readonly deviceKey: string | null;
  readonly attemptId: string | null;
  readonly applicationId: string;
  /** Store keys of the cells of traffic that the event lies in. */
  readonly cells: readonly string[];
}

/** The state before the event. Do not change what it holds: it is the live state itself. */
export interface StateView {
  /** `null`: the user has none. Unknown: late or gone. */
  readonly profile: Known<Profile | null>;
  readonly counters: Known<CounterView>;
  /** When this user was erased; events from before it must not bring them back. */
  readonly erasedAt_ms: number | null;
}

export interface CounterView {
  readonly user: Activity | undefined;
  readonly login: Activity | undefined;
  readonly address: Activity | undefined;
  readonly network: Activity | undefined;
  readonly device: Activity | undefined;
  readonly userAtAddress: Activity | undefined;
  readonly userOnDevice: Activity | undefined;
  readonly addressSharing: Sharing | undefined;
  readonly networkSharing: Sharing | undefined;
  readonly deviceSharing: Sharing | undefined;
  readonly deviceSeen: Sharing | undefined;
  readonly tenantSharing: Sharing | undefined;
  readonly application: ApplicationStats | undefined;
  readonly population: Population | undefined;
  readonly attempt: AttemptState | undefined;
  /** In the order of the query. */
  readonly cells: readonly (Cell | undefined)[];
}

export interface IdempotencyQuery {
  readonly key: string;
  readonly bodyHash: string;
  /** The lane of the event (see `laneOf`). */
  readonly lane: string;
  /** By the clock of receipt. */
  readonly now_ms: number;
}

export interface IdempotentDecision {
  readonly position: number;
  readonly bodyHash: string;
}

/** What was said of a decision since. */
export interface Annotations {
  readonly outcome: OutcomeRecord | null;
  /** In the order of the log; of many the newest and the one that stands (see `withFeedback`). */
  readonly feedback: readonly FeedbackRecord[];
}

/**
 * The hot path's state: a fold of the decision log. `apply` is called once for every record in log order; after a
 * crash the adapter applies again what it had not yet kept.
 */
export interface RiskState {
  /** Answers under the decision's deadline: what is late is unknown. */
  read(query: StateQuery): StateView | Promise<StateView>;
  /**
   * Decisions of the last 24 h by event_id (clock of receipt). An answer with another body hash than was asked for has
   * no usable position.
   */
  idempotent(
    query: IdempotencyQuery,
  ): IdempotentDecision | undefined | Promise<IdempotentDecision | undefined>;
  annotations(decisionId: string): Annotations | Promise<Annotations>;
  /**
   * `decision`: the decision that an outcome speaks of. `profileVersion`: the version that a verdict's profile was
   * rebuilt from, where other processes may have changed it since.
   */
  apply(record: LogRecord, decision?: DecisionRecord, profileVersion?: number): void;
  /** Takes back what `apply` promised when the record could not be stored: a repeat must not be answered as stored. */
  withdraw(record: LogRecord): void;
  profile(tenant: string, userKey: string): Profile | null | Promise<Profile | null>;
  /** Changes whenever the user's profile does; 0 when there is none. */
  profileVersion(tenant: string, userKey: string): number | Promise<number>;
  /** Forgets what was said about decisions that are erased. */
  forget(decisionIds: readonly string[]): Promise<void>;
  /** Writes everything applied so far; resolves when it survives a kill. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
