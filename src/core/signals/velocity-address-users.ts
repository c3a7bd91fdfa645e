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
import { count, num } from './support/words.ts';

const W = WEIGHTS['velocity.address_users'];

export const velocityAddressUsers: Signal = {
  id: 'velocity.address_users',
  category: 'velocity',
  title: 'Many users fail from this address',
  description:
    'Distinct users (or typed names) that failed from this address in an hour and a day: the mark of credential ' +
    'stuffing and password spraying, where each user fails once. People who share an address sometimes mistype ' +
    'too, so it is weighed down by the number of accepted users there.',
  needs: ['velocity.address', 'sharing.addressUsers', 'profile', 'deviceIsTheirs'],
  dependsOnOthers: true,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.velocity.known) return abstain(facts.velocity.why);
    const counts = facts.velocity.value.address;
    const users = facts.sharing.known ? facts.sharing.value.addressUsers : 0;
    const nats = failedUserNats(counts, W, W.free_per_user * users);
    if (nats === 0) return neutral();
    return evidence(nats * sharedSubjectShare(event, facts, users, W), {
      failed_users_1h: counts.failedUsers_1h,
      failed_users_24h: counts.failedUsers_24h,
      accepted_users: users,
    });
  },
  explain(details) {
    const hour = num(details, 'failed_users_1h');
    const day = num(details, 'failed_users_24h');
    const n = hour > 2 ? hour : day;
    return (
      `${count(n, 'user', 'users')} failed from this address within ${hour > 2 ? 'the last hour' : 'a day'}, ` +
      `${count(num(details, 'accepted_users'), 'user', 'users')} ever got in from it`
    );
  },
  examples: {
    positive: [
      {
        name: 'Stuffing: 40 users failed once each, one gets in',
        facts: (base) =>
          all(
            nextDoor,
            strangeDevice,
            withSharing({ addressUsers: 0 }),
            withVelocity({ address: burstOf(40, 40) }),
          )(base),
      },
    ],
    negative: [
      { name: 'From home' },
      {
        name: 'Five of an office of 30 mistyped this morning',
        facts: all(withSharing({ addressUsers: 30 }), withVelocity({ address: burstOf(8, 5) })),
      },
    ],
    abstaining: [
      { name: 'From a private address', facts: privateAddress },
      { name: 'Behind a proxy before the auth server', facts: behindProxy },
    ],
  },
};
