import type { LoginEvent } from '../../event.ts';
import type { Facts } from '../../facts.ts';
import { familiarity } from '../../familiarity.ts';
import { WEIGHTS } from '../../weights.ts';
import { addressSilence, addressWeight, isPlaceless } from './address.ts';
import { isOwnDevice } from './device.ts';
import { novelty } from './novelty.ts';
import { ownClientNats } from './own-client.ts';
import { shareWhereOwnDeviceWas } from './own-device-place.ts';

const W = WEIGHTS['location.new_country'];

/**
 * Raw nats for a country where the user is not established; 0 where that cannot be told. What `location.new_country`
 * says, for the signals that must not say it again.
 *
 * What the user's own client takes from it is taken from nothing else: with a copied client, too, going abroad says no
 * less than another provider in the user's town. It never takes more than the user's own device does, or it would pay
 * to leave the cookie out.
 */
export function newCountryNats(event: LoginEvent, facts: Facts): number {
  const { nats, weight } = rarity(event, facts);
  if (nats === 0) return 0;
  const now_ms = event.occurredAt_ms;
  const share = isOwnDevice(event, facts)
    ? W.own_device_share
    : Math.max(W.own_device_share, 1 - ownClientNats(facts, now_ms) / nats);
  return (
    nats *
    weight *
    Math.min(share, shareWhereOwnDeviceWas(facts, 'countries', facts.features.country, now_ms))
  );
}

/**
 * How rare the country is for the user in raw nats, whose client and device it may be: what findings about the rarity of
 * something in that country need not say again.
 */
export function countryRarityNats(event: LoginEvent, facts: Facts): number {
  const { nats, weight } = rarity(event, facts);
  return nats * weight * (isOwnDevice(event, facts) ? W.own_device_share : 1);
}

function rarity(event: LoginEvent, facts: Facts): { readonly nats: number; readonly weight: number } {
  const { profile, features, address } = facts;
  if (addressSilence(facts) !== null || !address.place.known || !profile.known || profile.value === null) {
    return NOT_RARE;
  }
  const familiar = familiarity(profile.value, 'countries', features.country, event.occurredAt_ms);
  if (familiar.total === 0) return NOT_RARE;
  const exit = address.mobile ? W.mobile_share : isPlaceless(address) ? W.placeless_share : 1;
  return { nats: novelty(familiar, W), weight: exit * addressWeight(facts) };
}

const NOT_RARE = Object.freeze({ nats: 0, weight: 0 });
