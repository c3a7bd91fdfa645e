import type { ScoredLogins } from '../scored.ts';
import type { Weights } from './rates.ts';

/** What challenges people meet while they are new. */
export interface FirstLogins {
  /** Weighted median and mean of the challenges in the first `first` logins of everybody who has that many. */
  challenges(
    first: number,
    threshold: number,
    weights: Weights,
  ): { readonly median: number; readonly mean: number };
}

/**
 * Prepares the first logins of all users. `logins` lacks the very first of each user, which meets an empty profile and
 * counts as not challenged, as in the published evaluation.
 */
export function firstLogins(
  logins: Pick<ScoredLogins, 'user' | 'n'>,
  score: readonly number[],
  users: number,
  most: number,
): FirstLogins {
  const loginsOf = new Int32Array(users).fill(1);
  for (const user of logins.user) loginsOf[user] = (loginsOf[user] ?? 0) + 1;
  const early = [...logins.n.keys()]
    .filter((i) => (logins.n[i] ?? 0) < most)
    .sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0));
  const user = Int32Array.from(early, (i) => logins.user[i] ?? 0);
  const n = Int32Array.from(early, (i) => logins.n[i] ?? 0);
  const ranked = Float64Array.from(early, (i) => score[i] ?? 0);
  const counts = new Uint16Array(users);
  return {
    challenges(first, threshold, weights) {
      counts.fill(0);
      for (let i = 0; i < user.length && (ranked[i] as number) >= threshold; i++) {
        if ((n[i] as number) < first) counts[user[i] as number] = (counts[user[i] as number] as number) + 1;
      }
      const having = new Float64Array(first + 1);
      let total = 0;
      let sum = 0;
      for (let u = 0; u < users; u++) {
        if ((loginsOf[u] as number) < first) continue;
        const count = counts[u] as number;
        having[count] = (having[count] as number) + (weights[u] as number);
        total += weights[u] as number;
        sum += count * (weights[u] as number);
      }
      return { median: medianOf(having, total), mean: sum / total };
    },
  };
}

/** Median of whole numbers of which `having[v]` is the weight of v. */
function medianOf(having: Float64Array, total: number): number {
  if (total === 0) return Number.NaN;
  let below = 0;
  for (let value = 0; value < having.length; value++) {
    below += having[value] as number;
    if (below > total / 2) return value;
    if (below === total / 2) {
      const next = having.findIndex((weight, other) => other > value && weight > 0);
      return next < 0 ? value : (value + next) / 2;
    }
  }
  return having.length - 1;
}
