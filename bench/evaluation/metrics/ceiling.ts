import { ATTACKERS, type Attacker } from '../generator/event.ts';
import type { ScoredWorld } from '../scored.ts';
import { slicesOf } from './sample.ts';

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
  const honest = emptyCounts();
  const attacks = ATTACKERS.map(emptyCounts);
  for (const { days, logins, attacks: takeovers } of worlds) {
    const { test_day } = slicesOf(days);
    logins.signature.forEach((signature, i) => {
      if ((logins.day[i] ?? 0) >= test_day) count(honest, signature);
    });
    takeovers.signature.forEach((signature, i) => {
      const of = attacks[takeovers.attacker[i] ?? 0];
      if (of !== undefined && (takeovers.day[i] ?? 0) >= test_day) count(of, signature);
    });
  }
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

interface Counts {
  readonly of: Map<number, number>;
  total: number;
}

const emptyCounts = (): Counts => ({ of: new Map(), total: 0 });

function count(counts: Counts, signature: number): void {
  counts.of.set(signature, (counts.of.get(signature) ?? 0) + 1);
  counts.total += 1;
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
