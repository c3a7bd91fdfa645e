import type { DecisionView, Resolution } from '../core/record.ts';
import { REPORT_GRACE_MS } from './record-outcome.ts';

export interface Resolved {
  /** `null`: there was no challenge. */
  readonly resolution: Resolution | null;
  /** What holds in the end; `null` while that is open, and for dry runs that would have challenged. */
  readonly finalAction: 'allow' | 'block' | null;
}

/**
 * What became of a decision by `now_ms` (the clock of receipt). Whether a challenge was passed in time is judged when
 * its outcome is reported; until a report can no longer come it is pending, and then a challenge that nobody spoke of
 * was not passed.
 */
export function resolutionOf({ decision, outcome }: DecisionView, now_ms: number): Resolved {
  if (outcome !== null) return { resolution: outcome.resolution, finalAction: outcome.finalAction };
  const { challenge, verdict } = decision;
  if (challenge !== null) {
    return now_ms > challenge.expiresAt_ms + REPORT_GRACE_MS
      ? { resolution: 'expired', finalAction: 'block' }
      : { resolution: 'pending', finalAction: null };
  }
  return { resolution: null, finalAction: verdict.action === 'challenge' ? null : verdict.action };
}
