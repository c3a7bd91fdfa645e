import type { WhyUnknown } from './known.ts';
import type { Category, Details } from './signal.ts';

export type Action = 'allow' | 'challenge' | 'block';
export type Level = 'low' | 'medium' | 'high';
export type Learning = 'full' | 'provisional' | 'none';
export type Confidence = 'low' | 'medium' | 'high';

/** One signal's part in a decision. `logOdds` is the final share after caps, 0 unless `state` is `evidence`. */
export interface JudgedSignal {
  readonly id: string;
  readonly category: Category;
  readonly state: 'evidence' | 'neutral' | 'abstain';
  /** Rounded to 1e-6 before summing. */
  readonly logOdds: number;
  readonly rawLogOdds: number;
  readonly details: Details;
  /** Set when `state` is `abstain`. */
  readonly why: WhyUnknown | null;
}

export interface Reason {
  readonly code: string;
  readonly message: string;
}

export type ChallengeKind = 'second_factor' | 'friction';

/** What must be passed; the id and expiry are added by the application when the decision is recorded. */
export interface ChallengeDemand {
  readonly kind: ChallengeKind;
  /** Acceptable methods, strongest first; `null` when it is unknown what the user has. */
  readonly methods: readonly string[] | null;
  /** `phr` when only a phishing-resistant method will do. */
  readonly acrValues: string | null;
  /** Friction only: seconds to wait before the next try. */
  readonly retryAfter_s: number | null;
}

export interface Degraded {
  /** Names of the facts that are missing, as in `Facts`. */
  readonly missing: readonly string[];
  readonly cause: 'timeout' | 'unavailable';
  readonly fallback: Action;
  /** Whether no value of the missing facts could have changed the action. */
  readonly robust: boolean;
}

/** The pure result of `decide`: everything but ids, times and storage. */
export interface Verdict {
  readonly priorLogOdds: number;
  /** Exactly `priorLogOdds` plus the sum of every signal's `logOdds`. */
  readonly logOdds: number;
  /** Logistic of `logOdds`. */
  readonly score: number;
  readonly level: Level;
  readonly confidence: Confidence;
  /** What the caller is told: differs from `verdict` in monitor mode only. */
  readonly action: Action;
  /** What the policy says under enforcement, before monitor mode. */
  readonly enforced: Action;
  /** `enforced` in monitor mode, else null. */
  readonly wouldHave: Action | null;
  readonly rule: string;
  readonly reasons: readonly Reason[];
  readonly signals: readonly JudgedSignal[];
  readonly challenge: ChallengeDemand | null;
  readonly learning: Learning;
  readonly degraded: Degraded | null;
}
