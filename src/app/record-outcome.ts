import { admitsMethod } from '../core/challenge.ts';
import type { Policy } from '../core/policy.ts';
import type { DecisionRecord, DecisionView, OutcomeRecord } from '../core/record.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import { LogConflict } from '../ports/log-errors.ts';
import type { RiskState } from '../ports/risk-state.ts';
import { AppError } from './errors.ts';
import type { Gatehouse, OutcomeReport, OutcomeResult } from './gatehouse.ts';
import type { ReadDecision } from './read-decision.ts';

export interface OutcomeDependencies {
  readonly state: RiskState;
  readonly log: DecisionLog;
  readonly clock: Clock;
  readonly policyOf: (tenant: string) => Policy;
  readonly readDecision: ReadDecision;
}

/** Auth servers retry for a day; afterwards a challenge that nobody reported on has expired. */
export const REPORT_GRACE_MS = 24 * 3_600_000;
/** Positions are lost to other processes now and then, never often. */
const MAX_TRIES = 8;
/** Clocks of two servers differ. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Records what became of a challenge and lets the profile learn from it. The decision's own action never changes.
 *
 * @throws AppError `not_found`, `user_mismatch`, `method_not_acceptable` (the challenge stays open),
 *   `outcome_conflict`, `challenge_expired`, `invalid_parameter`, `storage_unavailable`.
 */
export function createRecordOutcome(dependencies: OutcomeDependencies): Gatehouse['recordOutcome'] {
  const { state, log, clock, policyOf, readDecision } = dependencies;

  const recordOnce = async (report: OutcomeReport): Promise<OutcomeResult> => {
    const view = await readDecision(report.tenant, report.challengeId.replace(/^chl_/, 'dec_'));
    const { decision } = view;
    const { challenge } = decision;
    if (challenge === null || challenge.id !== report.challengeId) {
      throw new AppError('not_found', 'There is no such challenge.');
    }
    if (decision.event.user.key !== null && decision.event.user.key !== report.userKey) {
      throw new AppError('user_mismatch', 'This challenge was issued to another user.');
    }
    const now_ms = clock();
    const occurredAt_ms = report.occurredAt_ms ?? now_ms;
    if (occurredAt_ms > now_ms + CLOCK_SKEW_MS) {
      throw new AppError('invalid_parameter', 'occurred_at is more than 5 minutes ahead.');
    }
    // From here to `apply` nothing waits: of two reports that come together one is first.
    const found = state.annotations(decision.id);
    const { outcome: earlier, feedback } = found instanceof Promise ? await found : found;
    if (earlier !== null) {
      if (earlier.status !== report.status || earlier.method !== report.method) {
        throw new AppError('outcome_conflict', 'Another outcome was already reported for this challenge.');
      }
      return { view: { decision, outcome: earlier, feedback }, fresh: false };
    }
    if (occurredAt_ms > challenge.expiresAt_ms || now_ms > challenge.expiresAt_ms + REPORT_GRACE_MS) {
      throw new AppError('challenge_expired', 'The challenge had expired.');
    }
    if (!isAcceptable(report, decision, policyOf(report.tenant))) {
      throw new AppError('method_not_acceptable', 'This method does not meet the challenge.');
    }
    const passed = report.status === 'succeeded';
    const record: OutcomeRecord = {
      kind: 'outcome',
      position: log.nextPosition(decision.position),
      tenant: report.tenant,
      decisionId: decision.id,
      status: report.status,
      method: report.method,
      attempts: report.attempts,
      occurredAt_ms,
      recordedAt_ms: now_ms,
      resolution: passed ? 'passed' : 'not_passed',
      finalAction: passed ? 'allow' : 'block',
      userKey: decision.event.user.key,
      decisionOccurredAt_ms: decision.event.occurredAt_ms,
    };
    state.apply(record, decision);
    try {
      await log.append(record);
    } catch (cause) {
      state.withdraw(record);
      if (cause instanceof LogConflict) throw cause;
      throw new AppError('storage_unavailable', 'The outcome could not be stored; send it again.', { cause });
    }
    const after: DecisionView = { decision, outcome: record, feedback };
    return { view: after, fresh: true };
  };

  return async (report) => {
    for (let tries = 1; ; tries++) {
      try {
        return await recordOnce(report);
      } catch (error) {
        // Of two reports that come together at two processes the second looks again and finds the first.
        if (!(error instanceof LogConflict)) throw error;
        if (tries === MAX_TRIES) {
          throw new AppError('storage_unavailable', 'The outcome could not be stored; send it again.', {
            cause: error,
          });
        }
      }
    }
  };
}

/** Rules that demand a second factor although the level alone would not: they ask for what `medium` asks for. */
const FLOOR_RULES: ReadonlySet<string> = new Set([
  'credential_compromised',
  'sensitive_type',
  'degraded_sensitive',
]);

/** A success must name a method that the challenge admits; other outcomes may leave it open. */
function isAcceptable(report: OutcomeReport, decision: DecisionRecord, policy: Policy): boolean {
  const { verdict, event } = decision;
  const demand = verdict.challenge;
  if (report.method === null) return report.status !== 'succeeded' || demand?.kind === 'friction';
  if (demand?.methods != null) return demand.methods.includes(report.method);
  // It was unknown what the user has: the rules are the same as for what would have been offered.
  const level = verdict.level === 'low' || FLOOR_RULES.has(verdict.rule) ? 'medium' : verdict.level;
  return admitsMethod(event, policy.levels[level].methods, report.method);
}
