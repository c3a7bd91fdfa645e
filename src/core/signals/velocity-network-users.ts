import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import {
  all,
  behindProxy,
  burstOf,
  nextDoor,
  privateAddress,
  strangeDevice,
  withSharing,
  withVelocity,
} from './examples.ts';
import { addressSilence } from './support/address.ts';
import { failedUserNats } from './support/failures.ts';
import { sharedSubjectShare } from './support/velocity.ts';
import { count, num, text } from './support/words.ts';

const W = WEIGHTS['velocity.network_users'];

export const velocityNetworkUsers: Signal = {
  id: 'velocity.network_users',
  category: 'velocity',
  title: 'Many users fail from this network',
  description:
    'Distinct users (or typed names) that failed from the /24 (IPv4) or /48 (IPv6) around the address: spraying ' +
    'that gives each address only a few tries. Weighed down by the number of accepted users in the range.',
  needs: ['velocity.network', 'sharing.networkUsers', 'profile', 'deviceIsTheirs'],
  dependsOnOthers: true,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.velocity.known) return abstain(facts.velocity.why);
    const counts = facts.velocity.value.network;
    const users = facts.sharing.known ? facts.sharing.value.networkUsers : 0;
    const nats = failedUserNats(counts, W, W.free_per_user * users);
    if (nats === 0) return neutral();
    return evidence(nats * sharedSubjectShare(event, facts, users, W), {
      failed_users_1h: counts.failedUsers_1h,
      failed_users_24h: counts.failedUsers_24h,
      accepted_users: users,
      network: facts.address.network,
    });
  },
  explain(details) {
    const hour = num(details, 'failed_users_1h');
    const day = num(details, 'failed_users_24h');
    const n = hour > 5 ? hour : day;
    return (
      `${count(n, 'user', 'users')} failed from the network ${text(details, 'network', 'around this address')} within ${hour > 5 ? 'the last hour' : 'a day'}, ` +
      `${count(num(details, 'accepted_users'), 'user', 'users')} ever got in from it`
    );
  },
  examples: {
    positive: [
      {
        name: 'Spraying from a range: 60 users failed, one gets in',
        facts: (base) =>
          all(
            nextDoor,
            strangeDevice,
            withSharing({ networkUsers: 0 }),
            withVelocity({ network: burstOf(60, 60) }),
          )(base),
      },
    ],
    negative: [
      { name: 'From home' },
      {
        name: 'Ten of a company of 100 mistyped this morning',
        facts: all(withSharing({ networkUsers: 100 }), withVelocity({ network: burstOf(16, 10) })),
      },
    ],
    abstaining: [
      { name: 'From a private address', facts: privateAddress },
      { name: 'Behind a proxy before the auth server', facts: behindProxy },
    ],
  },
};
