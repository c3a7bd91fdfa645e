import type { DecisionRecord } from '../core/record.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import type { RiskState } from '../ports/risk-state.ts';
import { AppError } from './errors.ts';
import type { Assessment, AssessRequest, Gatehouse } from './gatehouse.ts';
import type { Judge } from './judge.ts';
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
  /** Told of every decision that could not be stored (or not in time). */
  readonly onUnrecorded: (error: unknown) => void;
}

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
  /** Decisions under way by idempotency key: a repeat must not be acknowledged before the first. */
  const underWay = new Map<string, { readonly bodyHash: string; readonly assessment: Promise<Assessment> }>();

  const assess = async (request: AssessRequest): Promise<Assessment> => {
    const judged = judge(request.event, request.source);
    const judgement = judged instanceof Promise ? await judged : judged;
    const position = log.nextPosition();
    const record = toRecord(request, judgement, position, uuidAt(position));
    state.apply(record);
    const recorded = await settles(log.append(record), commitWait_ms, (error) => {
      state.withdraw(record);
      onUnrecorded(error);
    });
    return { view: viewOf(record), replayed: false, recorded };
  };

  const once = async (
    request: AssessRequest,
    idempotency: NonNullable<AssessRequest['idempotency']>,
  ): Promise<Assessment> => {
    const found = state.idempotent(idempotency.key, clock());
    const earlier = found instanceof Promise ? await found : found;
    if (earlier === undefined) return assess(request);
    if (earlier.bodyHash !== idempotency.bodyHash) throw mismatch();
    const record = await log.at(earlier.position);
    if (record?.kind !== 'decision') {
      throw new AppError('storage_unavailable', 'The first decision for this event_id cannot be read now.', {
        operator: 'an idempotency entry points at no record',
      });
    }
    return { view: { ...viewOf(record), ...state.annotations(record.id) }, replayed: true, recorded: true };
  };

  return async (request) => {
    const { idempotency } = request;
    if (idempotency === null) return assess(request);
    const running = underWay.get(idempotency.key);
    if (running !== undefined) {
      if (running.bodyHash !== idempotency.bodyHash) throw mismatch();
      return { ...(await running.assessment), replayed: true };
    }
    const assessment = once(request, idempotency);
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

/** True when the work is done within the time; false, and `onMiss` told, when it failed or is late. */
async function settles(
  work: Promise<void>,
  within_ms: number,
  onMiss: (error: unknown) => void,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the log did not answer within ${within_ms} ms`)), within_ms);
  });
  try {
    await Promise.race([work, late]);
    return true;
  } catch (error) {
    onMiss(error);
    return false;
  } finally {
    clearTimeout(timer);
  }
}
