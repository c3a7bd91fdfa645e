import { ATTACKERS } from '../generator/event.ts';
import { createRandom } from '../generator/random.ts';
import { MODELS, type Model, type ScoredWorld } from '../scored.ts';
import { createCalibrationBins } from './calibration.ts';
import { areaUnderCurve, shareFrom, thresholdFor, thresholdForTpr, type Weights } from './rates.ts';
import { FIRST_COUNTS, type Sample, sampleOf } from './sample.ts';

/** Shares of honest logins that may be challenged. */
export const BUDGETS = [0.001, 0.01, 0.05] as const;
/** The published evaluation sets its threshold by what it catches, for each attacker apart. */
export const PUBLISHED_TPR = 0.99;
export const PUBLISHED_ATTACKERS = ['naive', 'vpn', 'targeted'] as const;

/** A figure's name, like `gatehouse/tpr/0.01/naive`, and its value. */
export type Figures = ReadonlyMap<string, number>;

/** The estimate of one world and what the bootstrap made of it. */
export interface Measured {
  readonly world: string;
  readonly figures: Figures;
  /** A value a draw; every figure has all of them. */
  readonly draws: ReadonlyMap<string, Float64Array>;
}

interface Meter {
  readonly model: Model;
  readonly sample: Sample;
  readonly calibration: ReturnType<typeof createCalibrationBins> | null;
}

/**
 * Measures every model in a world, and `draws` times again with users drawn with replacement (the bootstrap by
 * clusters: logins of one person resemble each other). All models meet the same draws, so differences are paired. A
 * draw chooses its thresholds anew.
 */
export function measureWorld(world: ScoredWorld, priorLogOdds: number, draws: number): Measured {
  const meters = MODELS.map((model): Meter => {
    const sample = sampleOf(world, model);
    return {
      model,
      sample,
      calibration: model === 'gatehouse' ? createCalibrationBins(sample, priorLogOdds) : null,
    };
  });
  const once = new Float64Array(world.users).fill(1);
  const figures = measure(meters, once);
  const drawn = new Map([...figures.keys()].map((key) => [key, new Float64Array(draws)]));
  const random = createRandom(`bootstrap/${world.name}`);
  for (let b = 0; b < draws; b++) {
    const weights = new Float64Array(world.users);
    for (let i = 0; i < world.users; i++) {
      const user = Math.floor(random.next() * world.users);
      weights[user] = (weights[user] ?? 0) + 1;
    }
    for (const [key, value] of measure(meters, weights)) {
      const list = drawn.get(key);
      if (list !== undefined) list[b] = value;
    }
  }
  return { world: world.name, figures, draws: drawn };
}

function measure(meters: readonly Meter[], weights: Weights): Map<string, number> {
  const figures = new Map<string, number>();
  for (const { model, sample, calibration } of meters) {
    const set = (name: string, value: number): void => {
      figures.set(`${model}/${name}`, value);
    };
    if (model === 'new_country' || model === 'new_device') {
      // A rule has one working point and no threshold to choose.
      set('challenged/rule', shareFrom(sample.logins, weights, 1));
      for (const attacker of ATTACKERS) {
        set(`tpr/rule/${attacker}`, shareFrom(sample.attacks[attacker], weights, 1));
      }
      continue;
    }
    for (const attacker of ATTACKERS) {
      set(`auc/${attacker}`, areaUnderCurve(sample.attacks[attacker], sample.logins, weights));
    }
    for (const budget of BUDGETS) {
      const threshold = thresholdFor(sample.threshold, weights, budget);
      set(`challenged/${budget}`, shareFrom(sample.logins, weights, threshold));
      for (const attacker of ATTACKERS) {
        set(`tpr/${budget}/${attacker}`, shareFrom(sample.attacks[attacker], weights, threshold));
      }
      if (budget !== 0.01) continue;
      for (const first of FIRST_COUNTS) {
        const { median, mean } = sample.firsts.challenges(first, threshold, weights);
        set(`median_challenges/${first}`, median);
        set(`mean_challenges/${first}`, mean);
      }
    }
    for (const attacker of PUBLISHED_ATTACKERS) {
      const threshold = thresholdForTpr(sample.attacks[attacker], weights, PUBLISHED_TPR);
      set(`reauth/${attacker}`, shareFrom(sample.logins, weights, threshold));
      for (const first of FIRST_COUNTS) {
        set(`reauth_median/${attacker}/${first}`, sample.firsts.challenges(first, threshold, weights).median);
      }
    }
    if (calibration === null) continue;
    const { slope, intercept, observedOverExpected } = calibration.of(sample, weights);
    set('calibration/slope', slope);
    set('calibration/intercept', intercept);
    set('calibration/observed_over_expected', observedOverExpected);
  }
  return figures;
}
