import type { Ranked } from './sample.ts';

/** How often each user counts: all 1 for the estimate itself, drawn numbers for the bootstrap. */
export type Weights = Float64Array;

export function totalOf({ user }: Ranked, weights: Weights): number {
  let total = 0;
  for (let i = 0; i < user.length; i++) total += weights[user[i] as number] as number;
  return total;
}

/**
 * The lowest score from which at most this share of the logins is challenged. Logins of the same score are challenged
 * together or not at all; where the riskiest alone are too many the threshold is infinite.
 */
export function thresholdFor(logins: Ranked, weights: Weights, share: number): number {
  const allowed = share * totalOf(logins, weights);
  let sum = 0;
  let threshold = Number.POSITIVE_INFINITY;
  for (let i = 0; i < logins.user.length; ) {
    const score = logins.score[i] as number;
    let next = sum;
    while (i < logins.user.length && logins.score[i] === score) {
      next += weights[logins.user[i] as number] as number;
      i++;
    }
    if (next > allowed) break;
    sum = next;
    threshold = score;
  }
  return threshold;
}

/** Weighted share at or above the threshold; `NaN` of nothing. */
export function shareFrom(ranked: Ranked, weights: Weights, threshold: number): number {
  const total = totalOf(ranked, weights);
  let above = 0;
  for (let i = 0; i < ranked.user.length && (ranked.score[i] as number) >= threshold; i++) {
    above += weights[ranked.user[i] as number] as number;
  }
  return total === 0 ? Number.NaN : above / total;
}

/** The highest threshold that still catches this share of the attacks. */
export function thresholdForTpr(attacks: Ranked, weights: Weights, tpr: number): number {
  const needed = tpr * totalOf(attacks, weights);
  let sum = 0;
  for (let i = 0; i < attacks.user.length; i++) {
    sum += weights[attacks.user[i] as number] as number;
    if (sum >= needed) return attacks.score[i] as number;
  }
  return Number.NEGATIVE_INFINITY;
}

/**
 * Area under the ROC curve: the chance that an attack scores above an honest login, ties half (Mann–Whitney). One walk
 * down both rankings.
 */
export function areaUnderCurve(attacks: Ranked, logins: Ranked, weights: Weights): number {
  const attackTotal = totalOf(attacks, weights);
  const loginTotal = totalOf(logins, weights);
  if (attackTotal === 0 || loginTotal === 0) return Number.NaN;
  let area = 0;
  let above = 0;
  for (let i = 0, j = 0; i < logins.user.length; ) {
    const score = logins.score[i] as number;
    while (j < attacks.user.length && (attacks.score[j] as number) > score) {
      above += weights[attacks.user[j] as number] as number;
      j++;
    }
    let level = 0;
    while (j < attacks.user.length && attacks.score[j] === score) {
      level += weights[attacks.user[j] as number] as number;
      j++;
    }
    let here = 0;
    while (i < logins.user.length && logins.score[i] === score) {
      here += weights[logins.user[i] as number] as number;
      i++;
    }
    area += here * (above + level / 2);
    above += level;
  }
  return area / (attackTotal * loginTotal);
}
