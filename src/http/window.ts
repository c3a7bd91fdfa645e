import type { FieldError } from '../contracts/http/problem-answer.ts';
import type { Window } from '../ports/analytics.ts';
import { timeOf } from './decision-filter.ts';

const DAY_MS = 86_400_000;
/** What the tables keep by default. */
const MAX_DAYS = 400;

/** The window of a request, `days` up to now where it names none. What is wrong goes to `errors`. */
export function windowOf(
  given: { readonly from?: string | null; readonly to?: string | null },
  defaults: { readonly days: number; readonly now_ms: number },
  errors: FieldError[],
): Window {
  const to_ms = timeOf(given.to, '/to', errors) ?? defaults.now_ms;
  const from_ms = timeOf(given.from, '/from', errors) ?? to_ms - defaults.days * DAY_MS;
  if (from_ms >= to_ms) errors.push({ pointer: '/from', detail: 'must be before to' });
  else if (to_ms - from_ms > MAX_DAYS * DAY_MS) {
    errors.push({ pointer: '/from', detail: `must be at most ${MAX_DAYS} days before to` });
  }
  return { from_ms, to_ms };
}
