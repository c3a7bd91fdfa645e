import { ATTACKERS, LOOK_ALIKES } from '../generator/event.ts';
import { mixtureWeights } from '../mixture.ts';
import type { ScoredAttacks, ScoredLogins, ScoredWorld } from '../scored.ts';
import { meanOf } from '../summary.ts';
import { type Boosted, boost } from './boosted-trees.ts';
import { type ChangedWorld, lookAlikeLogins } from './look-alikes.ts';
import { slicesOf } from './sample.ts';

/** What labels would be worth: trees that learned from them, at the same budget of honest challenges. */
export interface Oracle {
  readonly challenged: number;
  readonly tpr: Readonly<Record<string, number>>;
  readonly lookAlikes: Readonly<Record<string, number>>;
}

const BUDGET = 0.01;
const OPTIONS = { trees: 120, depth: 3, rate: 0.15 } as const;
/** Weight of all takeovers to that of all honest logins, half by the mixture and half evenly. */
const ATTACK_WEIGHT = 0.05;

/**
 * An upper bound for what any weighing of the product's signals could do, in practice: boosted trees, with all
 * interactions of three signals, that saw the true labels of the other worlds of the kind, tried on the world that was
 * left out, thresholds chosen as for the product. `null` where there is one world only.
 */
export function oracleOf(changed: readonly ChangedWorld[]): Oracle | null {
  if (changed.length < 2) return null;
  const rates = changed.map((one) =>
    tryOn(one, trainOn(changed.flatMap((other) => (other === one ? [] : [other.world])))),
  );
  const mean = (of: (one: Rates) => Readonly<Record<string, number>>, keys: readonly string[]) =>
    Object.fromEntries(keys.map((key) => [key, meanOf(rates.map((one) => of(one)[key] ?? Number.NaN))]));
  return {
    challenged: meanOf(rates.map(({ challenged }) => challenged)),
    tpr: mean(({ tpr }) => tpr, ATTACKERS),
    lookAlikes: Object.fromEntries(
      LOOK_ALIKES.map((key) => {
        const [challenged, all] = [0, 1].map((k) =>
          rates.reduce((sum, { lookAlikes }) => sum + (lookAlikes[key]?.[k] ?? 0), 0),
        );
        return [key, (challenged ?? 0) / (all ?? 0)];
      }),
    ),
  };
}

interface Rates {
  readonly challenged: number;
  readonly tpr: Readonly<Record<string, number>>;
  /** Logins challenged, and logins. */
  readonly lookAlikes: Readonly<Record<string, readonly [number, number]>>;
}

function trainOn(worlds: readonly ScoredWorld[]): Boosted {
  const parts = worlds.flatMap((world) => {
    const { threshold_day, test_day } = slicesOf(world.days);
    return [
      { of: world.logins, attacker: null, from_day: threshold_day },
      { of: world.attacks, attacker: world.attacks.attacker, from_day: test_day },
    ].map(({ of, attacker, from_day }) => ({ of, attacker, at: from(of, from_day) }));
  });
  const n = parts.reduce((sum, { at }) => sum + at.length, 0);
  const k = featuresOf(worlds[0]?.logins);
  const rows = new Float32Array(n * k);
  const labels = new Uint8Array(n);
  const kinds = new Int8Array(n).fill(-1);
  let row = 0;
  for (const { of, attacker, at } of parts) {
    for (const i of at) {
      for (let j = 0; j < k; j++) rows[row * k + j] = of.raw[i * k + j] ?? 0;
      if (attacker !== null) {
        labels[row] = 1;
        kinds[row] = attacker[i] ?? 0;
      }
      row++;
    }
  }
  const counts = Object.fromEntries(
    ATTACKERS.map((name, kind) => [name, kinds.reduce((sum, one) => sum + (one === kind ? 1 : 0), 0)]),
  ) as Record<(typeof ATTACKERS)[number], number>;
  const mixture = mixtureWeights(counts);
  const present = ATTACKERS.filter((name) => counts[name] > 0).length;
  const honest = kinds.reduce((sum, kind) => sum + (kind < 0 ? 1 : 0), 0);
  const weightOf = ATTACKERS.map(
    (name) => ATTACK_WEIGHT * honest * (0.5 * mixture[name] + 0.5 / present / Math.max(1, counts[name])),
  );
  const weights = Float64Array.from(kinds, (kind) => (kind < 0 ? 1 : (weightOf[kind] ?? 0)));
  return boost(rows, labels, weights, { features: k, ...OPTIONS });
}

function tryOn(changed: ChangedWorld, trees: Boosted): Rates {
  const { world } = changed;
  const { threshold_day, test_day } = slicesOf(world.days);
  const { logins, attacks } = world;
  const scoresOf = (of: ScoredLogins | ScoredAttacks): Float64Array => {
    const k = featuresOf(of);
    const rows = Float32Array.from(of.raw);
    return Float64Array.from(of.user, (_, i) => trees.score(rows, i * k));
  };
  const honest = scoresOf(logins);
  const taken = scoresOf(attacks);
  const chosen = from(logins, threshold_day)
    .filter((i) => (logins.day[i] ?? 0) < test_day)
    .map((i) => honest[i] as number)
    .sort((a, b) => b - a);
  const threshold = chosen[Math.floor(BUDGET * chosen.length)] ?? Number.POSITIVE_INFINITY;
  const share = (scores: Float64Array, at: readonly number[]): number =>
    at.length === 0 ? Number.NaN : at.filter((i) => (scores[i] as number) > threshold).length / at.length;
  const tested = from(logins, test_day);
  const attacked = from(attacks, test_day);
  return {
    challenged: share(honest, tested),
    tpr: Object.fromEntries(
      ATTACKERS.map((name, kind) => [
        name,
        share(
          taken,
          attacked.filter((i) => attacks.attacker[i] === kind),
        ),
      ]),
    ),
    lookAlikes: Object.fromEntries(
      LOOK_ALIKES.map((name) => {
        let [challenged, all] = [0, 0];
        for (const { logins: of, at } of lookAlikeLogins(changed, name)) {
          const k = featuresOf(of);
          all += at.length;
          challenged += at.filter((i) => {
            const row = Float32Array.from(of.raw.slice(i * k, (i + 1) * k));
            return trees.score(row, 0) > threshold;
          }).length;
        }
        return [name, [challenged, all] as const];
      }),
    ),
  };
}

const from = ({ day }: ScoredLogins | ScoredAttacks, first_day: number): number[] =>
  [...day.keys()].filter((i) => (day[i] ?? 0) >= first_day);

const featuresOf = (of: ScoredLogins | ScoredAttacks | undefined): number =>
  of === undefined || of.user.length === 0 ? 0 : of.raw.length / of.user.length;
