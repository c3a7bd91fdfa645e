import type { JudgedSignal, Level, Reason, Verdict } from './decision.ts';
import { type FloorCode, levelOf, type Policy, type Ruling } from './policy.ts';
import {
  type CategoryCaps,
  fromMicro,
  logistic,
  logit,
  MIN_TELLING_LOG_ODDS,
  type Score,
  type StackWeights,
  toMicro,
  UNIT_WEIGHTS,
  weigh,
} from './score.ts';
import type { Signal } from './signal.ts';

/** More than this nobody reads; the rest is in the signals. */
const MAX_EVIDENCE_REASONS = 5;

const FLOOR_MESSAGES: Readonly<Record<FloorCode, string>> = {
  'policy.credential_compromised':
    'The credential is known to be leaked: have the user reset it, whatever else is decided',
  'policy.sensitive_type': 'This act could hand the account over, and the risk is not low',
  'policy.sensitive_without_history':
    'This act could hand the account over, and the user has no history here yet',
  'policy.degraded_sensitive':
    'This act could hand the account over, and not everything could be checked in time',
};

/**
 * The decision in a person's words, the most important first: the list that answered, rules that hold whatever the
 * score, then the evidence that raised it (at least 0.1 nat, largest share first, at most five), then what the policy
 * made of the user's methods. Where nothing of these is to be said, what vouches most for the login, or the level.
 * Never empty.
 */
export function reasonsOf(score: Score, registry: readonly Signal[], ruling: Ruling): readonly Reason[] {
  const reasons: Reason[] = [];
  if (ruling.rule === 'block_list') {
    reasons.push({ code: 'policy.block_list', message: `On the block list (${ruling.listedOn})` });
  } else if (ruling.rule === 'allow_list') {
    reasons.push({ code: 'policy.allow_list', message: `On the allow list (${ruling.listedOn})` });
  }
  for (const code of ruling.floors) reasons.push({ code, message: FLOOR_MESSAGES[code] });
  for (const index of largestPositive(score.signals)) {
    const reason = reasonOf(score.signals[index], registry[index]);
    if (reason !== null) reasons.push(reason);
  }
  if (ruling.rule === 'others_only') {
    reasons.push({
      code: 'policy.others_only',
      message: 'What other people did is not enough to block this person',
    });
  }
  if (ruling.because === 'requirement_met') {
    reasons.push({
      code: 'policy.requirement_met',
      message: 'The authentication just made already meets what would be asked for',
    });
  } else if (ruling.because === 'no_method') {
    reasons.push(
      ruling.action === 'block'
        ? {
            code: 'policy.no_method_block',
            message: 'The user has no acceptable second factor, so this is refused',
          }
        : {
            code: 'policy.no_method_notify',
            message: 'The user has no acceptable second factor: let in, and tell the user',
          },
    );
  }
  if (reasons.length > 0) return reasons;
  const trust = ruling.action === 'allow' ? strongestTrust(score.signals) : -1;
  const reason = reasonOf(score.signals[trust], registry[trust]);
  return [reason ?? { code: `policy.${ruling.rule}`, message: levelMessage(score.score) }];
}

/** What one piece of evidence decided: the score and level if it alone had not been there. */
export interface Without {
  readonly id: string;
  readonly logOdds: number;
  readonly score: number;
  readonly level: Level;
  /** Whether the policy would then have let the login in without a demand. */
  readonly allowed: boolean;
}

/** The parts of a verdict and of a policy that the question needs: a recorded decision has them all. */
export type Judged = Pick<Verdict, 'signals' | 'reasons' | 'priorLogOdds' | 'logOdds' | 'score'>;
export type Judging = Pick<Policy, 'thresholds' | 'levels'>;

/** What would have been needed for `allow`. */
export interface Counterfactuals {
  /** Codes of the rules that hold whatever the score; while one does, no change of evidence gives `allow`. */
  readonly fixed: readonly string[];
  /** Nats by which the log-odds exceed what the policy lets in; 0 when they do not. */
  readonly excess_nats: number;
  /** Each signal that raised the score, in order of its share. */
  readonly without: readonly Without[];
  /** Signals, largest share first, whose joint absence would have given `allow`; `null` when even all are not enough. */
  readonly together: readonly string[] | null;
}

/**
 * What would have been needed for `allow`, exactly: evidence is additive, so a signal is taken away by summing again
 * without it (with the caps, which the others then fill up). It speaks of levels; whether a user without methods
 * would have been let in with a notice is not its question.
 */
export function counterfactuals(
  verdict: Judged,
  policy: Judging,
  caps: CategoryCaps,
  weights: StackWeights = UNIT_WEIGHTS,
): Counterfactuals {
  const fixed = verdict.reasons.map(({ code }) => code).filter(isFixed);
  const sensitive = verdict.reasons.some(({ code }) => code === 'policy.sensitive_type');
  const allowedAt = (level: Level): boolean =>
    fixed.length === 0 && policy.levels[level].action === 'allow' && !(sensitive && level !== 'low');

  const positive = verdict.signals
    .filter((signal) => signal.logOdds > 0)
    .sort((a, b) => b.logOdds - a.logOdds || (a.id < b.id ? -1 : 1));
  const leaveOut = (ids: readonly string[]): number => sumWithout(verdict, caps, weights, ids);

  const without = positive.map(({ id }): Without => {
    const logOdds = leaveOut([id]);
    const score = logistic(logOdds);
    const level = levelOf(policy, score);
    return { id, logOdds, score, level, allowed: allowedAt(level) };
  });

  let together: readonly string[] | null = null;
  const left: string[] = [];
  let here = levelOf(policy, verdict.score);
  for (let next = 0; ; next++) {
    if (allowedAt(here)) {
      together = left;
      break;
    }
    const signal = positive[next];
    if (signal === undefined) break;
    left.push(signal.id);
    here = levelOf(policy, logistic(leaveOut(left)));
  }

  const threshold = firstDemand(policy, sensitive);
  const excess_nats = threshold === null ? 0 : Math.max(0, verdict.logOdds - logit(threshold));
  return { fixed, excess_nats, without, together };
}

/** Reason codes of rules that no change of evidence lifts. */
function isFixed(code: string): boolean {
  return (
    code === 'policy.block_list' ||
    code === 'policy.credential_compromised' ||
    code === 'policy.sensitive_without_history' ||
    code === 'policy.degraded_sensitive'
  );
}

/** The score from which the policy no longer simply lets in; `null` when it always does. */
function firstDemand(policy: Judging, sensitive: boolean): number | null {
  if (policy.levels.low.action !== 'allow') return Number.MIN_VALUE;
  if (policy.levels.medium.action !== 'allow' || sensitive) return policy.thresholds.medium;
  return policy.levels.high.action === 'allow' ? policy.thresholds.block : policy.thresholds.high;
}

function sumWithout(
  verdict: Judged,
  caps: CategoryCaps,
  weights: StackWeights,
  ids: readonly string[],
): number {
  const up = new Map<string, number>();
  const down = new Map<string, number>();
  for (const { id, category, rawLogOdds } of verdict.signals) {
    if (ids.includes(id)) continue;
    const share = weigh(weights[id], rawLogOdds);
    const sums = share > 0 ? up : down;
    sums.set(category, (sums.get(category) ?? 0) + share);
  }
  let total = toMicro(verdict.priorLogOdds);
  for (const [category, cap] of Object.entries(caps)) {
    total += Math.min(up.get(category) ?? 0, toMicro(cap.positive));
    total += Math.max(down.get(category) ?? 0, -toMicro(cap.negative));
  }
  return fromMicro(total);
}

/** Indexes of the telling positive evidence, largest share first; ties in registry order. */
function largestPositive(judged: readonly JudgedSignal[]): readonly number[] {
  const found: number[] = [];
  const shareAt = (index: number): number => judged[index]?.logOdds ?? 0;
  for (let i = 0; i < judged.length; i++) if (shareAt(i) >= MIN_TELLING_LOG_ODDS) found.push(i);
  if (found.length > 1) found.sort((a, b) => shareAt(b) - shareAt(a) || a - b);
  return found.length > MAX_EVIDENCE_REASONS ? found.slice(0, MAX_EVIDENCE_REASONS) : found;
}

/** Index of the evidence that vouches most for the login, or −1. */
function strongestTrust(judged: readonly JudgedSignal[]): number {
  let index = -1;
  let strongest = -MIN_TELLING_LOG_ODDS;
  for (let i = 0; i < judged.length; i++) {
    const share = judged[i]?.logOdds ?? 0;
    if (share < strongest || (share === strongest && index < 0)) {
      strongest = share;
      index = i;
    }
  }
  return index;
}

/** What a piece of evidence says in a person's words; `null` for other states, and for signals that are no more. */
export function explainSignal(judged: JudgedSignal, registry: readonly Signal[]): string | null {
  if (judged.state !== 'evidence') return null;
  return registry.find(({ id }) => id === judged.id)?.explain(judged.details) ?? null;
}

function reasonOf(judged: JudgedSignal | undefined, signal: Signal | undefined): Reason | null {
  if (judged === undefined || signal === undefined) return null;
  return { code: judged.id, message: signal.explain(judged.details) };
}

function levelMessage(score: number): string {
  return score < 0.001
    ? 'Nothing speaks against this login (probability of a takeover below 0.1 %)'
    : `Probability of a takeover ${(score * 100).toFixed(1)} %`;
}
