import type { Familiarity } from '../../familiarity.ts';

/** How a kind of value behaves, see `weights.ts`. */
export interface NoveltyWeights {
  /** Strength of the pull towards "anything may happen" before the user has history, in counts. */
  readonly theta: number;
  /** Each value that the user is already known for makes a further new one this much likelier, in counts. */
  readonly discount: number;
  /** Part of the log-odds that is believed: what attackers have in common with the user, and errors of the data. */
  readonly trust: number;
  /** Most that it may say, in nats. */
  readonly max_nats: number;
}

/**
 * Probability that an honest login of this user shows a value never seen before: the mass that a Pitman–Yor process
 * leaves for new values, (θ + d·T) / (W + θ), with T distinct values and W decayed counts (Teh, "A Hierarchical
 * Bayesian Language Model Based on Pitman–Yor Processes", ACL 2006, section 3). At most 1.
 *
 * Where values may be made never to come back, like the ids of a browser that keeps no cookie, the discount is the
 * user's own: of the values that such a process has drawn the share seen `once` tends to d (Pitman, "Combinatorial
 * Stochastic Processes", 2006, section 3.3), so d·T is at least the weight of those that never came back, which is the
 * mass of new values by Good and Turing (Good, Biometrika 40, 1953). Then a new one is no news.
 *
 * It makes novelty personal: someone with many networks gets a new one cheaply, someone with one does not.
 */
export function newValueProbability(
  total: number,
  distinct: number,
  theta: number,
  discount: number,
  once = 0,
): number {
  return Math.min(1, (theta + Math.max(once, discount * distinct)) / (total + theta));
}

/**
 * Nats for a value that the user is not established with: ln(1 / probability of a new value), as believed and at
 * most `max_nats`. A provisional value is still new to the degree that it lacks weight: an attacker who was missed
 * once must not be familiar the second time. 0 for established values and for users without history.
 */
export function novelty(familiar: Familiarity, weights: NoveltyWeights): number {
  if (familiar.seen === 'established') return 0;
  const p = newValueProbability(familiar.total, familiar.distinct, weights.theta, weights.discount);
  const nats = Math.min(weights.max_nats, -weights.trust * Math.log(p));
  return nats * strangeness(familiar) + 0;
}

/** How new a value is to the user: 1 never seen, 0 established, between them as a provisional one gathers weight. */
export function strangeness({ seen, weight }: Familiarity): number {
  if (seen === 'established') return 0;
  return seen === 'provisional' ? Math.max(0, 1 - weight) : 1;
}

/**
 * What is left of evidence for a fine value, 0–1, where a coarser one that contains it is new too and speaks for
 * itself: a new browser has no known version.
 */
export function besideCoarser(coarser: Familiarity): number {
  return coarser.total === 0 ? 1 : 1 - strangeness(coarser);
}
