import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import {
  inLisbon,
  newcomer,
  nextDoor,
  profileHidden,
  withContext,
  withFeatures,
  withProfile,
} from './examples.ts';
import { isHabitualAddress, isPlaceless } from './support/address.ts';
import { roundTripOdds } from './support/round-trip.ts';
import { num } from './support/words.ts';

export const behaviourUnusualRtt: Signal = {
  id: 'behaviour.unusual_rtt',
  category: 'behaviour',
  title: 'Unusual round trip',
  description:
    'The round trip from the user’s page to the auth server against those of the user’s earlier logins through the ' +
    'same operator (by median and spread, in the logarithm), or less sharply through others of the same country. Proxies and distant ' +
    'lines are slower, rented servers quicker; people’s own lines keep their time. ln[p(time | elsewhere) / ' +
    'p(time | user)], with a share of honest outliers, so it never says more than 1.9 nats, nor vouches for more than 2. ' +
    'A slow time is silent at the user’s usual address and in its /24 (or /48), where no detour ends.',
  needs: [
    'context.rtt_ms',
    'features.as',
    'features.country',
    'features.address',
    'features.network',
    'address',
    'profile',
  ],
  dependsOnOthers: false,
  judge(event, facts) {
    const { rtt_ms } = event.context;
    if (rtt_ms === null) return abstain('not_collected');
    if (!facts.profile.known) return abstain(facts.profile.why);
    const profile = facts.profile.value;
    if (profile === null || profile.roundTrips.length === 0) return abstain('no_history');
    const odds = roundTripOdds(profile, facts, rtt_ms, event.occurredAt_ms);
    // Abroad every line is slow: that the country is new is said elsewhere.
    if (odds === null) return abstain('no_history');
    const { usual, settled, nats } = odds;
    // A detour does not end in the user's own network: there it was a bad moment. Exits are no such network.
    const own = nats > 0 && !isPlaceless(facts.address) && isHabitualAddress(facts, event.occurredAt_ms);
    const details = { rtt_ms, usual_ms: Math.round(Math.exp(usual.center)), same_operator: settled };
    return own ? neutral(details) : evidence(nats, details);
  },
  explain: (details) =>
    `A round trip of ${num(details, 'rtt_ms')} ms; the user’s are about ${num(details, 'usual_ms')} ms` +
    (details.same_operator === true ? ' with this operator' : ''),
  examples: {
    positive: [
      {
        name: 'Through a proxy in the provider at home: 210 ms where 30 are usual',
        event: withContext({ rtt_ms: 210 }),
        facts: withFeatures({ address: 0x2a01, network: 0x2a02 }),
      },
      {
        name: 'A new operator, and slower than any known line',
        event: withContext({ rtt_ms: 260 }),
        facts: nextDoor,
      },
    ],
    negative: [
      { name: 'The usual 31 ms from home, which vouches' },
      { name: 'A bad moment of the line at home: 210 ms', event: withContext({ rtt_ms: 210 }) },
    ],
    abstaining: [
      { name: 'No time was measured', event: withContext({ rtt_ms: null }) },
      { name: 'A first login', facts: newcomer },
      { name: 'From a new country', event: withContext({ rtt_ms: 90 }), facts: inLisbon },
      { name: 'No earlier times', facts: withProfile({ roundTrips: [] }) },
      { name: 'An unverified attempt', facts: profileHidden },
    ],
  },
};
