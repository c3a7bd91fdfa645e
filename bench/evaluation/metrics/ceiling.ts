import { ATTACKERS, type Attacker } from '../generator/event.ts';
import type { ScoredWorld } from '../scored.ts';
import { type Counts, signatureCounts } from './signature-counts.ts';

/**
 * How far anybody could get who sees only signatures (see `createSignatureReader`) and knows how often each signature
 * is honest and how often it is this one attacker's: the share of the attacker's takeovers that is caught with this
 * budget of honest challenges (Neyman–Pearson, with a coin for the last signature). A detector that must serve all
 * attackers with one threshold stays below it unless it sees more than signatures.
 *
 * Frequencies come from the reported slices of all given worlds; half a login is added to every signature, so that
 * one which no honest login happened to have is not free.
 */
export function signatureCeilings(
  worlds: readonly ScoredWorld[],
  budget: number,
): Readonly<Record<Attacker, number>> {
  const { honest, attacks } = signatureCounts(worlds);
  return Object.fromEntries(
    ATTACKERS.map((attacker, k) => {
      const attack = attacks[k];
      return [
        attacker,
        attack === undefined || attack.total === 0 ? Number.NaN : bestTpr(honest, attack, budget),
      ];
    }),
  ) as Record<Attacker, number>;
}

function bestTpr(honest: Counts, attack: Counts, budget: number): number {
  const cells = [...attack.of].map(([signature, seen]) => ({
    attack: seen / attack.total,
    honest: ((honest.of.get(signature) ?? 0) + 0.05) / honest.total,
  }));
  cells.sort((a, b) => b.attack / b.honest - a.attack / a.honest);
  let left = budget;
  let tpr = 0;
  for (const cell of cells) {
    const part = cell.honest <= left ? 1 : left / cell.honest;
    tpr += part * cell.attack;
    left -= part * cell.honest;
    if (part < 1) break;
  }
  return tpr;
}
