import { distance_km } from '../geo.ts';
import { unknown } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import {
  all,
  behindProxy,
  inLisbon,
  privateAddress,
  withAddress,
  withApplication,
  withContext,
  withProfile,
} from './examples.ts';
import { addressSilence } from './support/address.ts';
import { normallyCarries } from './support/carried.ts';
import { grouped, num } from './support/words.ts';

const W = WEIGHTS['behaviour.impossible_rtt'];

export const behaviourImpossibleRtt: Signal = {
  id: 'behaviour.impossible_rtt',
  category: 'behaviour',
  title: 'Round trip too short for the place',
  description:
    'The round trip from the user’s page to the auth server was shorter than light in fibre needs to the place of ' +
    'the address and back. Physics in one direction only: the address is not where it is said to be, or the time ' +
    'was made up; long times prove nothing. Needs the configured place of the server. Weak, because geo data errs ' +
    'and edge servers answer early. A missing time, where one normally comes, counts a little.',
  needs: ['context.rtt_ms', 'address.place', 'serverPlace', 'profile', 'application', 'sharing'],
  dependsOnOthers: false,
  judge(event, facts) {
    const rtt_ms = event.context.rtt_ms;
    if (rtt_ms === null) {
      return normallyCarries(facts, 'rtt')
        ? evidence(W.none, { rtt_ms: null, least_ms: null, distance_km: null })
        : abstain('not_collected');
    }
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.serverPlace.known) return abstain(facts.serverPlace.why);
    if (!facts.address.place.known) return abstain(facts.address.place.why);
    const { latitude, longitude, accuracy_km } = facts.address.place.value;
    const accuracy = accuracy_km ?? W.assumed_accuracy_km;
    if (latitude === null || longitude === null || accuracy >= W.imprecise_km) return abstain('imprecise');
    const server = facts.serverPlace.value;
    const distance = distance_km(server.latitude, server.longitude, latitude, longitude);
    const least_ms = (2 * Math.max(0, distance - accuracy)) / W.light_km_per_ms;
    const allowed_ms = least_ms * W.margin;
    if (rtt_ms >= allowed_ms) return neutral();
    return evidence(W.nats * (1 - rtt_ms / allowed_ms), {
      rtt_ms,
      least_ms: Math.round(least_ms * 10) / 10,
      distance_km: Math.round(distance),
    });
  },
  explain(details) {
    if (details.rtt_ms === null) return 'No round-trip time, though logins here normally carry one';
    return (
      `A round trip of ${num(details, 'rtt_ms')} ms is impossible over ${grouped(num(details, 'distance_km'))} km: ` +
      `light needs ${num(details, 'least_ms')} ms`
    );
  },
  examples: {
    positive: [
      {
        name: 'An address in Lisbon, answered within 3 ms by a page near Frankfurt',
        event: withContext({ rtt_ms: 3 }),
        facts: inLisbon,
      },
      { name: 'No time, though this user’s logins carry one', event: withContext({ rtt_ms: null }) },
    ],
    negative: [
      { name: '31 ms from Hamburg to a server near Frankfurt' },
      { name: 'A slow line: 900 ms', event: withContext({ rtt_ms: 900 }) },
    ],
    abstaining: [
      {
        name: 'Nobody said where the server stands',
        facts: (base) => ({ ...base, serverPlace: unknown('unavailable') }),
      },
      {
        name: 'An application that measures no times',
        event: withContext({ rtt_ms: null }),
        facts: all(
          withApplication({ carriesRtt: 0 }),
          withProfile({ carries: { device: 1, userAgent: 1, rtt: 0, headers: 1, tlsFingerprint: 0 } }),
        ),
      },
      { name: 'No source knows the place', facts: withAddress({ place: unknown('unavailable') }) },
      { name: 'From a private address', facts: privateAddress },
      { name: 'Behind a proxy before the auth server', facts: behindProxy },
    ],
  },
};
