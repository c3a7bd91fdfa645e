import type { LoginEvent } from '../../event.ts';
import type { Facts } from '../../facts.ts';
import { familiarity } from '../../familiarity.ts';
import { WEIGHTS } from '../../weights.ts';
import { addressSilence, addressWeight, isPlaceless } from './address.ts';
import { isOwnDevice } from './device.ts';
import { novelty } from './novelty.ts';

const W = WEIGHTS['location.new_country'];

/**
 * Raw nats for a country where the user is not established; 0 where that cannot be told. What `location.new_country`
 * says, for the signals that must not say it again.
 */
export function newCountryNats(event: LoginEvent, facts: Facts): number {
  const { profile, features, address } = facts;
  if (addressSilence(facts) !== null || !address.place.known || !profile.known || profile.value === null) {
    return 0;
  }
  const familiar = familiarity(profile.value, 'countries', features.country, event.occurredAt_ms);
  if (familiar.total === 0) return 0;
  const exit = address.mobile ? W.mobile_share : isPlaceless(address) ? W.placeless_share : 1;
  const own = isOwnDevice(event, facts) ? W.own_device_share : 1;
  return novelty(familiar, W) * exit * own * addressWeight(facts);
}
