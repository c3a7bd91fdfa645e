import type { PanelRow } from '../api/types.ts';
import type { Format } from './format.ts';

/** The one row of the `summary` panel. Rates are shares of decisions, 0–1. */
export interface Summary {
  readonly decisions: number;
  readonly users: number;
  readonly challenged: number;
  readonly blocked: number;
  readonly challengeRate: number;
  readonly blockRate: number;
  /** Attempts with a wrong credential. */
  readonly failed: number;
}

const numberOf = (value: string | number | null | undefined): number => {
  const number = Number(value ?? 0);
  return Number.isFinite(number) ? number : 0;
};

/** No row at all is a range without decisions. */
export const summaryOf = (row: PanelRow | undefined): Summary => {
  const decisions = numberOf(row?.decisions);
  const challenged = numberOf(row?.challenged);
  const blocked = numberOf(row?.blocked);
  const share = (part: number): number => (decisions === 0 ? 0 : part / decisions);
  return {
    decisions,
    users: numberOf(row?.users),
    challenged,
    blocked,
    challengeRate: share(challenged),
    blockRate: share(blocked),
    failed: numberOf(row?.failed),
  };
};

/** How a count stands against the period before, in words. */
export const changeWords = (
  now: number,
  before: number,
  format: Pick<Format, 'percent' | 'compact'>,
): string => {
  if (before === 0) return now === 0 ? 'none before either' : 'none in the period before';
  const change = now / before - 1;
  if (Math.abs(change) < 0.005) return 'as in the period before';
  if (change >= 9) return `${format.compact(now / before)} times the period before`;
  return `${format.percent(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'} than before`;
};

/** What challenges came to, from the row of the `challenge_outcomes` panel. */
export interface Outcomes {
  readonly challenged: number;
  readonly answered: number;
  readonly passed: number;
  readonly unanswered: number;
  /** Of those that were answered; null when none was. */
  readonly passRate: number | null;
}

export const outcomesOf = (row: PanelRow | undefined): Outcomes => {
  const answered = numberOf(row?.answered);
  const passed = numberOf(row?.passed);
  return {
    challenged: numberOf(row?.challenged),
    answered,
    passed,
    unanswered: numberOf(row?.unanswered),
    passRate: answered === 0 ? null : passed / answered,
  };
};
