import { ATTACKERS } from '../generator/event.ts';
import type { ScoredWorld } from '../scored.ts';
import { slicesOf } from './sample.ts';

/** How often each signature (see `createSignatureReader`) was seen, and how many there are in all. */
export interface Counts {
  readonly of: Map<number, number>;
  total: number;
}

/** Signatures of the reported slices of all worlds: of honest logins, and of takeovers in the order of `ATTACKERS`. */
export function signatureCounts(worlds: readonly ScoredWorld[]): {
  readonly honest: Counts;
  readonly attacks: readonly Counts[];
} {
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
  return { honest, attacks };
}

const emptyCounts = (): Counts => ({ of: new Map(), total: 0 });

function count(counts: Counts, signature: number): void {
  counts.of.set(signature, (counts.of.get(signature) ?? 0) + 1);
  counts.total += 1;
}
