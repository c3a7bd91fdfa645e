import { ATTACKERS, type Attacker } from '../generator/event.ts';
import type { Model, ScoredWorld } from '../scored.ts';
import { type FirstLogins, firstLogins } from './first-logins.ts';

/** Entries of one kind, riskiest first. */
export interface Ranked {
  readonly user: Int32Array;
  readonly score: Float64Array;
}

/** How a world's time is cut: thresholds are chosen on one slice and everything is reported on a later one. */
export interface Slices {
  readonly threshold_day: number;
  readonly test_day: number;
}

/** The first half of a world is only learned, the third quarter sets the threshold, the last is reported. */
export const slicesOf = (days: number): Slices => ({
  threshold_day: Math.floor(days * 0.5),
  test_day: Math.floor(days * 0.75),
});

/** One model's scores in one world, ready to be measured under any weights of its users. */
export interface Sample {
  readonly users: number;
  readonly threshold: Ranked;
  readonly logins: Ranked;
  readonly attacks: Readonly<Record<Attacker, Ranked>>;
  readonly firsts: FirstLogins;
}

/** Challenges are counted over so many first logins. */
export const FIRST_COUNTS = [12, 20] as const;

export function sampleOf(world: ScoredWorld, model: Model): Sample {
  const { threshold_day, test_day } = slicesOf(world.days);
  const { logins, attacks } = world;
  const score = logins.score[model];
  const all = [...score.keys()];
  const dayOf = (i: number): number => logins.day[i] ?? 0;
  const test = all.filter((i) => dayOf(i) >= test_day);
  const attackIndices = [...attacks.user.keys()].filter((i) => (attacks.day[i] ?? 0) >= test_day);
  return {
    users: world.users,
    threshold: rank(
      all.filter((i) => dayOf(i) >= threshold_day && dayOf(i) < test_day),
      logins.user,
      score,
    ),
    logins: rank(test, logins.user, score),
    attacks: Object.fromEntries(
      ATTACKERS.map((attacker, k) => [
        attacker,
        rank(
          attackIndices.filter((i) => attacks.attacker[i] === k),
          attacks.user,
          attacks.score[model],
        ),
      ]),
    ) as Record<Attacker, Ranked>,
    firsts: firstLogins(logins, score, world.users, Math.max(...FIRST_COUNTS)),
  };
}

export function rank(indices: readonly number[], user: readonly number[], score: readonly number[]): Ranked {
  const sorted = [...indices].sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0));
  return {
    user: Int32Array.from(sorted, (i) => user[i] ?? 0),
    score: Float64Array.from(sorted, (i) => score[i] ?? 0),
  };
}
