import type { Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, habit, nextDoor, privateAddress, withAddress, withFeatures, withHabits } from './examples.ts';
import { judgeExit } from './support/exit-class.ts';

const W = WEIGHTS['network.tor'];
const tor = all(nextDoor, withAddress({ tor: true, hosting: true }));

export const networkTor: Signal = {
  id: 'network.tor',
  category: 'network',
  title: 'Tor exit',
  description:
    'The address is a Tor exit. Few honest people log in with their name through Tor, and attackers get a fresh ' +
    'address every ten minutes. Those who do always use it are known with the operators of exits, and are spared.',
  needs: ['address.tor', 'features.as', 'profile', 'sharing'],
  dependsOnOthers: false,
  judge: (event, facts) => judgeExit(event, facts, facts.address.tor, W.nats),
  explain: () => 'Through the Tor network',
  examples: {
    positive: [{ name: 'Through Tor, for the first time', facts: tor }],
    negative: [
      { name: 'From home' },
      {
        name: 'A user who is established with this exit’s operator',
        facts: all(tor, withFeatures({ as: 64_520 }), withHabits({ ases: [habit(64_520, 20, 60)] })),
      },
    ],
    abstaining: [{ name: 'From a private address', facts: privateAddress }],
  },
};
