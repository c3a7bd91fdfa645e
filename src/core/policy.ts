import type { Action, Level } from './decision.ts';
import type { EventType } from './event.ts';

/** What a level demands. `methods: null` accepts any second factor. */
export interface LevelRule {
  readonly action: Action;
  readonly methods: readonly string[] | null;
  /** When the user has none of the acceptable methods: let in and tell the user, or refuse. */
  readonly noMethod: 'allow_notify' | 'block';
}

/** Validated data; an immutable version. A change makes the next version. */
export interface Policy {
  readonly id: string;
  readonly version: number;
  readonly mode: 'enforce' | 'monitor';
  /** Log-odds of a takeover before any evidence. */
  readonly priorLogOdds: number;
  /** Scores from which a level begins. */
  readonly thresholds: { readonly medium: number; readonly high: number; readonly block: number };
  readonly levels: Readonly<Record<Level, LevelRule>>;
  /** Block by score needs positive evidence of at least so many categories. */
  readonly blockMinCategories: number;
  /** Types that are at least challenged when the profile is missing or the level is medium, and when degraded. */
  readonly sensitiveTypes: readonly EventType[];
  /** Answer for a degraded decision on a sensitive type. */
  readonly degradedSensitive: Action;
  readonly challengeLifetime_s: number;
  /** Step-up is met by an authentication not older than this. */
  readonly freshness_s: number;
}

/** Whether one of the policy's lists names this event. Looked up by the application; block wins over allow. */
export interface ListMatch {
  readonly list: 'block' | 'allow';
  /** What matched, for the record: `ip`, `network`, `asn`, `country`, `user`, `device`. */
  readonly on: string;
}
