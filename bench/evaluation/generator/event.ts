import type { RiskRequest } from '../../../src/contracts/http/risk-request.ts';
import type { OutcomeRecord } from '../../../src/core/record.ts';

/** Honest changes that look like an attack, each reported on its own. */
export const LOOK_ALIKES = [
  'new_phone',
  'new_computer',
  'holiday',
  'corporate_vpn',
  'renumbering',
  'browser_release',
  'password_manager',
  'lost_cookie',
] as const;
export type LookAlike = (typeof LOOK_ALIKES)[number];

/** Takeovers, all with the right password. */
export const ATTACKERS = [
  'naive',
  'vpn',
  'targeted',
  'very_targeted',
  'stuffing',
  'spray',
  'low_and_slow',
  'session_replay',
  'impossible_travel',
  'aitm',
  'stealer',
  'stealer_bound',
] as const;
export type Attacker = (typeof ATTACKERS)[number];

/**
 * What an event is. Labels stay in the harness: nothing of them is in a body.
 *
 * `n`: honest logins of the user before this event. `user`: index of the user, also the cluster of the bootstrap.
 */
export type Label =
  | {
      readonly kind: 'login';
      readonly user: number;
      readonly n: number;
      readonly lookAlike: LookAlike | null;
    }
  | { readonly kind: 'failure'; readonly by: 'user' | 'attacker'; readonly campaign: number | null }
  /** The poisoning track: judged before, taken for the user `missed` times, judged after, and after quiet weeks. */
  | {
      readonly kind: 'poison';
      readonly step: 'before' | 'learned' | 'after' | 'quiet';
      readonly user: number;
      readonly missed: number;
    }
  | {
      readonly kind: 'attack';
      readonly attacker: Attacker;
      readonly user: number;
      readonly n: number;
      readonly campaign: number | null;
    };

export interface WorldEvent {
  readonly at_ms: number;
  readonly body: RiskRequest;
  /** Attacks are: they must leave no trace in the state. */
  readonly dryRun: boolean;
  readonly onChallenge: OutcomeRecord['status'];
  readonly label: Label;
}

/** An event as a line of `gatehouse replay`; the label is not in it. */
export function replayLine({ body, dryRun, onChallenge }: WorldEvent): string {
  return JSON.stringify(
    dryRun ? { ...body, dry_run: true, on_challenge: onChallenge } : { ...body, on_challenge: onChallenge },
  );
}
