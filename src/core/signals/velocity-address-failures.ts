import { unknown } from '../known.ts';
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
import { failureNats } from './support/failures.ts';
import { sharedSubjectShare } from './support/velocity.ts';
import { count, num } from './support/words.ts';

const W = WEIGHTS['velocity.address_failures'];

export const velocityAddressFailures: Signal = {
  id: 'velocity.address_failures',
  category: 'velocity',
  title: 'Failures from this address',
  description:
    'Failed attempts of anybody from this address in 10 minutes, an hour and a day. Guessing from one machine. An ' +
    'office behind one address mistypes all day: every accepted user there adds to what is ordinary and takes from ' +
    'what is believed. Little at the user’s habitual address and on the own device.',
  needs: ['velocity.address', 'sharing.addressUsers', 'profile', 'deviceIsTheirs'],
  dependsOnOthers: true,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.velocity.known) return abstain(facts.velocity.why);
    const counts = facts.velocity.value.address;
    const users = facts.sharing.known ? facts.sharing.value.addressUsers : 0;
    const nats = failureNats(counts, W, W.free_per_user * users);
    if (nats === 0) return neutral();
    return evidence(nats * sharedSubjectShare(event, facts, users, W), {
      failures_10m: counts.failures_10m,
      failures_1h: counts.failures_1h,
      failures_24h: counts.failures_24h,
      accepted_users: users,
    });
  },
  explain(details) {
    const n = count(num(details, 'failures_24h'), 'failed attempt', 'failed attempts');
    return `${n} from this address within a day, ${num(details, 'failures_10m')} of them in the last 10 minutes`;
  },
  examples: {
    positive: [
      {
        name: 'A strange address after 60 failures',
        facts: (base) =>
          all(
            nextDoor,
            strangeDevice,
            withSharing({ addressUsers: 0 }),
            withVelocity({ address: burstOf(60) }),
          )(base),
      },
    ],
    negative: [
      { name: 'From home, nobody failed' },
      {
        name: 'An office of 30 whose people failed 40 times today',
        facts: all(withSharing({ addressUsers: 30 }), withVelocity({ address: burstOf(40, 12) })),
      },
    ],
    abstaining: [
      { name: 'From a private address', facts: privateAddress },
      { name: 'Behind a proxy before the auth server', facts: behindProxy },
      {
        name: 'The counters did not arrive in time',
        facts: (base) => ({ ...base, velocity: unknown('timeout') }),
      },
    ],
  },
};
