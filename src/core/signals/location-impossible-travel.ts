import type { LoginEvent } from '../event.ts';
import type { Facts } from '../facts.ts';
import { familiarity } from '../familiarity.ts';
import { distance_km, placeKey } from '../geo.ts';
import type { LastLogin, Profile } from '../profile.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import {
  all,
  ELSEWHERE,
  HOME,
  habit,
  inLisbon,
  NOW_ms,
  newcomer,
  noDevice,
  privateAddress,
  strangeDevice,
  withAddress,
  withHabits,
  withLast,
  withoutDevice,
} from './examples.ts';
import { addressSilence, isHabitualAddress, isPlaceless, sharingWeight } from './support/address.ts';
import { isOwnDevice } from './support/device.ts';
import { grouped, hours, num } from './support/words.ts';

const W = WEIGHTS['location.impossible_travel'];
const MS_PER_HOUR = 3_600_000;
/** Below a minute a speed means nothing; the finding then names the distance alone. */
const MIN_SPEED_TIME_h = 1 / 60;

export const locationImpossibleTravel: Signal = {
  id: 'location.impossible_travel',
  category: 'location',
  title: 'Impossible travel',
  description:
    'Nobody travels from the last login to this one so fast. Meets stolen credentials and sessions used from afar ' +
    'soon after their owner. Never a hard rule: a logistic around the speed of an airliner, of the distance beyond ' +
    'both error radii, in event time. It weighs little when either end is the exit of a VPN, relay, carrier, ' +
    'hosting or Tor, or on another device of the user’s own (the phone’s last login went through its carrier at ' +
    'home); says nothing on the own device of the last login, between two habitual places (home and the ' +
    'company’s VPN), or without an earlier login; and names the decision that it refers to.',
  needs: ['address.place', 'profile', 'features', 'deviceIsTheirs', 'sharing'],
  dependsOnOthers: false,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.profile.known) return abstain(facts.profile.why);
    const profile = facts.profile.value;
    const last = profile?.last ?? null;
    // A late event precedes the last login that is known: there is nothing to have travelled from.
    if (profile === null || last === null || last.at_ms > event.occurredAt_ms) return abstain('no_history');
    if (!facts.address.place.known) return abstain(facts.address.place.why);
    const place = facts.address.place.value;
    if (
      place.latitude === null ||
      place.longitude === null ||
      last.latitude === null ||
      last.longitude === null
    ) {
      return abstain('imprecise');
    }
    const { features } = facts;
    if (features.address !== null && features.address === last.addressKey) return neutral();
    const sameDevice = features.device !== null && features.device === last.deviceKey;
    const own = isOwnDevice(event, facts);
    if (sameDevice && own) return neutral();

    const distance = distance_km(last.latitude, last.longitude, place.latitude, place.longitude);
    const radii = (place.accuracy_km ?? W.assumed_accuracy_km) + (last.accuracy_km ?? W.assumed_accuracy_km);
    const beyond_km = distance - radii;
    if (beyond_km <= W.free_km) return neutral();
    const h = (event.occurredAt_ms - last.at_ms) / MS_PER_HOUR;
    const here = standingHere(event, facts, profile);
    if (here === 'established' && wasHabitual(profile, last, event.occurredAt_ms)) return neutral();

    const certainty = Math.min(1, (beyond_km - W.free_km) / (W.sure_km - W.free_km));
    // The logistic of `steepness` × ln(speed / limit), written so that no time at all is no division by zero.
    const tooFast = 1 / (1 + ((W.speed_kmh * h) / beyond_km) ** W.steepness);
    let nats = W.max * tooFast * certainty;
    const exitHere = isPlaceless(facts.address);
    if (exitHere && last.placeless) nats *= W.both_placeless_share;
    else if (exitHere || last.placeless) nats *= W.placeless_share;
    if (own) nats *= W.own_device_share;
    else if (sameDevice && event.device?.presented !== false) nats *= W.same_device_share;
    if (here === 'provisional') nats *= W.provisional_share;
    if (facts.sharing.known) nats *= sharingWeight(facts.sharing.value.addressUsers);
    // Below this the score does not change in the sixth decimal.
    if (nats < 1e-3) return neutral();
    return evidence(nats, {
      distance_km: Math.round(distance),
      hours: h,
      speed_kmh: h < MIN_SPEED_TIME_h ? null : Math.round(distance / h),
      accuracy_km: Math.round(radii),
      exit: exitHere || last.placeless,
      previous_country: last.country,
      previous_decision_id: last.decisionId,
    });
  },
  explain(details) {
    const distance = `${grouped(roundedKm(num(details, 'distance_km')))} km from the last login`;
    if (typeof details.speed_kmh !== 'number') return `${distance} within a minute`;
    const exit = details.exit === true ? ', though one end is a VPN, carrier or hosting exit' : '';
    return `${distance} in ${hours(num(details, 'hours'))} (${grouped(details.speed_kmh)} km/h)${exit}`;
  },
  examples: {
    positive: [
      {
        name: 'In Lisbon, 40 minutes after a login at home, on a new device',
        facts: (base) => withLast({ at_ms: NOW_ms - 40 * 60_000 })(strangeDevice(inLisbon(base))),
      },
      {
        name: 'In Lisbon in the very second of the last login, without a cookie',
        event: withoutDevice,
        facts: (base) => withLast({ at_ms: NOW_ms })(noDevice(inLisbon(base))),
      },
      {
        name: 'The same through a VPN: a trace of it is left',
        facts: (base) =>
          all(
            withLast({ at_ms: NOW_ms - 40 * 60_000 }),
            withAddress({ vpn: true }),
          )(strangeDevice(inLisbon(base))),
      },
    ],
    negative: [
      { name: 'At home, a day after the last login at home' },
      {
        name: 'In Lisbon 40 minutes later on the very device of the last login (a VPN was switched on)',
        facts: (base) => withLast({ at_ms: NOW_ms - 40 * 60_000 })(inLisbon(base)),
      },
      {
        name: 'Between two habitual places: home and an address in Lisbon that is in daily use',
        event: withoutDevice,
        facts: (base) =>
          all(
            withLast({ at_ms: NOW_ms - 10 * 60_000 }),
            withHabits({
              addresses: [habit(HOME.address, 14, 60), habit(ELSEWHERE.address, 14, 60)],
            }),
          )(noDevice(inLisbon(base))),
      },
    ],
    abstaining: [
      { name: 'A first login', facts: newcomer },
      { name: 'From a private address', facts: privateAddress },
      {
        name: 'The last login had no coordinates',
        facts: (base) => withLast({ latitude: null, longitude: null })(inLisbon(base)),
      },
    ],
  },
};

/** How well the user is known at the present address, network or place, whichever is best. */
function standingHere(
  event: LoginEvent,
  facts: Facts,
  profile: Profile,
): 'never' | 'provisional' | 'established' {
  const now_ms = event.occurredAt_ms;
  if (isHabitualAddress(facts, now_ms)) return 'established';
  const place = familiarity(profile, 'places', facts.features.place, now_ms).seen;
  if (place !== 'never') return place;
  return familiarity(profile, 'networks', facts.features.network, now_ms).seen;
}

function wasHabitual(profile: Profile, last: LastLogin, now_ms: number): boolean {
  if (
    last.addressKey !== null &&
    familiarity(profile, 'addresses', last.addressKey, now_ms).seen === 'established'
  ) {
    return true;
  }
  return (
    last.latitude !== null &&
    last.longitude !== null &&
    familiarity(profile, 'places', placeKey(last.latitude, last.longitude), now_ms).seen === 'established'
  );
}

/** Geo data is no more exact than hundreds of kilometres over such distances; people read round numbers. */
function roundedKm(km: number): number {
  const step = km >= 1_000 ? 100 : km >= 100 ? 10 : 1;
  return Math.round(km / step) * step;
}
