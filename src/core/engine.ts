import { confidenceOf } from './confidence.ts';
import type { Verdict } from './decision.ts';
import { createDegradedJudge, missingState } from './degraded.ts';
import type { LoginEvent } from './event.ts';
import { reasonsOf } from './explain.ts';
import type { Facts } from './facts.ts';
import { learningOf } from './learning.ts';
import { evaluate, type ListMatch, levelOf, type Policy } from './policy.ts';
import type { RecordSource } from './record.ts';
import { type CategoryCaps, createScorer, type StackWeights, UNIT_WEIGHTS } from './score.ts';
import type { Signal } from './signal.ts';

export interface DecideOptions {
  /** How the event came in: it decides what it may teach. */
  readonly source: RecordSource;
  /** The policy's lists that name this event; none by default. */
  readonly lists?: readonly ListMatch[];
}

/**
 * One event and what is known about it to a verdict. Pure: no clock, no randomness; the same input gives the same
 * output bit for bit. Never throws on any event or facts that the types allow.
 */
export type Decide = (event: LoginEvent, facts: Facts, policy: Policy, options: DecideOptions) => Verdict;

const NO_LISTS: readonly ListMatch[] = Object.freeze([]);

/** A decider over a registry of signals, the caps of their categories and the weights of a fitted stack. */
export function createDecide(
  signals: readonly Signal[],
  caps: CategoryCaps,
  weights: StackWeights = UNIT_WEIGHTS,
): Decide {
  const score = createScorer(signals, caps, weights);
  const judgeDegraded = createDegradedJudge(signals, caps, weights);

  return function decide(event, facts, policy, { source, lists = NO_LISTS }) {
    const scored = score(event, facts, policy.priorLogOdds);
    const missing = missingState(facts);
    const ruling = evaluate(policy, event, facts, scored, lists, missing !== null);
    const degraded =
      missing === null
        ? null
        : judgeDegraded(event, facts, policy, scored.priorLogOdds, scored.signals, ruling, missing);
    const monitored = policy.mode === 'monitor';
    return {
      priorLogOdds: scored.priorLogOdds,
      logOdds: scored.logOdds,
      score: scored.score,
      level: levelOf(policy, scored.score),
      confidence: confidenceOf(event, facts, scored.signals),
      action: monitored ? 'allow' : ruling.action,
      enforced: ruling.action,
      wouldHave: monitored ? ruling.action : null,
      rule: ruling.rule,
      reasons: reasonsOf(scored, signals, ruling),
      signals: scored.signals,
      // What is not enforced demands nothing.
      challenge: monitored ? null : ruling.challenge,
      learning: learningOf(event, source, policy, ruling, degraded),
      degraded,
    };
  };
}
