import type { LoginFeatures } from './login-features.ts';

/**
 * Freeman, Jain, Dürmuth, Biggio, Giacinto, "Who Are You? A Statistical Approach to Measuring User Authenticity"
 * (NDSS 2016), with the features and weights of Wiefling, Jørgensen, Thunem, Lo Iacono, "Pump Up Password Security!"
 * (ACM TOPS 2022): address .6, AS .3, country .1; user agent, browser, system, device type as below. Without attack
 * data: S = Π_k p(x_k)/p(x_k|u) · (1/U)/(n_u/N), over the accepted logins so far.
 */
export interface FreemanScorer {
  /** Higher is riskier; `null` for a user without an accepted login. Changes nothing. */
  score(login: LoginFeatures): number | null;
  learn(login: LoginFeatures): void;
}

export const IP_WEIGHTS = [0.6, 0.3, 0.1] as const;
export const UA_WEIGHTS = [
  0.5386653840551359, 0.2680451498625666, 0.18818295100109536, 0.0051065150812021525,
] as const;

/** Counts of one feature's values, a map a level. */
class Levels {
  readonly counts: readonly Map<string, number>[];

  constructor(levels: number) {
    this.counts = Array.from({ length: levels }, () => new Map<string, number>());
  }

  add(values: readonly string[]): void {
    this.counts.forEach((map, h) => {
      const value = values[h] ?? '';
      map.set(value, (map.get(value) ?? 0) + 1);
    });
  }

  of(h: number, value: string | undefined): number {
    return this.counts[h]?.get(value ?? '') ?? 0;
  }

  /** The papers' M: distinct values of every coarser level, plus one. */
  coarser(h: number): number {
    let m = 1;
    for (let i = h + 1; i < this.counts.length; i++) m += this.counts[i]?.size ?? 0;
    return m;
  }
}

interface Feature {
  readonly of: (login: LoginFeatures) => readonly string[];
  readonly weights: readonly number[];
}

const FEATURES: readonly Feature[] = [
  { of: (login) => login.ip, weights: IP_WEIGHTS },
  { of: (login) => login.ua, weights: UA_WEIGHTS },
];

interface Memory {
  readonly global: readonly Levels[];
  readonly users: Map<string, { readonly levels: readonly Levels[]; logins: number }>;
  logins: number;
}

const emptyMemory = (): Memory => ({
  global: FEATURES.map(({ weights }) => new Levels(weights.length)),
  users: new Map(),
  logins: 0,
});

function learn(memory: Memory, login: LoginFeatures): void {
  let user = memory.users.get(login.user);
  if (user === undefined) {
    user = { levels: FEATURES.map(({ weights }) => new Levels(weights.length)), logins: 0 };
    memory.users.set(login.user, user);
  }
  FEATURES.forEach((feature, k) => {
    memory.global[k]?.add(feature.of(login));
    user.levels[k]?.add(feature.of(login));
  });
  user.logins += 1;
  memory.logins += 1;
}

/** The estimator of a value that was seen c times in n: (c/n)·(1 − m/(n+m)), and 1/(n+m) when never. */
export function smoothed(c: number, n: number, m: number): number {
  return c > 0 ? (c / n) * (1 - m / (n + m)) : 1 / (n + m);
}

/**
 * As the authors' notebook computes it: the conditional term is taken on logs already filtered to the value, so that
 * the hierarchy becomes a weighted sum of marginals, with the finest level shrunk by c/(c+M).
 *
 * L = Σ λ_h·c_u(x_h)/n_u, and G/4 where that is 0; G = λ_0·(c/(c+M))·p̃(x_0) + Σ_{h≥1} λ_h·c(x_h)/N.
 *
 * `wholeLog`: the notebook takes c and M of the shrinking factor from the whole log, the future included. Without it
 * they come from the logins so far and this one, as a service would have to.
 */
export function createFreemanCompat(wholeLog: readonly LoginFeatures[] | null = null): FreemanScorer {
  const memory = emptyMemory();
  const whole = wholeLog === null ? null : emptyMemory();
  for (const login of wholeLog ?? []) if (whole !== null) learn(whole, login);
  return {
    learn: (login) => learn(memory, login),
    score(login) {
      const user = memory.users.get(login.user);
      if (user === undefined) return null;
      const n = memory.logins;
      let s = 1 / memory.users.size / (user.logins / n);
      FEATURES.forEach(({ of, weights }, k) => {
        const values = of(login);
        const global = memory.global[k] as Levels;
        const own = user.levels[k] as Levels;
        const all = whole?.global[k];
        const c = all === undefined ? global.of(0, values[0]) + 1 : Math.max(1, all.of(0, values[0]));
        const shrink = c / (c + (all ?? global).coarser(0));
        let g = (weights[0] ?? 0) * shrink * smoothed(global.of(0, values[0]), n, global.coarser(0));
        let l = 0;
        weights.forEach((weight, h) => {
          if (h > 0) g += (weight * global.of(h, values[h])) / n;
          l += (weight * own.of(h, values[h])) / user.logins;
        });
        s *= l === 0 ? 4 : g / l;
      });
      return s;
    },
  };
}

/**
 * As the paper writes it: p(x|u) = Σ_h λ_h · p(x | x_h) · p(x_h | u), where x_0 = x, p(x_h | u) is the user's own share
 * and p(x | x_h) = c(x)/c(x_h), smoothed, comes from the whole population; p(x) is the smoothed share of the value. A
 * login that is unknown at every level is treated as in the other form: L := G/4.
 */
export function createFreemanConditional(): FreemanScorer {
  const memory = emptyMemory();
  return {
    learn: (login) => learn(memory, login),
    score(login) {
      const user = memory.users.get(login.user);
      if (user === undefined) return null;
      const n = memory.logins;
      let s = 1 / memory.users.size / (user.logins / n);
      FEATURES.forEach(({ of, weights }, k) => {
        const values = of(login);
        const global = memory.global[k] as Levels;
        const own = user.levels[k] as Levels;
        const m = global.coarser(0);
        let l = 0;
        weights.forEach((weight, h) => {
          const within = h === 0 ? 1 : smoothed(global.of(0, values[0]), global.of(h, values[h]), m);
          l += (weight * within * own.of(h, values[h])) / user.logins;
        });
        s *= l === 0 ? 4 : smoothed(global.of(0, values[0]), n, m) / l;
      });
      return s;
    },
  };
}
