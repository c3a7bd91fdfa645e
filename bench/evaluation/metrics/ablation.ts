import { CATEGORIES, type Category } from '../../../src/core/signal.ts';
import { ATTACKERS, type Attacker } from '../generator/event.ts';
import type { ScoredWorld } from '../scored.ts';
import { meanOf } from '../summary.ts';
import { shareFrom, thresholdFor } from './rates.ts';
import { rank, slicesOf } from './sample.ts';

/** TPR at the budget without one category's evidence, mean of the worlds. */
export type Ablation = Readonly<Record<Category, Readonly<Record<Attacker, number>>>>;

/**
 * What each category of evidence is worth: the same decisions scored again without it, with a threshold chosen anew.
 * Exact, because the score is the sum of its categories; what the engine learned meanwhile is what it learned with all.
 */
export function ablationOf(worlds: readonly ScoredWorld[], budget: number): Ablation {
  return Object.fromEntries(
    CATEGORIES.map((category, c) => {
      const rates = worlds.map((world) => without(world, c, budget));
      return [
        category,
        Object.fromEntries(
          ATTACKERS.map((attacker, k) => [attacker, meanOf(rates.map((one) => one[k] ?? Number.NaN))]),
        ),
      ];
    }),
  ) as unknown as Ablation;
}

function without(world: ScoredWorld, c: number, budget: number): readonly number[] {
  const { threshold_day, test_day } = slicesOf(world.days);
  const { logins, attacks } = world;
  const left = ({ score, share }: typeof logins | typeof attacks): number[] =>
    score.gatehouse.map((logOdds, i) => logOdds - (share[i * CATEGORIES.length + c] ?? 0));
  const once = new Float64Array(world.users).fill(1);
  const honest = left(logins);
  const taken = left(attacks);
  const days = (day: readonly number[], first: number, end: number): number[] =>
    [...day.keys()].filter((i) => (day[i] ?? 0) >= first && (day[i] ?? 0) < end);
  const threshold = thresholdFor(
    rank(days(logins.day, threshold_day, test_day), logins.user, honest),
    once,
    budget,
  );
  const attacked = days(attacks.day, test_day, Number.POSITIVE_INFINITY);
  return ATTACKERS.map((_, k) =>
    shareFrom(
      rank(
        attacked.filter((i) => attacks.attacker[i] === k),
        attacks.user,
        taken,
      ),
      once,
      threshold,
    ),
  );
}
