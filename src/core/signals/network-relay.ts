import type { Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, nextDoor, privateAddress, withAddress } from './examples.ts';
import { judgeExit } from './support/exit-class.ts';

const W = WEIGHTS['network.relay'];

export const networkRelay: Signal = {
  id: 'network.relay',
  category: 'network',
  title: 'Privacy relay',
  description:
    'The address is an exit of a privacy relay run by a platform, such as Apple’s. Ordinary people switch it on ' +
    'without knowing, so it is close to neutral; it is a class of its own so that nobody takes it for a VPN, and ' +
    'because place and travel mean less there.',
  needs: ['address.relay', 'features.as', 'profile', 'sharing'],
  dependsOnOthers: false,
  judge: (event, facts) => judgeExit(event, facts, facts.address.relay, W.nats),
  explain: () => 'Through a privacy relay',
  examples: {
    positive: [
      { name: 'Through Apple’s relay', facts: all(nextDoor, withAddress({ relay: true, hosting: true })) },
    ],
    negative: [{ name: 'From home' }],
    abstaining: [{ name: 'From a private address', facts: privateAddress }],
  },
};
