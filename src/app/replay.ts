import type { FieldError } from '../contracts/http/problem-answer.ts';
import { validateRiskBody } from '../contracts/http/validate-body.ts';
import type { LoginEvent } from '../core/event.ts';
import type { DecisionRecord, LogRecord, OutcomeRecord, Warning } from '../core/record.ts';
import type { ReplayLine, ReplayReader, StatedAddress } from '../ports/replay-files.ts';
import type { IdHasher } from './hash-ids.ts';
import type { Judge } from './judge.ts';
import { type ParseAddress, parseEvent } from './parse-event.ts';
import { parseTime } from './parse-time.ts';
import { createOutcomeWriter } from './render-json.ts';
import { createReplayIds } from './replay-id.ts';
import { toRecord } from './to-record.ts';

/** The engine that a replay runs on: in memory from nothing, or on a data directory. Everything answers at once. */
export interface ReplayEngine {
  readonly tenant: string;
  readonly judge: Judge;
  readonly hasher: IdHasher;
  readonly parseAddress: ParseAddress;
  /** What the line being decided says about its address; `null`: nothing, ask the tables. */
  readonly setStated: (stated: StatedAddress | null) => void;
  /** Strictly increasing. */
  readonly nextPosition: () => number;
  /** Takes a record into the state and, where there is one, the log. `decision`: the one that an outcome speaks of. */
  readonly commit: (record: LogRecord, decision?: DecisionRecord) => void;
  /** Whether decisions outlive the run. */
  readonly keeps: boolean;
  /** Resolves when everything committed so far is kept. @throws LogUnavailable when it could not be. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface ReplayedLine {
  /** One JSON text an event, a line each, without the last line end. */
  readonly answers: string;
  readonly events: number;
  /** Why the line is bad; `null` when it was decided. */
  readonly problem: string | null;
}

export type OnDecision = (
  decision: DecisionRecord,
  outcome: OutcomeRecord | null,
  label: string | null,
) => void;

export interface Replayer {
  /** Event time of a line in milliseconds; `null` for what has none, which is a bad line. Looks at nothing else. */
  timeOf(text: string | null): number | null;
  /** What is wrong with a line; `null`: nothing. Changes nothing. */
  problemOf(text: string | null): string | null;
  /** Decides the events of a line (`null`: too long) and takes them into the state, with what followed. */
  decide(text: string | null): ReplayedLine;
}

interface Readable {
  readonly ok: true;
  readonly line: ReplayLine;
  readonly event: LoginEvent;
  readonly warnings: readonly Warning[];
}

interface Unreadable {
  readonly ok: false;
  readonly eventId: string | null;
  readonly problem: string;
}

const NO_FEEDBACK: readonly never[] = Object.freeze([]);
const TOO_LONG: Unreadable = { ok: false, eventId: null, problem: 'is longer than 64 KiB' };

/**
 * Decides lines by the path of live calls: the clock is `occurred_at`, nothing is too old, nothing is late. Feed the
 * lines by (`occurred_at`, line); an outcome takes effect before the next event. The same lines on the same engine give
 * the same bytes.
 */
export function createReplayer(options: {
  readonly engine: ReplayEngine;
  readonly reader: ReplayReader;
  readonly onDecision?: OnDecision;
}): Replayer {
  const { engine, reader, onDecision } = options;
  const write = createOutcomeWriter();
  const idOf = createReplayIds(engine.tenant);
  const parsing = {
    tenant: engine.tenant,
    kind: 'risk',
    now_ms: null,
    canImport: true,
    hasher: engine.hasher,
    parseAddress: engine.parseAddress,
  } as const;

  const understand = (text: string | null): Readable | Unreadable => {
    if (text === null) return TOO_LONG;
    const line = reader.read(text);
    if (!line.ok) return line;
    const body = validateRiskBody(line.body, { lenient: false });
    if (!body.ok) return unreadable(line.body, body.errors);
    const parsed = parseEvent(body.value, parsing);
    if (!parsed.ok) return unreadable(line.body, parsed.errors);
    return { ok: true, line, event: parsed.event, warnings: parsed.warnings };
  };

  const decideOne = ({ line, event, warnings }: Readable, uuid: string): string => {
    const source = line.dryRun ? 'dry_run' : 'replay';
    engine.setStated(line.stated);
    // As a live call would be judged; only the record says that it was a replay.
    const judgement = engine.judge(event, line.dryRun ? 'dry_run' : 'risk');
    if (judgement instanceof Promise) throw new TypeError('a replay needs an engine that answers at once');
    const decision = toRecord(
      { event, warnings, source, idempotency: null, requestHash: null, apiKeyId: null },
      judgement,
      engine.nextPosition(),
      uuid,
    );
    engine.commit(decision);
    let outcome: OutcomeRecord | null = null;
    if (decision.challenge !== null) {
      outcome = outcomeOf(decision, line.onChallenge, engine.nextPosition());
      engine.commit(outcome, decision);
    }
    onDecision?.(decision, outcome, line.label);
    return write(
      { decision, outcome, feedback: NO_FEEDBACK },
      { recorded: engine.keeps, now_ms: event.recordedAt_ms },
    );
  };

  return {
    timeOf(text) {
      const given = text === null ? null : reader.occurredAt(text);
      return given === null ? null : parseTime(given);
    },
    problemOf(text) {
      const understood = understand(text);
      return understood.ok ? null : understood.problem;
    },
    decide(text) {
      const understood = understand(text);
      if (!understood.ok || text === null) {
        const { eventId, problem } = understood.ok ? TOO_LONG : understood;
        return { answers: JSON.stringify({ event_id: eventId, error: problem }), events: 0, problem };
      }
      const { times } = understood.line;
      const at_ms = understood.event.occurredAt_ms;
      let answers = decideOne(understood, idOf(text, at_ms));
      for (let i = 1; i < times; i++) answers += `\n${decideOne(understood, idOf(text, at_ms))}`;
      return { answers, events: times, problem: null };
    },
  };
}

/** What the user made of the challenge, at once: before the next event is judged. */
function outcomeOf(
  decision: DecisionRecord,
  status: OutcomeRecord['status'],
  position: number,
): OutcomeRecord {
  const passed = status === 'succeeded';
  const { occurredAt_ms } = decision.event;
  return {
    kind: 'outcome',
    position,
    tenant: decision.tenant,
    decisionId: decision.id,
    status,
    method: passed ? (decision.verdict.challenge?.methods?.[0] ?? null) : null,
    attempts: null,
    occurredAt_ms,
    recordedAt_ms: decision.event.recordedAt_ms,
    resolution: passed ? 'passed' : 'not_passed',
    finalAction: passed ? 'allow' : 'block',
    userKey: decision.event.user.key,
    decisionOccurredAt_ms: occurredAt_ms,
  };
}

function unreadable(body: unknown, errors: readonly FieldError[]): Unreadable {
  const eventId = typeof body === 'object' && body !== null && 'event_id' in body ? body.event_id : null;
  return {
    ok: false,
    eventId: typeof eventId === 'string' ? eventId : null,
    problem: errors.map(({ pointer, detail }) => `${pointer} ${detail}`.trim()).join('; '),
  };
}
