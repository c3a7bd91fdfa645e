import type { CategoryCaps, SignalWeight } from '../../src/core/score.ts';
import { CATEGORIES, type Signal } from '../../src/core/signal.ts';
import { ATTACKERS, type Attacker, LOOK_ALIKES } from '../evaluation/generator/event.ts';
import type { Rows } from './collect.ts';

/** Where a weight may lie, and where it stays without data: 1, the signal as its judge means it. */
export interface WeightRange {
  readonly least: number;
  readonly most: number;
}

export interface FitOptions {
  readonly caps: CategoryCaps;
  readonly ranges: Readonly<Record<string, WeightRange>>;
  readonly range: WeightRange;
  readonly priorLogOdds: number;
  /** Strength of the pull towards 1, per unit of attack weight. */
  readonly ridge: number;
  readonly iterations: number;
  /** Each kind of look-alike weighs at least this share of the honest logins, so that rare ones are learned from too. */
  readonly lookAlikeShare: number;
}

/**
 * How often each kind of takeover is assumed to happen: cheap ones are common, tailored ones rare. An assumption, not a
 * measurement, and the same as the evaluation's.
 */
const ATTACK_MIXTURE: Readonly<Record<Attacker, number>> = {
  naive: 0.25,
  stuffing: 0.25,
  vpn: 0.12,
  targeted: 0.08,
  spray: 0.08,
  low_and_slow: 0.05,
  impossible_travel: 0.05,
  aitm: 0.05,
  session_replay: 0.03,
  very_targeted: 0.02,
  stealer: 0.015,
  stealer_bound: 0.005,
};
/** The part of the mixture that is spread evenly over all kinds, so that rare and hard ones are learned from too. */
const EVEN_SHARE = 0.5;

/**
 * Weights of rows under which the odds of an attack are those of the prior: an honest login counts 1 (a rare
 * look-alike more, see `lookAlikeShare`), and each kind of takeover its part of `exp(prior)` per honest login:
 * `evenShare` of it evenly, the rest by the assumed mixture.
 */
export function rowWeights(
  rows: Rows,
  priorLogOdds: number,
  evenShare: number,
  lookAlikeShare: number,
): Float64Array {
  const counts = ATTACKERS.map(() => 0);
  let honest = 0;
  for (const attacker of rows.attacker) {
    if (attacker < 0) honest += 1;
    else counts[attacker] = (counts[attacker] ?? 0) + 1;
  }
  const present = ATTACKERS.filter((_, i) => (counts[i] ?? 0) > 0);
  const mixed = present.reduce((sum, attacker) => sum + ATTACK_MIXTURE[attacker], 0);
  const attacks = honest * Math.exp(priorLogOdds);
  const of = ATTACKERS.map((attacker, i) => {
    const count = counts[i] ?? 0;
    if (count === 0) return 0;
    const share = (1 - evenShare) * (ATTACK_MIXTURE[attacker] / mixed) + evenShare / present.length;
    return (attacks * share) / count;
  });
  const alike = LOOK_ALIKES.map(() => 0);
  for (const kind of rows.lookAlike) if (kind >= 0) alike[kind] = (alike[kind] ?? 0) + 1;
  const weightOf = alike.map((count) => Math.max(1, (lookAlikeShare * honest) / Math.max(1, count)));
  return Float64Array.from(rows.attacker, (attacker, i) =>
    attacker < 0 ? (weightOf[rows.lookAlike[i] ?? -1] ?? 1) : (of[attacker] ?? 0),
  );
}

/**
 * Fits weights α of the stack by penalised maximum likelihood: logit p = prior + Σ over categories of the capped sums
 * of α·raw, each α within its range, α pulled towards 1. No intercept: the prior is the policy's and added once.
 * Accelerated projected gradient (Beck & Teboulle, FISTA, 2009) with a diagonal metric; deterministic.
 */
export function fitStack(rows: Rows, signals: readonly Signal[], options: FitOptions): readonly number[] {
  const k = signals.length;
  const sparse = toSparse(rows, k);
  const weights = rowWeights(rows, options.priorLogOdds, EVEN_SHARE, options.lookAlikeShare);
  const attackWeight = weights.reduce((sum, w, i) => sum + ((rows.attacker[i] ?? -1) < 0 ? 0 : w), 0);
  const category = signals.map((signal) => CATEGORIES.indexOf(signal.category));
  const up = CATEGORIES.map((name) => options.caps[name].positive);
  const down = CATEGORIES.map((name) => options.caps[name].negative);
  const ranges = signals.map(({ id }) => options.ranges[id] ?? options.range);
  const into = (x: Float64Array): Float64Array =>
    x.map((value, j) => Math.min(ranges[j]?.most ?? value, Math.max(ranges[j]?.least ?? value, value)));
  const penalty = options.ridge * attackWeight;

  const evaluate = (
    alpha: Float64Array,
  ): { loss: number; gradient: Float64Array; curvature: Float64Array } => {
    const gradient = new Float64Array(k);
    const curvature = new Float64Array(k);
    let loss = 0;
    const positive = new Float64Array(CATEGORIES.length);
    const negative = new Float64Array(CATEGORIES.length);
    for (let i = 0; i < weights.length; i++) {
      positive.fill(0);
      negative.fill(0);
      const from = sparse.start[i] as number;
      const to = sparse.start[i + 1] as number;
      for (let e = from; e < to; e++) {
        const j = sparse.signal[e] as number;
        const value = (sparse.value[e] as number) * (alpha[j] as number);
        const c = category[j] as number;
        if (value > 0) positive[c] = (positive[c] as number) + value;
        else negative[c] = (negative[c] as number) - value;
      }
      let logit = options.priorLogOdds;
      for (let c = 0; c < CATEGORIES.length; c++) {
        logit += Math.min(positive[c] as number, up[c] as number);
        logit -= Math.min(negative[c] as number, down[c] as number);
      }
      const isAttack = (rows.attacker[i] as number) >= 0;
      const w = weights[i] as number;
      const p = 1 / (1 + Math.exp(-logit));
      loss += w * softplus(isAttack ? -logit : logit);
      const slope = w * (p - (isAttack ? 1 : 0));
      const bend = w * p * (1 - p);
      for (let e = from; e < to; e++) {
        const j = sparse.signal[e] as number;
        const c = category[j] as number;
        const value = sparse.value[e] as number;
        // What is above its cap moves nothing.
        const full =
          value > 0
            ? (positive[c] as number) >= (up[c] as number)
            : (negative[c] as number) >= (down[c] as number);
        if (full) continue;
        gradient[j] = (gradient[j] as number) + slope * value;
        curvature[j] = (curvature[j] as number) + bend * value * value;
      }
    }
    for (let j = 0; j < k; j++) {
      const off = (alpha[j] as number) - 1;
      loss += 0.5 * penalty * off * off;
      gradient[j] = (gradient[j] as number) + penalty * off;
      curvature[j] = (curvature[j] as number) + penalty;
    }
    return { loss, gradient, curvature };
  };

  let at = into(new Float64Array(k).fill(1));
  let ahead = at;
  let momentum = 1;
  let best = evaluate(at);
  const metric = best.curvature;
  // Correlated signals bend the loss together: the diagonal alone is too bold a metric.
  let step = 0.25;
  for (let i = 0; i < options.iterations; i++) {
    const here = evaluate(ahead);
    let next = into(
      ahead.map((value, j) => value - (step * (here.gradient[j] as number)) / (metric[j] as number)),
    );
    let there = evaluate(next);
    for (let tries = 0; there.loss > here.loss && tries < 20; tries++) {
      step /= 2;
      next = into(
        ahead.map((value, j) => value - (step * (here.gradient[j] as number)) / (metric[j] as number)),
      );
      there = evaluate(next);
    }
    if (there.loss > best.loss) {
      momentum = 1;
      ahead = at;
      continue;
    }
    const faster = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const previous = at;
    ahead = into(
      next.map((value, j) => value + ((momentum - 1) / faster) * (value - (previous[j] as number))),
    );
    at = next;
    momentum = faster;
    best = there;
  }
  return [...at];
}

/** Log-odds without prior of every row, by given weights and caps. */
export function evidenceOf(
  rows: Rows,
  signals: readonly Signal[],
  weights: Readonly<Record<string, SignalWeight>>,
  caps: CategoryCaps,
): Float64Array {
  const k = signals.length;
  const category = signals.map((signal) => CATEGORIES.indexOf(signal.category));
  return Float64Array.from(rows.world, (_, i) => {
    const positive = CATEGORIES.map(() => 0);
    const negative = CATEGORIES.map(() => 0);
    for (let j = 0; j < k; j++) {
      const weight = weights[signals[j]?.id ?? ''];
      const raw = rows.raw[i * k + j] ?? 0;
      if (raw === 0) continue;
      const share = weight === undefined ? raw : weight.alpha * Math.min(weight.hi, Math.max(weight.lo, raw));
      const c = category[j] ?? 0;
      if (share > 0) positive[c] = (positive[c] ?? 0) + share;
      else negative[c] = (negative[c] ?? 0) - share;
    }
    return CATEGORIES.reduce(
      (sum, name, c) =>
        sum +
        Math.min(positive[c] ?? 0, caps[name].positive) -
        Math.min(negative[c] ?? 0, caps[name].negative),
      0,
    );
  });
}

/** Platt's slope and offset of the log-odds by Newton's method, rows weighted to the prior and the mixture alone. */
export function calibrate(
  rows: Rows,
  evidence: Float64Array,
  priorLogOdds: number,
): { readonly slope: number; readonly offset: number } {
  const weights = rowWeights(rows, priorLogOdds, 0, 0);
  let a = 1;
  let b = 0;
  for (let round = 0; round < 40; round++) {
    let ga = 0;
    let gb = 0;
    let haa = 1e-9;
    let hab = 0;
    let hbb = 1e-9;
    for (let i = 0; i < weights.length; i++) {
      const x = (evidence[i] as number) + priorLogOdds;
      const w = weights[i] as number;
      const p = 1 / (1 + Math.exp(-(a * x + b)));
      const off = w * (p - ((rows.attacker[i] as number) >= 0 ? 1 : 0));
      const bend = w * p * (1 - p);
      ga += off * x;
      gb += off;
      haa += bend * x * x;
      hab += bend * x;
      hbb += bend;
    }
    const det = haa * hbb - hab * hab;
    a -= Math.min(0.5, Math.max(-0.5, (hbb * ga - hab * gb) / det));
    b -= Math.min(2, Math.max(-2, (haa * gb - hab * ga) / det));
  }
  return { slope: a, offset: b };
}

function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

function toSparse(rows: Rows, k: number) {
  const start = new Uint32Array(rows.world.length + 1);
  const signal: number[] = [];
  const value: number[] = [];
  for (let i = 0; i < rows.world.length; i++) {
    for (let j = 0; j < k; j++) {
      const raw = rows.raw[i * k + j] ?? 0;
      if (raw === 0) continue;
      signal.push(j);
      value.push(raw);
    }
    start[i + 1] = signal.length;
  }
  return { start, signal: Uint16Array.from(signal), value: Float64Array.from(value) };
}
