import type { PopulationFacts, ValueFacts } from '../../model/population.ts';
import { WEIGHTS } from '../../weights.ts';

const W = WEIGHTS.attacked;

/**
 * Nats for a value with which attacks come: ln[(1 − π) + π · P_attack(v) / q(v)], where P_attack is the value's part of
 * all failures beyond what honest people produce, q its part of legitimate logins, π how much of the attacks are like
 * those that fail. Positive only: that nobody attacks with a value vouches for nothing. Verdicts add to it, each a
 * little less than the last; one alone adds 0.14.
 *
 * `told` are nats that a coarser finding has already given for the same rarity: hardly any of the tenant's people are in
 * a country that is new to the user, so q is small for every operator there, and only what goes beyond is news.
 *
 * `stuffing` is π: who fails has no cookie of the user, so where the user's own device is shown it is small, and a
 * provider abroad that bots use says little of a guest's hotel.
 */
export function attackedNats(
  value: ValueFacts,
  population: PopulationFacts,
  max: number,
  stuffing: number = W.stuffing,
  told = 0,
): number {
  const { successes, failures, verdicts } = value;
  let nats = W.verdict_nats * Math.log1p(verdicts / W.verdict_half);
  const excess = failures - population.ratio * successes - W.free_failures;
  if (excess > 0 && population.logins >= W.min_logins) {
    const ofAttacks = Math.min(1, excess / (population.attacks + W.presumed));
    const ofPeople = (successes + 1) / (population.logins + W.min_logins);
    nats += Math.max(0, Math.log(1 - stuffing + (stuffing * ofAttacks) / ofPeople) - told);
  }
  return Math.min(max, nats);
}
