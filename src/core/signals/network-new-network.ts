import { familiarity } from '../familiarity.ts';
import { unknown } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, behindProxy, newcomer, nextDoor, privateAddress, withFeatures } from './examples.ts';
import { addressSilence, sharingWeight } from './support/address.ts';
import { novelty } from './support/novelty.ts';
import { shareWhereOwnDeviceWas } from './support/own-device-place.ts';
import { roundTripOdds } from './support/round-trip.ts';
import { count, num, text } from './support/words.ts';

const W = WEIGHTS['network.new_network'];

export const networkNewNetwork: Signal = {
  id: 'network.new_network',
  category: 'network',
  title: 'New network of a known operator',
  description:
    'The operator is the user’s, the /24 (or /48) is new: a residential proxy in the victim’s own provider looks ' +
    'like this, and so does a line with a new address. Says much of users who keep one network for months and ' +
    'little of those who get another every week. Where the operator is new as well, that signal speaks instead, and ' +
    'where the way is as long as on a line of the user’s hardly more than a third is left: it got a new address. So is ' +
    'it where the user’s own device was in that network before.',
  needs: [
    'context.rtt_ms',
    'features.network',
    'features.as',
    'features.address',
    'profile',
    'sharing',
    'address',
    'features.browser',
    'features.os',
  ],
  dependsOnOthers: false,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.profile.known) return abstain(facts.profile.why);
    const profile = facts.profile.value;
    if (profile === null) return abstain('no_history');
    const { features, address } = facts;
    if (!address.as.known) return abstain(address.as.why);
    const now_ms = event.occurredAt_ms;
    const operator = familiarity(profile, 'ases', features.as, now_ms);
    if (operator.total === 0) return abstain('no_history');
    if (operator.seen !== 'established') return neutral();
    if (familiarity(profile, 'addresses', features.address, now_ms).seen === 'established') return neutral();
    const familiar = familiarity(profile, 'networks', features.network, now_ms);
    let nats = novelty(familiar, W);
    if (nats === 0) return neutral();
    const { rtt_ms } = event.context;
    if (rtt_ms !== null && profile.roundTrips.length > 0) {
      const way = roundTripOdds(profile, facts, rtt_ms, now_ms);
      if (way !== null && way.nats < 0) nats *= Math.max(W.usual_way_share, Math.exp(way.nats));
    }
    if (facts.sharing.known) nats *= sharingWeight(facts.sharing.value.networkUsers);
    nats *= shareWhereOwnDeviceWas(facts, 'networks', features.network, now_ms);
    return evidence(nats, {
      network: address.network,
      as_name: address.as.value.name,
      known_networks: familiar.distinct,
    });
  },
  explain: (details) =>
    `${text(details, 'network', 'This network')} of ${text(details, 'as_name', 'the usual operator')} is new; the user is known ` +
    `in ${count(num(details, 'known_networks'), 'other network', 'other networks')}`,
  examples: {
    positive: [
      {
        name: 'Another network of the provider at home',
        facts: withFeatures({ address: 0x2a01, network: 0x2a02 }),
      },
    ],
    negative: [
      { name: 'From home' },
      { name: 'Another address of the network at home', facts: withFeatures({ address: 0x2a01 }) },
      { name: 'A new operator, which speaks for itself', facts: nextDoor },
    ],
    abstaining: [
      { name: 'A first login', facts: newcomer },
      { name: 'From a private address', facts: privateAddress },
      { name: 'Behind a proxy before the auth server', facts: all(nextDoor, behindProxy) },
      {
        name: 'The profile did not arrive in time',
        facts: (base) => ({ ...base, profile: unknown('timeout') }),
      },
    ],
  },
};
