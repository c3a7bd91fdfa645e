import { laneOf } from '../core/lane.ts';
import type { DecisionRecord } from '../core/record.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import { LogConflict } from '../ports/log-errors.ts';
import type { IdempotentDecision, RiskState } from '../ports/risk-state.ts';
import { AppError } from './errors.ts';
import type { Assessment, AssessRequest, Gatehouse } from './gatehouse.ts';
import type { Judge, Judgement } from './judge.ts';
import { toRecord } from './to-record.ts';

export interface AssessDependencies {
  readonly judge: Judge;
  readonly state: RiskState;
  readonly log: DecisionLog;
  readonly clock: Clock;
  /** A UUID that names a log position. */
  readonly uuidAt: (position: number) => string;
  /** How long a reply may wait for the log before it says `recorded: false`. */
  readonly commitWait_ms: number;
  /** How long a reply may take in all, from the moment that the event was understood; without end when absent. */
  readonly answerWait_ms?: number;
  /** Told of every decision that could not be stored (or not in time). */
  readonly onUnrecorded: (error: unknown) => void;
}

/** How often a decision is offered to a log that other processes write too, before it is answered as not recorded. */
const MAX_TRIES = 8;
/** Positions of the log are microseconds. */
const MICROSECONDS_A_MS = 1_000;

/**
 * Decides on one event and records the decision. Idempotent on the event id: a repeat, concurrent ones included,
 * gets the first decision and teaches nothing twice.
 *
 * The reply waits until the decision is in the durable log; when that fails or takes too long it still answers, with
 * `recorded: false`.
 *
 * @throws AppError `idempotency_mismatch` when the event id came before with another body.
 */
export function createAssessLogin(dependencies: AssessDependencies): Gatehouse['assessLogin'] {
  const { judge, state, log, clock, uuidAt, commitWait_ms, onUnrecorded } = dependencies;
  const { answerWait_ms = Number.POSITIVE_INFINITY } = dependencies;
  /** Decisions under way by idempotency key: a repeat must not be acknowledged before the first. */
  const underWay = new Map<string, { readonly bodyHash: string; readonly assessment: Promise<Assessment> }>();

  /** @throws LogConflict about the event when another process decided on this event id meanwhile. */
  const assess = async (request: AssessRequest, began_ms: number, begun?: Judgement): Promise<Assessment> => {
    let by_ms: number | null = null;
    let judgement = begun;
    for (let tries = 1; ; tries++) {
      if (judgement === undefined) {
        const judged = judge(request.event, request.source);
        judgement = judged instanceof Promise ? await judged : judged;
      }
      const position = log.nextPosition(laneOf(request.event));
      const record = toRecord(request, judgement, position, uuidAt(position));
      state.apply(record);
      const now_ms = clock();
      by_ms ??= Math.min(now_ms + commitWait_ms, began_ms + answerWait_ms);
      const failure = await failureOf(log.append(record), Math.max(0, by_ms - now_ms));
      if (failure === null) return { view: viewOf(record), replayed: false, recorded: true };
      state.withdraw(record);
      if (!(failure instanceof LogConflict) || tries === MAX_TRIES) {
        onUnrecorded(failure);
        return { view: viewOf(record), replayed: false, recorded: false };
      }
      if (failure.about === 'event') throw failure;
      if (failure.about === 'state') judgement = undefined;
    }
  };

  const once = async (
    request: AssessRequest,
    idempotency: NonNullable<AssessRequest['idempotency']>,
    began_ms: number,
  ): Promise<Assessment> => {
    const query = { ...idempotency, lane: laneOf(request.event), now_ms: began_ms };
    const found = state.idempotent(query);
    let earlier: IdempotentDecision | undefined;
    let begun: Judgement | undefined;
    if (found instanceof Promise) {
      // Asked and judged in one round trip; a repeat is rare enough to judge it for nothing.
      [earlier, begun] = await Promise.all([found, judge(request.event, request.source)]);
    } else {
      earlier = found;
    }
    if (earlier !== undefined) return again(request, idempotency.bodyHash, earlier);
    try {
      return await assess(request, began_ms, begun);
    } catch (error) {
      if (error instanceof LogConflict && error.earlier !== null) {
        return again(request, idempotency.bodyHash, error.earlier);
      }
      throw error;
    }
  };

  /**
   * The first decision, for a repeat of its event. When that was erased with its user the repeat is judged by itself:
   * it happened when the first one came at the latest, so that it brings nobody back.
   */
  const again = async (
    request: AssessRequest,
    bodyHash: string,
    earlier: IdempotentDecision,
  ): Promise<Assessment> => {
    if (earlier.bodyHash !== bodyHash) throw mismatch();
    const record = await log.at(earlier.position);
    if (record?.kind !== 'decision') {
      const { event } = request;
      const first_ms = Math.floor(earlier.position / MICROSECONDS_A_MS);
      const occurredAt_ms = Math.min(event.occurredAt_ms, first_ms);
      return assess({ ...request, event: { ...event, occurredAt_ms }, idempotency: null }, clock());
    }
    const annotations = await state.annotations(record.id);
    return { view: { ...viewOf(record), ...annotations }, replayed: true, recorded: true };
  };

  return async (request) => {
    const { idempotency } = request;
    const began_ms = clock();
    if (idempotency === null) return assess(request, began_ms);
    const running = underWay.get(idempotency.key);
    if (running !== undefined) {
      if (running.bodyHash !== idempotency.bodyHash) throw mismatch();
      return { ...(await running.assessment), replayed: true };
    }
    const assessment = once(request, idempotency, began_ms);
    underWay.set(idempotency.key, { bodyHash: idempotency.bodyHash, assessment });
    try {
      return await assessment;
    } finally {
      underWay.delete(idempotency.key);
    }
  };
}

const viewOf = (decision: DecisionRecord): Assessment['view'] => ({ decision, outcome: null, feedback: [] });

const mismatch = (): AppError =>
  new AppError('idempotency_mismatch', 'This event_id was sent before with another body.');

/** `null` when the work is done within the time; else why not. */
function failureOf(work: Promise<void>, within_ms: number): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => resolve(new Error(`the log did not answer within ${within_ms} ms`)),
      within_ms,
    );
    const settle = (failure: unknown): void => {
      clearTimeout(timer);
      resolve(failure);
    };
    work.then(
      () => settle(null),
      (error: unknown) => settle(error ?? new Error('the log failed without saying why')),
    );
  });
}
