import type { Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import {
  all,
  behindProxy,
  habit,
  nextDoor,
  privateAddress,
  withAddress,
  withFeatures,
  withHabits,
} from './examples.ts';
import { judgeExit } from './support/exit-class.ts';
import { text } from './support/words.ts';

const W = WEIGHTS['network.hosting'];
const cloud = all(nextDoor, withAddress({ hosting: true }));

export const networkHosting: Signal = {
  id: 'network.hosting',
  category: 'network',
  title: 'Hosting network',
  description:
    'The address belongs to a data centre, where servers live and people do not. Most stuffing comes from rented ' +
    'servers. Honest people come through cloud desktops and company gateways: silent when the user is established ' +
    'with this operator, weak when colleagues log in at the address or the user’s own device was there. Where the ' +
    'address is a known VPN, Tor or relay exit, that more exact class speaks instead.',
  needs: ['address.hosting', 'features.as', 'features.address', 'profile', 'sharing'],
  dependsOnOthers: false,
  judge(event, facts) {
    const { hosting, vpn, tor, relay } = facts.address;
    return judgeExit(event, facts, hosting && !vpn && !tor && !relay, W.nats);
  },
  explain: (details) =>
    `The address belongs to a hosting provider (${text(details, 'as_name', 'operator unknown')})`,
  examples: {
    positive: [{ name: 'From a rented server', facts: cloud }],
    negative: [
      { name: 'From home' },
      {
        name: 'From the cloud desktop that this user always has',
        facts: (base) =>
          all(cloud, withFeatures({ as: 64_520 }), withHabits({ ases: [habit(64_520, 20, 60)] }))(base),
      },
      { name: 'From a VPN exit in a data centre', facts: all(cloud, withAddress({ vpn: true })) },
    ],
    abstaining: [
      { name: 'From a private address', facts: privateAddress },
      { name: 'Behind a proxy before the auth server', facts: all(cloud, behindProxy) },
    ],
  },
};
