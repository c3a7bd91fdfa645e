import { familiarity } from '../familiarity.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import {
  all,
  behindProxy,
  newcomer,
  nextDoor,
  privateAddress,
  withAddress,
  withFeatures,
} from './examples.ts';
import { addressSilence } from './support/address.ts';
import { hours, num } from './support/words.ts';

const W = WEIGHTS['network.known_address'];

export const networkKnownAddress: Signal = {
  id: 'network.known_address',
  category: 'network',
  title: 'Known network',
  description:
    'The user is established at this address, or less exactly in its /24 (or /48), or with its operator. Vouches a ' +
    'little: neighbours, colleagues and malware at home come from the same address, so it never outweighs a ' +
    'stolen password. Less for shared addresses and exits, nothing for Tor.',
  needs: ['features.address', 'features.network', 'features.as', 'profile', 'sharing', 'address'],
  dependsOnOthers: false,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.profile.known) return abstain(facts.profile.why);
    const profile = facts.profile.value;
    if (profile === null) return abstain('no_history');
    const { features, address } = facts;
    if (address.tor) return neutral();
    const now_ms = event.occurredAt_ms;
    let what = 'address';
    let familiar = familiarity(profile, 'addresses', features.address, now_ms);
    let most: number = W.address;
    const provisional = familiar.seen === 'provisional';
    if (familiar.seen !== 'established') {
      what = 'network';
      familiar = familiarity(profile, 'networks', features.network, now_ms);
      most = W.network;
    }
    if (familiar.seen !== 'established') {
      what = 'operator';
      familiar = familiarity(profile, 'ases', features.as, now_ms);
      most = W.as;
    }
    if (familiar.seen !== 'established') {
      if (!provisional) return neutral();
      what = 'recent';
      familiar = familiarity(profile, 'addresses', features.address, now_ms);
      most = W.provisional;
    }
    let trust = most * -Math.expm1(-familiar.weight / W.scale_logins);
    if (address.vpn || address.hosting || address.relay || address.mobile || address.residentialProxy) {
      trust *= W.exit_share;
    }
    const users = facts.sharing.known ? facts.sharing.value.addressUsers : 0;
    trust /= 1 + users / W.halving_users;
    return evidence(-trust, { what, age_h: familiar.age_h, address_users: users });
  },
  explain(details) {
    const since = `since ${hours(num(details, 'age_h'))}`;
    switch (details.what) {
      case 'address':
        return `The user’s usual address ${since}`;
      case 'network':
        return `In a network that the user has been known in ${since}`;
      case 'operator':
        return `With a provider that the user has been known with ${since}`;
      default:
        return `An address that the user was seen at ${since}, not yet confirmed`;
    }
  },
  examples: {
    positive: [
      { name: 'From home' },
      {
        name: 'Another address of the network at home',
        facts: withFeatures({ address: 0x2a01 }),
      },
    ],
    negative: [
      { name: 'Through another provider', facts: nextDoor },
      { name: 'Through Tor', facts: withAddress({ tor: true }) },
    ],
    abstaining: [
      { name: 'A first login', facts: newcomer },
      { name: 'From a private address', facts: privateAddress },
      { name: 'Behind a proxy before the auth server', facts: all(behindProxy) },
    ],
  },
};
