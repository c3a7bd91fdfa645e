import type { Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, nextDoor, privateAddress, withAddress } from './examples.ts';
import { judgeExit } from './support/exit-class.ts';

const W = WEIGHTS['network.residential_proxy'];

export const networkResidentialProxy: Signal = {
  id: 'network.residential_proxy',
  category: 'network',
  title: 'Residential proxy',
  description:
    'The address is listed as one that is rented out as a proxy. Attackers buy these to look like a home in the ' +
    'right town. The home’s own people are on the same list without knowing it, so a user who is established with ' +
    'the operator is spared.',
  needs: ['address.residentialProxy', 'features.as', 'profile', 'sharing'],
  dependsOnOthers: false,
  judge: (event, facts) => judgeExit(event, facts, facts.address.residentialProxy, W.nats),
  explain: () => 'The address is rented out as a residential proxy',
  examples: {
    positive: [
      {
        name: 'Through a proxy in somebody’s home',
        facts: all(nextDoor, withAddress({ residentialProxy: true })),
      },
    ],
    negative: [
      { name: 'From home' },
      { name: 'From home, which got onto the list', facts: withAddress({ residentialProxy: true }) },
    ],
    abstaining: [{ name: 'From a private address', facts: privateAddress }],
  },
};
