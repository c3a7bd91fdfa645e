import { ATTACKERS, type Attacker } from '../generator/event.ts';
import { createRandom } from '../generator/random.ts';
import type { ScoredWorld } from '../scored.ts';
import { quantile } from '../summary.ts';
import { type Calibration, createCalibrationBins } from './calibration.ts';
import { type Ranked, rank, slicesOf } from './sample.ts';

export interface PooledFigure {
  readonly value: number;
  /** 95 %, by the bootstrap over users. */
  readonly low: number;
  readonly high: number;
}
export type PooledCalibration = Readonly<Record<keyof Calibration, PooledFigure>>;

/**
 * Calibration of all worlds of a kind together: one regression. The riskiest scores of a single world hold a handful of
 * honest logins, and where classes hardly overlap a logistic regression on few of them overstates its slope (Firth,
 * "Bias reduction of maximum likelihood estimates", Biometrika 80, 1993), so a mean of single worlds' slopes does too.
 */
export function pooledCalibration(
  worlds: readonly ScoredWorld[],
  priorLogOdds: number,
  draws: number,
): PooledCalibration {
  const users = worlds.reduce((sum, world) => sum + world.users, 0);
  const sample = { logins: pooled(worlds, null), attacks: attacksOf(worlds) };
  const bins = createCalibrationBins(sample, priorLogOdds);
  const once = bins.of(sample, new Float64Array(users).fill(1));
  const random = createRandom(`bootstrap/${worlds.map(({ name }) => name).join('/')}`);
  const drawn: Calibration[] = [];
  for (let b = 0; b < draws; b++) {
    const weights = new Float64Array(users);
    let first = 0;
    for (const world of worlds) {
      for (let i = 0; i < world.users; i++) {
        const user = first + Math.floor(random.next() * world.users);
        weights[user] = (weights[user] ?? 0) + 1;
      }
      first += world.users;
    }
    drawn.push(bins.of(sample, weights));
  }
  const figure = (key: keyof Calibration): PooledFigure => {
    const sorted = drawn.map((one) => one[key]).sort((a, b) => a - b);
    return { value: once[key], low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
  };
  return {
    slope: figure('slope'),
    intercept: figure('intercept'),
    observedOverExpected: figure('observedOverExpected'),
  };
}

const attacksOf = (worlds: readonly ScoredWorld[]): Readonly<Record<Attacker, Ranked>> =>
  Object.fromEntries(ATTACKERS.map((attacker, k) => [attacker, pooled(worlds, k)])) as Record<
    Attacker,
    Ranked
  >;

/** Honest logins (`null`) or takeovers of one kind in the reported slices, users numbered through all worlds. */
function pooled(worlds: readonly ScoredWorld[], attacker: number | null): Ranked {
  const user: number[] = [];
  const score: number[] = [];
  let first = 0;
  for (const world of worlds) {
    const { test_day } = slicesOf(world.days);
    const of = attacker === null ? world.logins : world.attacks;
    for (let i = 0; i < of.user.length; i++) {
      if ((of.day[i] ?? 0) < test_day) continue;
      if (attacker !== null && world.attacks.attacker[i] !== attacker) continue;
      user.push(first + (of.user[i] ?? 0));
      score.push(of.score.gatehouse[i] ?? 0);
    }
    first += world.users;
  }
  return rank([...user.keys()], user, score);
}
