import type { Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, habit, nextDoor, privateAddress, withAddress, withFeatures, withHabits } from './examples.ts';
import { judgeExit } from './support/exit-class.ts';
import { text } from './support/words.ts';

const W = WEIGHTS['network.vpn'];
const vpn = all(nextDoor, withAddress({ vpn: true, hosting: true }));

export const networkVpn: Signal = {
  id: 'network.vpn',
  category: 'network',
  title: 'VPN exit',
  description:
    'The address is a known exit of a VPN service. Attackers use them to appear in the victim’s country, and many ' +
    'honest people use them always: silent when the user is established with this operator, weak when colleagues ' +
    'log in at the address (a company that introduces a VPN).',
  needs: ['address.vpn', 'features.as', 'profile', 'sharing'],
  dependsOnOthers: false,
  judge(event, facts) {
    const { vpn: isVpn, tor, relay } = facts.address;
    return judgeExit(event, facts, isVpn && !tor && !relay, W.nats);
  },
  explain: (details) => `Through a VPN service (${text(details, 'as_name', 'operator unknown')})`,
  examples: {
    positive: [
      { name: 'Through a VPN, for the first time', facts: vpn },
      {
        name: 'A first login ever, through a VPN',
        facts: (base) => ({ ...vpn(base), profile: { known: true, value: null } }),
      },
    ],
    negative: [
      { name: 'From home' },
      {
        name: 'A user who always comes through this VPN',
        facts: all(vpn, withFeatures({ as: 64_520 }), withHabits({ ases: [habit(64_520, 20, 60)] })),
      },
      {
        name: 'Apple’s relay, which some lists take for a VPN',
        facts: all(vpn, withAddress({ relay: true })),
      },
    ],
    abstaining: [{ name: 'From a private address', facts: privateAddress }],
  },
};
