import type { Place } from '../facts.ts';
import { DECAY_DAYS, familiarity, isQuiet, PROVISIONAL_WEIGHT } from '../familiarity.ts';
import { distance_km, PLACE_GRID_RADIUS_KM, placeKey, placeLatitude, placeLongitude } from '../geo.ts';
import { known } from '../known.ts';
import type { Profile } from '../profile.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, inLisbon, privateAddress, withAddress, withFeatures } from './examples.ts';
import { addressSilence, addressWeight, isPlaceless } from './support/address.ts';
import { isOwnDevice } from './support/device.ts';
import { besideCoarser, newValueProbability } from './support/novelty.ts';
import { shareWhereOwnDeviceWas } from './support/own-device-place.ts';
import { count, grouped, num, text } from './support/words.ts';

const W = WEIGHTS['location.new_place'];
const MS_PER_HOUR = 3_600_000;

export const locationNewPlace: Signal = {
  id: 'location.new_place',
  category: 'location',
  title: 'Far from the usual places',
  description:
    'The distance to the nearest place where this user is established, beyond what the geo data may be wrong by. ' +
    'Grows over some hundred kilometres, because providers move addresses between towns. Abstains when the source ' +
    'is no more exact than 200 km. Says less when the country is new anyway, behind exits, at shared addresses, and ' +
    'near a place where the user’s own device was before.',
  needs: [
    'address.place',
    'features.country',
    'profile',
    'deviceIsTheirs',
    'sharing',
    'features.browser',
    'features.os',
    'features.address',
  ],
  dependsOnOthers: false,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.profile.known) return abstain(facts.profile.why);
    const profile = facts.profile.value;
    if (profile === null || profile.habits.places.length === 0) return abstain('no_history');
    if (!facts.address.place.known) return abstain(facts.address.place.why);
    const { latitude, longitude, accuracy_km, country, region, city } = facts.address.place.value;
    if (latitude === null || longitude === null) return abstain('imprecise');
    const accuracy = accuracy_km ?? W.assumed_accuracy_km;
    if (accuracy >= W.imprecise_km) return abstain('imprecise');

    const near = nearest(profile, latitude, longitude, event.occurredAt_ms);
    const beyond_km = near.established_km - accuracy - PLACE_GRID_RADIUS_KM - W.near_km;
    if (beyond_km <= 0) return neutral();
    const p = newValueProbability(near.total, profile.habits.places.length, W.theta, W.discount);
    let nats = Math.min(W.max_nats, -W.trust * Math.log(p)) * -Math.expm1(-beyond_km / W.scale_km);
    let left = 1;
    // A provisional place near by takes away what its weight is worth.
    if (near.provisional_km - accuracy - PLACE_GRID_RADIUS_KM <= W.near_km) {
      nats *= Math.max(0, 1 - near.provisionalWeight);
      left = shareWhereOwnDeviceWas(facts, 'places', near.provisionalKey, event.occurredAt_ms);
    }
    // A country that is not yet confirmed is new to the degree that it lacks weight, on the second day of a journey too.
    const home = besideCoarser(
      familiarity(profile, 'countries', facts.features.country, event.occurredAt_ms),
    );
    nats *= W.new_country_share + (1 - W.new_country_share) * home;
    if (isPlaceless(facts.address)) nats *= W.placeless_share;
    nats *= isOwnDevice(event, facts) ? Math.min(W.own_device_share, left) : left;
    nats *= addressWeight(facts);
    if (nats <= 0) return neutral();
    const usual_km = Math.min(near.established_km, near.provisional_km);
    return evidence(nats, {
      place: city ?? region ?? country,
      distance_km: Number.isFinite(near.established_km)
        ? Math.round(near.established_km)
        : Math.round(usual_km),
      accuracy_km: Math.round(accuracy),
      known_places: profile.habits.places.length,
    });
  },
  explain(details) {
    const known = num(details, 'known_places');
    return (
      `${text(details, 'place', 'This place')} is ${grouped(num(details, 'distance_km'))} km from the nearest of ` +
      `${count(known, 'usual place', 'usual places')} (accurate to ${grouped(num(details, 'accuracy_km'))} km)`
    );
  },
  examples: {
    positive: [
      { name: 'From Lisbon, 2,200 km from home', facts: inLisbon },
      { name: 'From Munich, 600 km away in the same country', facts: (base) => inMunich(base) },
    ],
    negative: [
      { name: 'From home' },
      {
        name: 'From a town 40 km away, within the error of the data',
        facts: (base) =>
          all(
            withAddress({
              place: known({
                country: 'DE',
                region: 'SH',
                city: null,
                latitude: 53.85,
                longitude: 10,
                accuracy_km: 20,
              }),
            }),
            withFeatures({ place: placeKey(53.85, 10) }),
          )(base),
      },
    ],
    abstaining: [
      {
        name: 'The source knows no more than the country',
        facts: withAddress({ place: known({ ...MUNICH(), accuracy_km: 1_000 }) }),
      },
      { name: 'From a private address', facts: privateAddress },
    ],
  },
};

interface Nearest {
  readonly established_km: number;
  readonly provisional_km: number;
  readonly provisionalWeight: number;
  readonly provisionalKey: number | null;
  /** Decayed counts of all places, provisional ones at 0.2. */
  readonly total: number;
}

function nearest(profile: Profile, latitude: number, longitude: number, now_ms: number): Nearest {
  const now_h = now_ms / MS_PER_HOUR;
  let established_km = Number.POSITIVE_INFINITY;
  let provisional_km = Number.POSITIVE_INFINITY;
  let provisionalWeight = 0;
  let provisionalKey: number | null = null;
  let total = 0;
  for (const habit of profile.habits.places) {
    const idle_h = Math.max(0, now_h - habit.lastCounted_h);
    const provisional = habit.provisional && !isQuiet(profile, habit.firstSeen_h, now_h);
    const weight =
      habit.weight * Math.exp(-idle_h / (DECAY_DAYS.places * 24)) * (provisional ? PROVISIONAL_WEIGHT : 1);
    total += weight;
    const km = distance_km(latitude, longitude, placeLatitude(habit.key), placeLongitude(habit.key));
    if (!provisional) {
      if (km < established_km) established_km = km;
    } else if (km < provisional_km) {
      provisional_km = km;
      provisionalWeight = weight;
      provisionalKey = habit.key;
    }
  }
  return { established_km, provisional_km, provisionalWeight, provisionalKey, total };
}

function MUNICH(): Place {
  return {
    country: 'DE',
    region: 'BY',
    city: 'Munich',
    latitude: 48.25,
    longitude: 11.5,
    accuracy_km: 20,
  };
}

const inMunich = all(
  withAddress({ place: known(MUNICH()) }),
  withFeatures({ place: placeKey(48.25, 11.5), address: 0x2a01, network: 0x2a02 }),
);
