import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, behindProxy, nextDoor, privateAddress, withAddress } from './examples.ts';
import { addressSilence, addressWeight, isHabitualAddress } from './support/address.ts';
import { count, num, text } from './support/words.ts';

const W = WEIGHTS['network.blocklisted'];

export const networkBlocklisted: Signal = {
  id: 'network.blocklisted',
  category: 'network',
  title: 'Address on blocklists',
  description:
    'The address is on configured threat lists. Meets machines that attacked others lately. Lists are stale for ' +
    'dynamic addresses and hold whole offices because of one infected computer: less for the user’s habitual ' +
    'address, and less the more people are accepted there.',
  needs: ['address.blocklists', 'features.address', 'features.network', 'profile', 'sharing'],
  dependsOnOthers: false,
  judge(event, facts) {
    const silence = addressSilence(facts);
    if (silence !== null) return abstain(silence);
    const lists = facts.address.blocklists.length;
    if (lists === 0) return neutral();
    const habitual = isHabitualAddress(facts, event.occurredAt_ms);
    const nats = Math.min(W.max, W.first + W.further * (lists - 1));
    return evidence(nats * (habitual ? W.habitual_share : 1) * addressWeight(facts), {
      lists,
      first_list: facts.address.blocklists[0] ?? null,
      habitual,
    });
  },
  explain(details) {
    const lists = num(details, 'lists');
    const first = text(details, 'first_list', 'a blocklist');
    const on = lists > 1 ? `${count(lists, 'blocklist', 'blocklists')}, among them ${first}` : first;
    return `The address is on ${on}${details.habitual === true ? ', but is this user’s usual one' : ''}`;
  },
  examples: {
    positive: [
      {
        name: 'A strange address on two lists',
        facts: all(nextDoor, withAddress({ blocklists: ['ipsum', 'firehol'] })),
      },
      { name: 'The address at home got onto a list', facts: withAddress({ blocklists: ['ipsum'] }) },
    ],
    negative: [{ name: 'From home' }],
    abstaining: [
      { name: 'From a private address', facts: privateAddress },
      {
        name: 'The proxy before the auth server is on a list',
        facts: all(withAddress({ blocklists: ['ipsum'] }), behindProxy),
      },
    ],
  },
};
