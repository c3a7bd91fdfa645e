import { familiarity } from '../familiarity.ts';
import { unknown } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import {
  behindProxy,
  inLisbon,
  newcomer,
  nextDoor,
  privateAddress,
  withAddress,
  withFeatures,
} from './examples.ts';
import { addressSilence, sharingWeight } from './support/address.ts';
import { isOwnDevice } from './support/device.ts';
import { newCountryNats } from './support/new-country.ts';
import { novelty } from './support/novelty.ts';
import { shareWhereOwnDeviceWas } from './support/own-device-place.ts';
import { count, num, text } from './support/words.ts';

const W = WEIGHTS['network.new_as'];

export const networkNewAs: Signal = {
  id: 'network.new_as',
  category: 'network',
  title: 'New network operator',
  description:
    'The autonomous system (the provider behind the address) is one where this user is not established. Addresses ' +
    'change daily, providers seldom. Honest people meet it on every new Wi-Fi, so it grows with the user’s history, ' +
    'is cheap for users of many networks, weak for phones, and weak in networks where colleagues log in. In a country ' +
    'that is new for the user every operator is: that signal has said part of it. Where the user’s own device came ' +
    'through it before, it says less.',
  needs: [
    'address.as',
    'address.place',
    'features.as',
    'features.country',
    'features.client',
    'profile',
    'population.clients',
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
    if (facts.profile.value === null) return abstain('no_history');
    if (!facts.address.as.known) return abstain(facts.address.as.why);
    const familiar = familiarity(facts.profile.value, 'ases', facts.features.as, event.occurredAt_ms);
    if (familiar.total === 0) return abstain('no_history');
    let nats = novelty(familiar, W);
    if (nats === 0) return neutral();
    if (facts.address.relay) nats *= W.relay_share;
    else if (facts.address.mobile) nats *= W.mobile_share;
    const left = shareWhereOwnDeviceWas(facts, 'ases', facts.features.as, event.occurredAt_ms);
    nats *= isOwnDevice(event, facts) ? Math.min(W.own_device_share, left) : left;
    if (facts.sharing.known) nats *= sharingWeight(facts.sharing.value.networkUsers);
    // In a new country every operator is new. Without a device nothing else tells a journey from a takeover.
    if (facts.profile.value.habits.devices.length > 0) {
      nats -= Math.min(W.abroad_share * nats, W.told_by_country * newCountryNats(event, facts));
    }
    return evidence(nats, {
      asn: facts.address.as.value.number,
      as_name: facts.address.as.value.name,
      known_operators: familiar.distinct,
      provisional: familiar.seen === 'provisional',
      own_device_was_there: left < 1,
    });
  },
  explain(details) {
    const operator = text(details, 'as_name', `AS${num(details, 'asn')}`);
    if (details.provisional === true) {
      const companion =
        details.own_device_was_there === true ? '; the user’s own device came through it before' : '';
      return `${operator} is new for this user and not yet confirmed${companion}`;
    }
    const known = count(num(details, 'known_operators'), 'other provider', 'other providers');
    return `First login through ${operator}; the user is known with ${known}`;
  },
  examples: {
    positive: [
      { name: 'Through a provider in Lisbon, where every provider is new', facts: inLisbon },
      { name: 'Through another provider in the own town', facts: nextDoor },
    ],
    negative: [
      { name: 'Through the provider at home' },
      {
        name: 'A new address of the provider at home',
        facts: withFeatures({ address: 0x2a01, network: 0x2a02 }),
      },
    ],
    abstaining: [
      { name: 'No table knows the operator', facts: withAddress({ as: unknown('unavailable') }) },
      { name: 'From a private address', facts: privateAddress },
      { name: 'A first login', facts: newcomer },
      { name: 'Behind a proxy before the auth server', facts: behindProxy },
    ],
  },
};
