import type { Facts } from '../../facts.ts';
import { familiarity } from '../../familiarity.ts';
import type { Profile, RoundTrip } from '../../profile.ts';
import { WEIGHTS } from '../../weights.ts';

const W = WEIGHTS['behaviour.unusual_rtt'];
const LN_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

export interface RoundTripOdds {
  /** The user's line that it is compared with. */
  readonly usual: RoundTrip;
  /** It is one through the same operator, well enough known. */
  readonly settled: boolean;
  /** ln[p(time | elsewhere) / p(time | user)], at least `-max_trust`. */
  readonly nats: number;
}

/**
 * How a round trip compares with those of the user's earlier logins through the same operator, or less sharply through
 * others of the same country. `null` from a country that is not established for the user, whose lines are all slow (the
 * second login of a journey no less than the first), and where no line is the user's own for certain: one that an
 * unconfirmed login came through must not vouch for the next.
 */
export function roundTripOdds(
  profile: Profile,
  { features }: Pick<Facts, 'features'>,
  rtt_ms: number,
  now_ms: number,
): RoundTripOdds | null {
  const seen = Math.log(Math.max(1, rtt_ms));
  const here = profile.roundTrips.find(({ as }) => as === features.as);
  const operator = familiarity(profile, 'ases', features.as, now_ms);
  const settled = here !== undefined && operator.seen === 'established' && operator.weight >= W.min_weight;
  if (!settled && familiarity(profile, 'countries', features.country, now_ms).seen !== 'established') {
    return null;
  }
  const usual = settled ? here : nearest(profile, seen, now_ms);
  if (usual === null) return null;
  const sigma = settled
    ? Math.max(W.least_sigma, W.spread_to_sigma * usual.spread)
    : Math.max(W.other_sigma, W.spread_to_sigma * usual.spread);
  const elsewhere = Math.exp(lnNormal(seen, Math.log(W.elsewhere_ms), W.elsewhere_sigma));
  const own = Math.exp(lnNormal(seen, usual.center, sigma));
  // Both densities fade for absurd times, and a quotient of nothing by nothing says nothing.
  const odds = (elsewhere + 1e-6) / ((1 - W.outliers) * own + W.outliers * elsewhere + 1e-6);
  const nats = Math.max(-W.max_trust, Math.log(odds));
  return { usual, settled, nats };
}

/** The established line that explains the time best. */
function nearest(profile: Profile, seen: number, now_ms: number): RoundTrip | null {
  let best: RoundTrip | null = null;
  for (const one of profile.roundTrips) {
    if (best !== null && Math.abs(one.center - seen) >= Math.abs(best.center - seen)) continue;
    if (familiarity(profile, 'ases', one.as, now_ms).seen === 'established') best = one;
  }
  return best;
}

function lnNormal(x: number, mean: number, sigma: number): number {
  const z = (x - mean) / sigma;
  return -0.5 * z * z - Math.log(sigma) - LN_SQRT_2PI;
}
