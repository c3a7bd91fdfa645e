import type { LoginEvent } from './event.ts';
import type { Facts } from './facts.ts';
import type { WhyUnknown } from './known.ts';

export const CATEGORIES = ['device', 'location', 'network', 'velocity', 'behaviour', 'account'] as const;
export type Category = (typeof CATEGORIES)[number];

/** Numbers, words and flags that make a finding explainable; keys are snake_case with their unit last. */
export type Details = Readonly<Record<string, string | number | boolean | null>>;

/**
 * What a signal says.
 * `evidence`: log-odds in nats, positive towards a takeover, negative towards the rightful user, before caps.
 * `neutral`: judged, nothing to say. `abstain`: could not judge, which is not the same as safe.
 */
export type Finding =
  | { readonly state: 'evidence'; readonly rawLogOdds: number; readonly details: Details }
  | { readonly state: 'neutral'; readonly details: Details }
  | { readonly state: 'abstain'; readonly why: WhyUnknown };

/** Says nothing further. */
export const NO_DETAILS: Details = Object.freeze({});

export const evidence = (rawLogOdds: number, details: Details = NO_DETAILS): Finding => ({
  state: 'evidence',
  rawLogOdds,
  details,
});
/** Most judges of most logins have nothing to say, or cannot: those findings are the same object every time. */
const SILENT: Finding = { state: 'neutral', details: NO_DETAILS };
const ABSTENTIONS = new Map<WhyUnknown, Finding>();
export const neutral = (details: Details = NO_DETAILS): Finding =>
  details === NO_DETAILS ? SILENT : { state: 'neutral', details };
export function abstain(why: WhyUnknown): Finding {
  let finding = ABSTENTIONS.get(why);
  if (finding === undefined) {
    finding = { state: 'abstain', why };
    ABSTENTIONS.set(why, finding);
  }
  return finding;
}

/** A worked example, run as a test and printed in docs/SIGNALS.md. Overrides apply to the fixture login of `examples.ts`. */
export interface Example {
  /** One sentence: who logs in, how. */
  readonly name: string;
  readonly event?: (base: LoginEvent) => LoginEvent;
  readonly facts?: (base: Facts) => Facts;
}

/**
 * A named judge of one thing. Pure: the same event and facts give the same finding.
 *
 * `dependsOnOthers` marks evidence that strangers can produce (failures of others, population, campaigns): such
 * evidence alone never exceeds `challenge`.
 */
export interface Signal {
  /** `category.detail`; also the reason code. */
  readonly id: `${Category}.${string}`;
  readonly category: Category;
  readonly title: string;
  /** What it looks for, which attack it meets and which honest people it could hit: printed in docs/SIGNALS.md. */
  readonly description: string;
  /** The facts it reads, as paths into `Facts` or the event, for the documentation. */
  readonly needs: readonly string[];
  readonly dependsOnOthers: boolean;
  readonly judge: (event: LoginEvent, facts: Facts) => Finding;
  /** The finding in a person's words with its numbers; only called for evidence. */
  readonly explain: (details: Details) => string;
  readonly examples: {
    /** Raises risk (or, for a trust signal, gives its negative evidence). */
    readonly positive: readonly Example[];
    /** Judged and not fired. */
    readonly negative: readonly Example[];
    readonly abstaining: readonly Example[];
  };
}
