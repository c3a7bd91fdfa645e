import { ATTACKERS, LOOK_ALIKES, type LookAlike } from '../generator/event.ts';
import { ATTACK_MIXTURE } from '../mixture.ts';
import { type ChangedWorld, lookAlikeLogins } from './look-alikes.ts';
import { slicesOf } from './sample.ts';

/** Logins added to the honest ones of a signature where signatures are ranked: none is infinitely risky. */
const UNSEEN = 0.05;

/**
 * What share of each look-alike's logins is challenged by whoever sees signatures (see `createSignatureReader`), knows
 * how often each is honest and how often a takeover of the assumed mixture, and spends the budget where that ratio is
 * highest. No other choice among signatures catches more takeovers of the mixture (Neyman & Pearson, 1933; a coin for
 * the last signature): who challenges a look-alike less lets riskier logins pass instead.
 */
export function lookAlikesByLikelihoodRatio(
  changed: readonly ChangedWorld[],
  budget: number,
): Readonly<Record<LookAlike, number>> {
  const chances = chancesOf(changed, budget);
  return Object.fromEntries(
    LOOK_ALIKES.map((lookAlike) => {
      let [challenged, all] = [0, 0];
      for (const one of changed) {
        for (const { logins, at } of lookAlikeLogins(one, lookAlike)) {
          all += at.length;
          for (const i of at) challenged += chances.get(logins.signature[i] ?? -1) ?? 0;
        }
      }
      return [lookAlike, all === 0 ? Number.NaN : challenged / all];
    }),
  ) as Record<LookAlike, number>;
}

/** Chance of a challenge by signature. */
function chancesOf(changed: readonly ChangedWorld[], budget: number): ReadonlyMap<number, number> {
  const honest = new Map<number, number>();
  const attacks = ATTACKERS.map(() => new Map<number, number>());
  const totals = ATTACKERS.map(() => 0);
  let logins = 0;
  for (const { world } of changed) {
    const { test_day } = slicesOf(world.days);
    world.logins.signature.forEach((signature, i) => {
      if ((world.logins.day[i] ?? 0) < test_day) return;
      count(honest, signature);
      logins += 1;
    });
    world.attacks.signature.forEach((signature, i) => {
      const kind = world.attacks.attacker[i] ?? 0;
      const of = attacks[kind];
      if (of === undefined || (world.attacks.day[i] ?? 0) < test_day) return;
      count(of, signature);
      totals[kind] = (totals[kind] ?? 0) + 1;
    });
  }
  const signatures = [...new Set([honest, ...attacks].flatMap((of) => [...of.keys()]))];
  const cells = signatures
    .map((signature) => {
      const seen = honest.get(signature) ?? 0;
      const attack = ATTACKERS.reduce(
        (sum, attacker, k) =>
          sum + (ATTACK_MIXTURE[attacker] * (attacks[k]?.get(signature) ?? 0)) / Math.max(1, totals[k] ?? 0),
        0,
      );
      return { signature, honest: seen / Math.max(1, logins), attack, risk: attack / (seen + UNSEEN) };
    })
    .filter(({ attack }) => attack > 0)
    .sort((a, b) => b.risk - a.risk);
  const chances = new Map<number, number>();
  let left = budget;
  for (const cell of cells) {
    const chance = cell.honest <= left ? 1 : left / cell.honest;
    chances.set(cell.signature, chance);
    left -= chance * cell.honest;
    if (chance < 1) break;
  }
  return chances;
}

function count(of: Map<number, number>, signature: number): void {
  of.set(signature, (of.get(signature) ?? 0) + 1);
}
