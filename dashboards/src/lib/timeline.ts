import type { DecisionRow } from '../api/types.ts';
import { logit } from './waterfall.ts';

export interface TimelineDay {
  /** The day in the reader's zone, as its key: `2026-11-23`. */
  readonly day: string;
  readonly decisions: readonly DecisionRow[];
}

/** Cuts a list (newest first) where a day of the zone ends. `offset_s(t)` is the zone's distance from UTC. */
export const daysOf = (
  decisions: readonly DecisionRow[],
  offset_s: (time_ms: number) => number,
): readonly TimelineDay[] => {
  const days: { day: string; decisions: DecisionRow[] }[] = [];
  for (const decision of decisions) {
    const at_ms = Date.parse(decision.occurred_at);
    const day = Number.isFinite(at_ms)
      ? new Date(at_ms + offset_s(at_ms) * 1000).toISOString().slice(0, 10)
      : '';
    const last = days.at(-1);
    if (last?.day === day) last.decisions.push(decision);
    else days.push({ day, decisions: [decision] });
  }
  return days;
};

export interface RiskPoint {
  readonly decision: DecisionRow;
  /** 0 oldest … 1 newest. */
  readonly x: number;
  /** 0 bottom … 1 top, by log-odds. */
  readonly y: number;
}

/** Nats that the strip shows: from a prior's depth to near certainty. */
const LOWEST = -7;
const HIGHEST = 5;

/** Height of log-odds on the strip, 0–1; what lies outside sticks to its edge. */
export const heightOf = (logOdds: number): number =>
  Math.min(1, Math.max(0, (logOdds - LOWEST) / (HIGHEST - LOWEST)));

/** Where each decision stands on a strip of risk over time. */
export const riskPoints = (
  decisions: readonly DecisionRow[],
  window: { readonly from_ms: number; readonly to_ms: number },
): readonly RiskPoint[] => {
  const span_ms = Math.max(1, window.to_ms - window.from_ms);
  return decisions.flatMap((decision): RiskPoint[] => {
    const x = (Date.parse(decision.occurred_at) - window.from_ms) / span_ms;
    return x >= 0 && x <= 1 ? [{ decision, x, y: heightOf(logit(decision.score)) }] : [];
  });
};
