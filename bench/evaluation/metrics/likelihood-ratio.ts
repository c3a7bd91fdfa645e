import { ATTACKERS, type Attacker, LOOK_ALIKES, type LookAlike } from '../generator/event.ts';
import { ATTACK_MIXTURE } from '../mixture.ts';
import { type ChangedWorld, lookAlikeLogins } from './look-alikes.ts';
import { signatureCounts } from './signature-counts.ts';

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
  const { honest, attacks } = signatureCounts(changed.map(({ world }) => world));
  const signatures = [...new Set([honest, ...attacks].flatMap(({ of }) => [...of.keys()]))];
  const cells = signatures
    .map((signature) => {
      const seen = honest.of.get(signature) ?? 0;
      const attack = attacks.reduce(
        (sum, { of, total }, k) =>
          sum + (ATTACK_MIXTURE[ATTACKERS[k] as Attacker] * (of.get(signature) ?? 0)) / Math.max(1, total),
        0,
      );
      return { signature, honest: seen / Math.max(1, honest.total), attack, risk: attack / (seen + UNSEEN) };
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
