import { familiarity } from '../familiarity.ts';
import type { RoundTrip } from '../profile.ts';
import { abstain, evidence, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { inLisbon, newcomer, nextDoor, profileHidden, withContext, withProfile } from './examples.ts';
import { num } from './support/words.ts';

const W = WEIGHTS['behaviour.unusual_rtt'];
const LN_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

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
    const seen = Math.log(Math.max(1, rtt_ms));
    const here = profile.roundTrips.find(({ as }) => as === facts.features.as);
    const settled =
      here !== undefined &&
      familiarity(profile, 'ases', facts.features.as, event.occurredAt_ms).weight >= W.min_weight;
    // Abroad every line is slow: that the country is new is said elsewhere.
    if (
      !settled &&
      familiarity(profile, 'countries', facts.features.country, event.occurredAt_ms).seen === 'never'
    ) {
      return abstain('no_history');
    }
    const usual = settled && here !== undefined ? here : nearest(profile.roundTrips, seen);
    const sigma = settled
      ? Math.max(W.least_sigma, W.spread_to_sigma * usual.spread)
      : Math.max(W.other_sigma, W.spread_to_sigma * usual.spread);
    const elsewhere = Math.exp(lnNormal(seen, Math.log(W.elsewhere_ms), W.elsewhere_sigma));
    const own = Math.exp(lnNormal(seen, usual.center, sigma));
    // Both densities fade for absurd times, and a quotient of nothing by nothing says nothing.
    const odds = (elsewhere + 1e-6) / ((1 - W.outliers) * own + W.outliers * elsewhere + 1e-6);
    const nats = Math.max(-W.max_trust, Math.log(odds));
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

/** The known line that explains the time best. */
function nearest(roundTrips: readonly RoundTrip[], seen: number): RoundTrip {
  let best = roundTrips[0] as RoundTrip;
  for (const one of roundTrips) {
    if (Math.abs(one.center - seen) < Math.abs(best.center - seen)) best = one;
  }
  return best;
}

function lnNormal(x: number, mean: number, sigma: number): number {
  const z = (x - mean) / sigma;
  return -0.5 * z * z - Math.log(sigma) - LN_SQRT_2PI;
}
