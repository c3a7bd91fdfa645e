import { hadCookie } from '../baselines/signature.ts';
import { LOOK_ALIKES, type LookAlike } from '../generator/event.ts';
import { createRandom } from '../generator/random.ts';
import type { Model, ScoredLogins, ScoredWorld } from '../scored.ts';
import { quantile } from '../summary.ts';
import { shareFrom, thresholdFor, totalOf, type Weights } from './rates.ts';
import { type Ranked, rank, slicesOf } from './sample.ts';

/** A world, and the same world with honest changes of its reported slice (`ChangePlan`), once for every round. */
export interface ChangedWorld {
  readonly world: ScoredWorld;
  readonly rounds: readonly ScoredWorld[];
}

export interface LookAlikeFigure {
  /** Logins of this kind in the reported slices, of the worlds as they are and of their rounds. */
  readonly logins: number;
  /** Those among them that happened without a plan. */
  readonly unplanned: number;
  readonly people: number;
  /** Share challenged at the threshold of the world as it is, with its 95 % interval (bootstrap over users). */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Logins with a cookie that the user never had, and the share of them that is challenged. */
  readonly strange: number;
  readonly strangeChallenged: number;
  /** Share that the policy as shipped challenges. */
  readonly shipped: number;
}
export type LookAlikeFigures = Readonly<Record<LookAlike, LookAlikeFigure>>;

/** These happen by plan too; of the others a round only repeats what the world itself has. */
const PLANNED: readonly LookAlike[] = [
  'holiday',
  'password_manager',
  'new_phone',
  'new_computer',
  'renumbering',
  'corporate_vpn',
];

/**
 * How many of each look-alike are challenged at the threshold of the budget: counts of all worlds together, because a
 * mean of worlds lets one login in a quiet world count as much as ten in another. Thresholds are chosen on the worlds
 * as they are.
 */
export function lookAlikeFigures(
  changed: readonly ChangedWorld[],
  model: Model,
  budget: number,
  draws: number,
): LookAlikeFigures {
  const worlds = changed.map((one) => prepare(one, model));
  const tally = (weights: readonly Weights[]): readonly number[] => {
    const challenged = LOOK_ALIKES.map(() => 0);
    const all = LOOK_ALIKES.map(() => 0);
    worlds.forEach(({ threshold, kinds }, w) => {
      const own = weights[w] as Weights;
      const from = thresholdFor(threshold, own, budget);
      kinds.forEach((logins, k) => {
        const total = totalOf(logins, own);
        if (total === 0) return;
        all[k] = (all[k] ?? 0) + total;
        challenged[k] = (challenged[k] ?? 0) + total * shareFrom(logins, own, from);
      });
    });
    return LOOK_ALIKES.map((_, k) => (challenged[k] ?? 0) / (all[k] ?? 0));
  };
  const values = tally(changed.map(({ world }) => new Float64Array(world.users).fill(1)));
  const random = createRandom(`look-alikes/${changed.map(({ world }) => world.name).join('/')}`);
  const drawn = Array.from({ length: draws }, () =>
    tally(
      changed.map(({ world: { users } }) => {
        const weights = new Float64Array(users);
        for (let i = 0; i < users; i++) {
          const user = Math.floor(random.next() * users);
          weights[user] = (weights[user] ?? 0) + 1;
        }
        return weights;
      }),
    ),
  );
  return Object.fromEntries(
    LOOK_ALIKES.map((lookAlike, k): [LookAlike, LookAlikeFigure] => {
      const sorted = drawn
        .map((one) => one[k] ?? Number.NaN)
        .filter(Number.isFinite)
        .sort((a, b) => a - b);
      return [
        lookAlike,
        {
          logins: sum(worlds.map(({ kinds }) => kinds[k]?.user.length ?? 0)),
          unplanned: sum(worlds.map(({ unplanned }) => unplanned[k] ?? 0)),
          people: sum(worlds.map(({ kinds }) => new Set(kinds[k]?.user).size)),
          value: values[k] ?? Number.NaN,
          low: quantile(sorted, 0.025),
          high: quantile(sorted, 0.975),
          strange: sum(worlds.map(({ strange }) => strange[k]?.user.length ?? 0)),
          strangeChallenged: strangeShare(worlds, k, budget),
          shipped:
            sum(worlds.map(({ noticed }) => noticed[k] ?? 0)) /
            sum(worlds.map(({ kinds }) => kinds[k]?.user.length ?? 0)),
        },
      ];
    }),
  ) as Record<LookAlike, LookAlikeFigure>;
}

/** Logins of one look-alike in the reported slices of a world and its rounds: which round (−1: none) and which login. */
export function lookAlikeLogins(
  { world, rounds }: ChangedWorld,
  lookAlike: LookAlike,
): readonly { readonly logins: ScoredLogins; readonly at: readonly number[] }[] {
  const { test_day } = slicesOf(world.days);
  const kind = LOOK_ALIKES.indexOf(lookAlike);
  const of = ({ logins }: ScoredWorld): number[] =>
    [...logins.user.keys()].filter((i) => (logins.day[i] ?? 0) >= test_day && logins.lookAlike[i] === kind);
  const unplanned = of(world);
  const key = ({ user, n }: ScoredLogins, i: number): string => `${user[i]}/${n[i]}`;
  // What the world itself has comes again in each round.
  const counted = new Set(unplanned.map((i) => key(world.logins, i)));
  const planned = PLANNED.includes(lookAlike) ? rounds : [];
  return [
    { logins: world.logins, at: unplanned },
    ...planned.map((round) => ({
      logins: round.logins,
      at: of(round).filter((i) => !counted.has(key(round.logins, i))),
    })),
  ];
}

function strangeShare(worlds: readonly Prepared[], k: number, budget: number): number {
  let [challenged, all] = [0, 0];
  for (const { users, threshold, strange } of worlds) {
    const once = new Float64Array(users).fill(1);
    const logins = strange[k];
    if (logins === undefined || logins.user.length === 0) continue;
    all += logins.user.length;
    challenged += logins.user.length * shareFrom(logins, once, thresholdFor(threshold, once, budget));
  }
  return challenged / all;
}

interface Prepared {
  readonly users: number;
  readonly threshold: Ranked;
  readonly kinds: readonly Ranked[];
  /** Those of them with a cookie that the user never had. */
  readonly strange: readonly Ranked[];
  readonly unplanned: readonly number[];
  /** Those that the policy as shipped answers by more than `allow`. */
  readonly noticed: readonly number[];
}

function prepare(changed: ChangedWorld, model: Model): Prepared {
  const { logins, days } = changed.world;
  const { threshold_day, test_day } = slicesOf(days);
  const chosen = [...logins.day.keys()].filter(
    (i) => (logins.day[i] ?? 0) >= threshold_day && (logins.day[i] ?? 0) < test_day,
  );
  const parts = LOOK_ALIKES.map((lookAlike) => lookAlikeLogins(changed, lookAlike));
  const ranked = (list: (typeof parts)[number], keep: (signature: number) => boolean): Ranked => {
    const kept = list.map((part) => ({
      logins: part.logins,
      at: part.at.filter((i) => keep(part.logins.signature[i] ?? 0)),
    }));
    const user = kept.flatMap((part) => part.at.map((i) => part.logins.user[i] ?? 0));
    const score = kept.flatMap((part) => part.at.map((i) => part.logins.score[model][i] ?? 0));
    return rank([...user.keys()], user, score);
  };
  return {
    users: changed.world.users,
    threshold: rank(chosen, logins.user, logins.score[model]),
    kinds: parts.map((list) => ranked(list, () => true)),
    strange: parts.map((list) => ranked(list, (signature) => !hadCookie(signature))),
    unplanned: parts.map((list) => list[0]?.at.length ?? 0),
    noticed: parts.map((list) =>
      sum(list.map((part) => part.at.filter((i) => (part.logins.answer[i] ?? 0) > 0).length)),
    ),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
