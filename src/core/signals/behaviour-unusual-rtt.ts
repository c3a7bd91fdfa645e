import { abstain, evidence, type Signal } from '../signal.ts';
import { inLisbon, newcomer, nextDoor, profileHidden, withContext, withProfile } from './examples.ts';
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
    'p(time | user)], with a share of honest outliers, so it never says more than 1.9 nats, nor vouches for more than 2.',
  needs: ['context.rtt_ms', 'features.as', 'features.country', 'profile'],
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
    return evidence(nats, {
      rtt_ms,
      usual_ms: Math.round(Math.exp(usual.center)),
      same_operator: settled,
    });
  },
  explain: (details) =>
    `A round trip of ${num(details, 'rtt_ms')} ms; the user’s are about ${num(details, 'usual_ms')} ms` +
    (details.same_operator === true ? ' with this operator' : ''),
  examples: {
    positive: [
      { name: 'Through a proxy: 210 ms where 30 are usual', event: withContext({ rtt_ms: 210 }) },
      {
        name: 'A new operator, and slower than any known line',
        event: withContext({ rtt_ms: 260 }),
        facts: nextDoor,
      },
    ],
    negative: [{ name: 'The usual 31 ms from home, which vouches' }],
    abstaining: [
      { name: 'No time was measured', event: withContext({ rtt_ms: null }) },
      { name: 'A first login', facts: newcomer },
      { name: 'From a new country', event: withContext({ rtt_ms: 90 }), facts: inLisbon },
      { name: 'No earlier times', facts: withProfile({ roundTrips: [] }) },
      { name: 'An unverified attempt', facts: profileHidden },
    ],
  },
};
