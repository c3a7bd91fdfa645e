import type { JudgedSignal } from '../core/decision.ts';
import type { DecisionView } from '../core/record.ts';
import { type AnswerOptions, renderOutcome, renderSignal } from './render.ts';
import { renderCounterfactuals } from './render-counterfactuals.ts';

/**
 * The JSON text of `renderOutcome` with signals, which then come last. Two thirds of an answer are signals that had
 * nothing to say, in the same few words each time: their texts are kept, which makes the text three times as fast.
 */
export function createOutcomeWriter(): (
  view: DecisionView,
  options: Omit<AnswerOptions, 'includeSignals'> & { now_ms: number },
) => string {
  /** By place in the registry: the text last used there, and of what. */
  const last: { signal: JudgedSignal; text: string }[] = [];

  const signalText = (signal: JudgedSignal, i: number): string => {
    const before = last[i];
    if (before !== undefined && isSame(before.signal, signal)) return before.text;
    const text = JSON.stringify(renderSignal(signal));
    if (isSilent(signal)) last[i] = { signal, text };
    return text;
  };

  return (view, options) => {
    const { signals } = view.decision.verdict;
    const rest = JSON.stringify(renderOutcome(view, { ...options, includeSignals: false }));
    const counterfactuals = JSON.stringify(renderCounterfactuals(view.decision));
    let text = `${rest.slice(0, -1)},"counterfactuals":${counterfactuals},"signals":[`;
    for (let i = 0; i < signals.length; i++) {
      const signal = signals[i];
      if (signal !== undefined) text += (i === 0 ? '' : ',') + signalText(signal, i);
    }
    return `${text}]}`;
  };
}

/** Nothing to say and nothing to show. */
function isSilent(signal: JudgedSignal): boolean {
  if (signal.state === 'evidence') return false;
  for (const _name in signal.details) return false;
  return true;
}

/** `silent` is a signal of which `isSilent` holds. */
const isSame = (silent: JudgedSignal, signal: JudgedSignal): boolean =>
  silent.state === signal.state &&
  silent.why === signal.why &&
  silent.id === signal.id &&
  (silent.details === signal.details || isSilent(signal));
