import type { JudgedSignal } from '../../core/decision.ts';
import type { WhyUnknown } from '../../core/known.ts';
import type { DecisionRecord, FeedbackRecord, OutcomeRecord } from '../../core/record.ts';
import type { Details } from '../../core/signal.ts';

/**
 * The whole record as the `record` column keeps it. Signals are most of a record and repeat seven names each, so they
 * become tuples whose trailing defaults are left out: that halves the JSON.
 */
type SignalTuple = readonly [
  id: string,
  category: JudgedSignal['category'],
  state: number,
  logOdds?: number,
  rawLogOdds?: number,
  details?: Details | 0,
  why?: WhyUnknown | 0,
];

const STATES: readonly JudgedSignal['state'][] = ['evidence', 'neutral', 'abstain'];

function toTuple(signal: JudgedSignal): SignalTuple {
  const { id, category, logOdds, rawLogOdds, why } = signal;
  const state = STATES.indexOf(signal.state);
  const details = Object.keys(signal.details).length === 0 ? 0 : signal.details;
  if (why !== null) return [id, category, state, logOdds, rawLogOdds, details, why];
  if (details !== 0) return [id, category, state, logOdds, rawLogOdds, details];
  if (logOdds !== 0 || rawLogOdds !== 0) return [id, category, state, logOdds, rawLogOdds];
  return [id, category, state];
}

function fromTuple(tuple: SignalTuple): JudgedSignal {
  const [id, category, state, logOdds = 0, rawLogOdds = 0, details = 0, why = 0] = tuple;
  const word = STATES[state];
  if (word === undefined) throw new TypeError('unknown state of a signal');
  return {
    id,
    category,
    state: word,
    logOdds,
    rawLogOdds,
    details: details === 0 ? {} : details,
    why: why === 0 ? null : why,
  };
}

export type StoredDecision = Omit<DecisionRecord, 'verdict'> & {
  readonly verdict: Omit<DecisionRecord['verdict'], 'signals'> & { readonly signals: readonly SignalTuple[] };
};

/** To be sent as an object within the row: ClickHouse keeps an object's text in a String column, so nothing is escaped twice. */
export function storedDecision(record: DecisionRecord): StoredDecision {
  return {
    ...record,
    verdict: { ...record.verdict, signals: record.verdict.signals.map(toTuple) },
  };
}

export function decisionFromJson(json: string): DecisionRecord {
  const stored = JSON.parse(json) as StoredDecision;
  return {
    ...stored,
    verdict: { ...stored.verdict, signals: stored.verdict.signals.map(fromTuple) },
  };
}

export const outcomeFromJson = (json: string): OutcomeRecord => JSON.parse(json) as OutcomeRecord;

/** Without the profile that the verdict made: it belongs to the state's fold, and analysts have no use for it. */
export const storedFeedback = (record: FeedbackRecord): FeedbackRecord => ({ ...record, profile: null });
export const feedbackFromJson = (json: string): FeedbackRecord => JSON.parse(json) as FeedbackRecord;
