import { ATTACKERS, type Attacker, type LookAlike } from '../generator/event.ts';
import { type ChangedWorld, lookAlikeLogins } from './look-alikes.ts';
import { slicesOf } from './sample.ts';

const STEPS = 6_000;

/** All that a detector has to reach at once. */
export interface Goals {
  /** Least share caught, by attacker. */
  readonly tpr: Partial<Readonly<Record<Attacker, number>>>;
  /** Most honest logins challenged. */
  readonly budget: number;
}

/**
 * The least share of a look-alike's logins that anybody challenges who sees only signatures (see
 * `createSignatureReader`) and reaches all goals: a linear programme over the chances x(signature) of a challenge,
 *
 *     min Σ l·x   subject to   Σ aₖ·x ≥ goalₖ for every attacker k,   Σ h·x ≤ budget,   0 ≤ x ≤ 1,
 *
 * with l, aₖ, h the frequencies of a signature among the look-alike's logins, attacker k's takeovers and honest logins
 * in the reported slices. Any multipliers λ, μ ≥ 0 of its Lagrangian give a lower bound of it (weak duality),
 *
 *     Σ λₖ·goalₖ − μ·budget + Σ over signatures of min(0, l − Σ λₖ·aₖ + μ·h),
 *
 * so the figure is one whether or not the ascent below has reached the largest. Deterministic.
 */
export function lookAlikeFloor(changed: readonly ChangedWorld[], lookAlike: LookAlike, goals: Goals): number {
  const rows = new Map<number, Float64Array>();
  const kinds = ATTACKERS.filter((attacker) => goals.tpr[attacker] !== undefined);
  // Columns: the look-alike, honest logins, attackers.
  const columns = 2 + kinds.length;
  const totals = new Float64Array(columns);
  const count = (signature: number | undefined, column: number): void => {
    if (signature === undefined) return;
    const row = rows.get(signature) ?? new Float64Array(columns);
    rows.set(signature, row);
    row[column] = (row[column] ?? 0) + 1;
    totals[column] = (totals[column] ?? 0) + 1;
  };
  for (const one of changed) {
    const { logins, attacks, days } = one.world;
    const { test_day } = slicesOf(days);
    for (const part of lookAlikeLogins(one, lookAlike)) {
      for (const i of part.at) count(part.logins.signature[i], 0);
    }
    logins.signature.forEach((signature, i) => {
      if ((logins.day[i] ?? 0) >= test_day) count(signature, 1);
    });
    attacks.signature.forEach((signature, i) => {
      const column = kinds.indexOf(ATTACKERS[attacks.attacker[i] ?? 0] as Attacker);
      if (column >= 0 && (attacks.day[i] ?? 0) >= test_day) count(signature, 2 + column);
    });
  }
  if (totals[0] === 0) return Number.NaN;
  const cells = [...rows.values()].map((row) => row.map((n, column) => n / Math.max(1, totals[column] ?? 0)));
  // An attacker who never came has no goal to reach.
  const least = kinds.map((attacker, k) => ((totals[2 + k] ?? 0) > 0 ? (goals.tpr[attacker] ?? 0) : 0));
  return largestBound(cells, least, goals.budget);
}

/** Projected subgradient ascent on the multipliers, with steps that fade (Shor, 1985). */
function largestBound(cells: readonly Float64Array[], least: readonly number[], budget: number): number {
  const lambda = new Float64Array(least.length);
  let mu = 0;
  let best = 0;
  for (let step = 0; step < STEPS; step++) {
    let bound = -mu * budget;
    let honest = 0;
    const caught = new Float64Array(least.length);
    for (let k = 0; k < least.length; k++) bound += (lambda[k] ?? 0) * (least[k] ?? 0);
    for (const cell of cells) {
      let gain = (cell[0] ?? 0) + mu * (cell[1] ?? 0);
      for (let k = 0; k < least.length; k++) gain -= (lambda[k] ?? 0) * (cell[2 + k] ?? 0);
      if (gain >= 0) continue;
      bound += gain;
      honest += cell[1] ?? 0;
      for (let k = 0; k < least.length; k++) caught[k] = (caught[k] ?? 0) + (cell[2 + k] ?? 0);
    }
    best = Math.max(best, bound);
    const size = 1 / (1 + step / 50);
    for (let k = 0; k < least.length; k++) {
      lambda[k] = Math.max(0, (lambda[k] ?? 0) + size * ((least[k] ?? 0) - (caught[k] ?? 0)));
    }
    // Shares of honest logins are small numbers: their multiplier is a large one.
    mu = Math.max(0, mu + (size / budget) * (honest - budget));
  }
  return best;
}
