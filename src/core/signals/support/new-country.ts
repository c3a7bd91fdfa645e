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

/** What makes a new country say less than its rarity, beside the user's own device. */
export type LessBecause = 'own_device_was_there' | 'own_client' | null;

/**
 * Raw nats for a country where the user is not established; 0 where that cannot be told. What `location.new_country`
 * says, for the signals that must not say it again.
 *
 * What the user's own client takes from it is taken from nothing else: with a copied client, too, going abroad says no
 * less than another provider in the user's town. It never takes more than the user's own device does, so that with the
 * user's client it does not pay to leave the cookie out.
 */
export function newCountry(
  event: LoginEvent,
  facts: Facts,
): { readonly nats: number; readonly less: LessBecause } {
  const { nats, weight } = rarity(event, facts);
  if (nats === 0) return NOTHING_NEW;
  const place = shareWhereOwnDeviceWas(facts, 'countries', facts.features.country, event.occurredAt_ms);
  const client = Math.max(W.own_device_share, 1 - ownClientNats(event, facts) / nats);
  const share = isOwnDevice(event, facts) ? W.own_device_share : client;
  return {
    nats: nats * weight * Math.min(share, place),
    less: place < share ? 'own_device_was_there' : client < 1 ? 'own_client' : null,
  };
}

export const newCountryNats = (event: LoginEvent, facts: Facts): number => newCountry(event, facts).nats;

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

const NOTHING_NEW = Object.freeze({ nats: 0, less: null });
const NOT_RARE = Object.freeze({ nats: 0, weight: 0 });
