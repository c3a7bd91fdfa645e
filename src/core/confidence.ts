import type { Confidence, JudgedSignal } from './decision.ts';
import type { LoginEvent } from './event.ts';
import type { Facts } from './facts.ts';

const MS_PER_DAY = 86_400_000;
const HOURS_PER_DAY = 24;
/** History from which habits begin to mean something, and from which they are settled: one's own round figures. */
const SOME_HISTORY = { logins: 3, age_days: 2 };
const SETTLED_HISTORY = { logins: 10, age_days: 14 };
/** With more of the judges than this unable to judge, the score rests on too little to be called sure. */
const MUCH_ABSTENTION = 0.5;

/**
 * How much the score can be relied on: by how much history and context there was, not by how high it is.
 *
 * `low`: an unverified attempt, no or hardly any history, or an address that says nothing where this application
 * normally sees public ones. `high`: settled history and at least half of the signals could judge.
 */
export function confidenceOf(event: LoginEvent, facts: Facts, judged: readonly JudgedSignal[]): Confidence {
  if (event.status !== 'succeeded' || !facts.profile.known || facts.profile.value === null) return 'low';
  if (isOddlyNotPublic(facts)) return 'low';
  const { logins, createdAt_h } = facts.profile.value;
  const age_days = event.occurredAt_ms / MS_PER_DAY - createdAt_h / HOURS_PER_DAY;
  if (logins < SOME_HISTORY.logins || age_days < SOME_HISTORY.age_days) return 'low';
  if (logins < SETTLED_HISTORY.logins || age_days < SETTLED_HISTORY.age_days) return 'medium';
  let abstained = 0;
  for (const signal of judged) if (signal.state === 'abstain') abstained++;
  return abstained > judged.length * MUCH_ABSTENTION ? 'medium' : 'high';
}

/** An intranet's own addresses are no news; elsewhere a private address means that the real one was lost on the way. */
function isOddlyNotPublic(facts: Facts): boolean {
  if (facts.address.kind === 'public') return false;
  return !facts.application.known || facts.application.value.publicAddresses > 0.5;
}
