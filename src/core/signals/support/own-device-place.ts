import type { Facts } from '../../facts.ts';
import { familiarity } from '../../familiarity.ts';
import type { HabitKind, PlaceKind, Profile } from '../../profile.ts';
import { WEIGHTS } from '../../weights.ts';
import { isGateway, isPlaceless } from './address.ts';

const W = WEIGHTS.own_device_place;

/**
 * What is left, 0–1, of the news of a value that says where a login comes from, when the user's own device was there
 * before (`Habit.withOwnDevice`): the second browser in the hotel, the cookie that got lost on the journey, the line
 * with another address. Less is left at the very address, where a browser and system of the user's come again.
 *
 * A copied cookie leads the same way, and strangers use the same operator, so something is left and nothing becomes
 * established by it. 1 after trouble later than the value itself, whether the device came before that or after it, and
 * on an exit, which strangers share. In a data centre, where companies have their gateways, the address has to be the
 * very one and is all that counts, whatever is asked about.
 */
export function shareWhereOwnDeviceWas(
  facts: Facts,
  kind: PlaceKind,
  key: number | null,
  now_ms: number,
): number {
  if (!facts.profile.known || facts.profile.value === null) return 1;
  const profile = facts.profile.value;
  const { address, browser, os } = facts.features;
  if (isPlaceless(facts.address)) {
    return isGateway(facts.address) && wasThere(profile, 'addresses', address) ? W.share : 1;
  }
  if (!wasThere(profile, kind, key)) return 1;
  const isOwn = (of: HabitKind, value: number | null): boolean =>
    value !== null && familiarity(profile, of, value, now_ms).seen === 'established';
  return wasThere(profile, 'addresses', address) && isOwn('browsers', browser) && isOwn('oses', os)
    ? W.share_at_address
    : W.share;
}

function wasThere(profile: Profile, kind: PlaceKind, key: number | null): boolean {
  const there = profile.habits[kind].find((habit) => habit.key === key);
  if (there === undefined || !there.withOwnDevice) return false;
  return profile.lastTrouble_h === null || profile.lastTrouble_h < there.firstSeen_h;
}
