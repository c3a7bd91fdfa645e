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
import { count, num, text } from './support/words.ts';

const W = WEIGHTS['velocity.network_failures'];

export const velocityNetworkFailures: Signal = {
  id: 'velocity.network_failures',
  category: 'velocity',
  title: 'Failures from this network',
  description:
    'Failed attempts of anybody from the /24 (IPv4) or /48 (IPv6) around the address. Meets guessing that rotates ' +
    'through a rented range. Neighbours in the same range are strangers, so it needs more failures than an address ' +
    'and says less; accepted users weigh it down.',
  needs: ['velocity.network', 'sharing.networkUsers', 'profile', 'deviceIsTheirs'],
  dependsOnOthers: true,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    if (!facts.velocity.known) return abstain(facts.velocity.why);
    const counts = facts.velocity.value.network;
    const users = facts.sharing.known ? facts.sharing.value.networkUsers : 0;
    const nats = failureNats(counts, W, W.free_per_user * users);
    if (nats === 0) return neutral();
    return evidence(nats * sharedSubjectShare(event, facts, users, W), {
      failures_10m: counts.failures_10m,
      failures_1h: counts.failures_1h,
      failures_24h: counts.failures_24h,
      accepted_users: users,
      network: facts.address.network,
    });
  },
  explain(details) {
    const n = count(num(details, 'failures_24h'), 'failed attempt', 'failed attempts');
    return `${n} from the network ${text(details, 'network', 'around this address')} within a day, ${num(details, 'failures_10m')} of them in the last 10 minutes`;
  },
  examples: {
    positive: [
      {
        name: 'A range from which 200 attempts failed, each address a few times',
        facts: (base) =>
          all(
            nextDoor,
            strangeDevice,
            withSharing({ networkUsers: 0 }),
            withVelocity({ network: burstOf(200) }),
          )(base),
      },
    ],
    negative: [
      { name: 'From home, nobody failed nearby' },
      {
        name: 'A company of 100 whose people failed 80 times today',
        facts: all(withSharing({ networkUsers: 100 }), withVelocity({ network: burstOf(80, 30) })),
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
