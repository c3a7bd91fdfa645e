import type { LoginEvent } from '../../event.ts';
import type { Facts } from '../../facts.ts';
import { isHabitualAddress, sharingWeight } from './address.ts';
import { isOwnDevice } from './device.ts';

/** How failures on something shared are weighed for the user at hand. */
export interface SharedSubjectWeights {
  readonly free_per_user: number;
  readonly own_device_share: number;
  readonly habitual_share: number;
}

/**
 * What failures on a shared subject are worth for this login, 0–1: less the more *accepted* users share it, less at
 * the user's habitual address, and far less on the user's own device, whose owner must not pay for strangers.
 */
export function sharedSubjectShare(
  event: LoginEvent,
  facts: Facts,
  users: number,
  weights: Pick<SharedSubjectWeights, 'own_device_share' | 'habitual_share'>,
): number {
  let share = sharingWeight(users);
  if (isOwnDevice(event, facts)) share *= weights.own_device_share;
  else if (isHabitualAddress(facts, event.occurredAt_ms)) share *= weights.habitual_share;
  return share;
}
