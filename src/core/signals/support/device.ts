import type { LoginEvent } from '../../event.ts';
import type { Facts } from '../../facts.ts';
import { history } from '../../familiarity.ts';
import type { Profile } from '../../profile.ts';
import { WEIGHTS } from '../../weights.ts';
import { newValueProbability } from './novelty.ts';

/** No id with more users than this carries trust: a shared machine, a constant, or a value that leaked. */
export const MAX_TRUSTED_USERS = 20;
/** A family shares a computer without harm. */
const FAMILY = 3;

/**
 * Nats for a login on which no known device of the user is presented, be it that a new id came or none at all.
 *
 * −ln P(no known device | user) = −ln[(1 − s) + s·P(new device)], where s is the share of the user's logins that carry
 * a device and P(new device) what the user's history leaves for new ones. It never assumes that fewer than
 * `honest_churn` of honest logins come without a known device. The same for *new* and *none*, because the attacker
 * chooses between them: leaving the cookie out must never score better.
 */
export function absenceOfKnownDevice(profile: Profile, now_ms: number): number {
  const { theta, discount, honest_churn } = WEIGHTS['device.unknown'];
  const { total, distinct, once } = history(profile, 'devices', now_ms);
  if (total === 0) return 0;
  const s = profile.carries.device;
  const p = 1 - s + s * newValueProbability(total, distinct, theta, discount, once);
  return -Math.log(Math.max(honest_churn, Math.min(1, p))) + 0;
}

/** What trust in a device is worth when so many users use it: 1 for a family, 3/n beyond, 0 above 20. */
export function deviceTrustShare(users: number): number {
  if (users > MAX_TRUSTED_USERS) return 0;
  return users <= FAMILY ? 1 : FAMILY / users;
}

/** Users that the device id is known with: accepted ones, or seen at all within a day, whichever is more. */
export function deviceUsers(facts: Facts): number {
  if (!facts.sharing.known) return 0;
  return Math.max(facts.sharing.value.deviceUsers, facts.sharing.value.deviceUsersSeen_24h);
}

/** Whether a cookie came back that is this user's own: presented, established, and not everybody's. */
export function isOwnDevice(event: LoginEvent, facts: Facts): boolean {
  return (
    event.device !== null &&
    event.device.key !== null &&
    event.device.presented !== false &&
    facts.deviceIsTheirs.known &&
    facts.deviceIsTheirs.value &&
    deviceUsers(facts) <= MAX_TRUSTED_USERS
  );
}

/** Whether the user's established devices make a login without one of them telling by itself. */
export function missesOwnDevice(event: LoginEvent, facts: Facts): boolean {
  return (
    facts.profile.known &&
    facts.profile.value !== null &&
    !isOwnDevice(event, facts) &&
    absenceOfKnownDevice(facts.profile.value, event.occurredAt_ms) > WEIGHTS['device.unknown'].telling_nats
  );
}
