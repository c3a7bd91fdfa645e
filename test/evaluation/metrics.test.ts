import { describe, expect, it } from 'vitest';
import { LOOK_ALIKES } from '../../bench/evaluation/generator/event.ts';
import { createRandom } from '../../bench/evaluation/generator/random.ts';
import { signatureCeilings } from '../../bench/evaluation/metrics/ceiling.ts';
import { firstLogins } from '../../bench/evaluation/metrics/first-logins.ts';
import { lookAlikesByLikelihoodRatio } from '../../bench/evaluation/metrics/likelihood-ratio.ts';
import { lookAlikeFloor } from '../../bench/evaluation/metrics/look-alike-floor.ts';
import { type ChangedWorld, lookAlikeFigures } from '../../bench/evaluation/metrics/look-alikes.ts';
import {
  areaUnderCurve,
  shareFrom,
  thresholdFor,
  thresholdForTpr,
} from '../../bench/evaluation/metrics/rates.ts';
import { type Ranked, rank } from '../../bench/evaluation/metrics/sample.ts';
import { emptyScores, type ScoredWorld } from '../../bench/evaluation/scored.ts';

const ranked = (scores: readonly number[]): Ranked => rank([...scores.keys()], [...scores.keys()], scores);
const ones = (n: number): Float64Array => new Float64Array(n).fill(1);

describe('the metrics', () => {
  it('area under the curve is the share of pairs in which the attack scores higher, ties half', () => {
    const random = createRandom('auc');
    const attacks = Array.from({ length: 40 }, () => random.integer(3, 12));
    const logins = Array.from({ length: 60 }, () => random.integer(0, 9));
    let wins = 0;
    for (const a of attacks) for (const b of logins) wins += a > b ? 1 : a === b ? 0.5 : 0;
    expect(areaUnderCurve(ranked(attacks), ranked(logins), ones(60))).toBeCloseTo(wins / (40 * 60), 12);
  });

  it('a threshold challenges at most its budget, ties together or not at all', () => {
    const logins = ranked([9, 8, 8, 8, 1, 1, 1, 1, 1, 1]);
    expect(thresholdFor(logins, ones(10), 0.1)).toBe(9);
    expect(thresholdFor(logins, ones(10), 0.3)).toBe(9);
    expect(thresholdFor(logins, ones(10), 0.4)).toBe(8);
    expect(thresholdFor(logins, ones(10), 0.05)).toBe(Number.POSITIVE_INFINITY);
    expect(shareFrom(logins, ones(10), 8)).toBeCloseTo(0.4);
    expect(shareFrom(logins, ones(10), Number.POSITIVE_INFINITY)).toBe(0);
  });

  it('a user drawn twice counts twice, one not drawn counts for nothing', () => {
    const logins = ranked([5, 4, 3, 2]);
    expect(shareFrom(logins, Float64Array.of(2, 0, 1, 1), 4)).toBeCloseTo(0.5);
  });

  it('the threshold of a detection rate is the highest that catches so many', () => {
    const attacks = ranked([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    const threshold = thresholdForTpr(attacks, ones(10), 0.8);
    expect(threshold).toBe(2);
    expect(shareFrom(attacks, ones(10), threshold)).toBeCloseTo(0.8);
  });

  it('challenges in the first logins are counted for users who have that many, the very first as none', () => {
    // User 0 logs in four times, challenged at its second and third; user 1 twice.
    const logins = { user: [0, 0, 0, 1], n: [1, 2, 3, 1] };
    const scores = [5, 5, 0, 5];
    const firsts = firstLogins(logins, scores, 2, 20);
    expect(firsts.challenges(3, 4, ones(2))).toEqual({ median: 2, mean: 2 });
    expect(firsts.challenges(2, 4, ones(2))).toEqual({ median: 1, mean: 1 });
  });

  it('the ceiling of signatures catches what no honest login resembles, and the budget’s part of the rest', () => {
    const world = worldOf(
      Array.from({ length: 1_000 }, () => ({ signature: 7 })),
      [{ signature: 7 }, { signature: 8 }],
    );
    // Half of the attacks wear the signature of every honest login: 1 % of them may be challenged.
    expect(signatureCeilings([world], 0.01).naive).toBeCloseTo(0.5 + 0.5 * 0.01, 2);
  });

  it('look-alikes are counted over all worlds, those of a round once', () => {
    const holiday = LOOK_ALIKES.indexOf('holiday');
    const chosen = Array.from({ length: 100 }, (_, i) => ({ user: 1, n: i, day: 2, score: i }));
    const login = (user: number, n: number, score: number, lookAlike = holiday) => ({
      user,
      n,
      score,
      lookAlike,
    });
    const one: ChangedWorld = {
      world: worldOf([...chosen, login(2, 5, 200)], []),
      // The first is the world's own again; an ordinary login of the round is none of it.
      rounds: [worldOf([login(2, 5, 200), login(3, 4, 0), login(3, 5, 0), login(3, 6, 500, -1)], [])],
    };
    const other: ChangedWorld = { world: worldOf([...chosen, login(0, 7, 98.5)], []), rounds: [] };
    const figures = lookAlikeFigures([one, other], 'gatehouse', 0.01, 50).holiday;
    expect(figures).toMatchObject({ logins: 4, unplanned: 2, people: 3, value: 0.25 });
    expect(figures.low).toBeLessThan(0.25);
    expect(figures.high).toBeGreaterThan(0.25);
    expect(lookAlikeFigures([one], 'gatehouse', 0.01, 0).new_phone).toMatchObject({ logins: 0, value: NaN });
  });

  it('the floor of a look-alike is what the goals leave no choice about', () => {
    const holiday = LOOK_ALIKES.indexOf('holiday');
    // Four of ten holidays look like four of ten attacks. Eight attacks must be caught: the six others, and half of
    // these, and so half of those holidays.
    const logins = [
      ...Array.from({ length: 990 }, () => ({ signature: 6 })),
      ...Array.from({ length: 10 }, (_, i) => ({ signature: i < 4 ? 7 : 6, lookAlike: holiday })),
    ];
    const attacks = Array.from({ length: 10 }, (_, i) => ({ signature: i < 6 ? 8 : 7 }));
    const changed = [{ world: worldOf(logins, attacks), rounds: [] }];
    const floor = lookAlikeFloor(changed, 'holiday', { tpr: { naive: 0.8 }, budget: 0.01 });
    expect(floor).toBeLessThanOrEqual(0.2 + 1e-9);
    expect(floor).toBeGreaterThan(0.19);
    expect(lookAlikeFloor(changed, 'holiday', { tpr: { naive: 0.6 }, budget: 0.01 })).toBeCloseTo(0, 9);
    expect(lookAlikeFloor(changed, 'new_phone', { tpr: { naive: 0.6 }, budget: 0.01 })).toBeNaN();
  });

  it('by likelihood ratio the budget goes to the signatures that takeovers have most often for their honest logins', () => {
    const holiday = LOOK_ALIKES.indexOf('holiday');
    // Of 1,000 honest logins 4 have signature 7, all on holiday, and 12 signature 8, two of them on holiday; takeovers have
    // them as often as each other. The 4 go first, and half of the 12 are what is left of a budget of 10.
    const logins = [
      ...Array.from({ length: 984 }, () => ({ signature: 6 })),
      ...Array.from({ length: 4 }, () => ({ signature: 7, lookAlike: holiday })),
      ...Array.from({ length: 12 }, (_, i) => ({ signature: 8, lookAlike: i < 2 ? holiday : -1 })),
    ];
    const attacks = Array.from({ length: 10 }, (_, i) => ({ signature: i < 5 ? 7 : 8 }));
    const shares = lookAlikesByLikelihoodRatio([{ world: worldOf(logins, attacks), rounds: [] }], 0.01);
    expect(shares.holiday).toBeCloseTo((4 + 2 / 2) / 6, 9);
    expect(shares.new_phone).toBeNaN();
  });
});

interface Entry {
  readonly user?: number;
  readonly n?: number;
  readonly day?: number;
  readonly score?: number;
  readonly lookAlike?: number;
  readonly signature?: number;
}

/** A world of four days, of which the third sets the threshold and the last is reported; attacks are naive. */
function worldOf(logins: readonly Entry[], attacks: readonly Entry[]): ScoredWorld {
  const columns = (entries: readonly Entry[]) => ({
    user: entries.map(({ user }) => user ?? 0),
    n: entries.map(({ n }) => n ?? 1),
    day: entries.map(({ day }) => day ?? 3),
    answer: [],
    signature: entries.map(({ signature }) => signature ?? 0),
    score: { ...emptyScores(), gatehouse: entries.map(({ score }) => score ?? 0) },
    share: [],
    raw: [],
  });
  return {
    name: 'one',
    users: 4,
    days: 4,
    events: 0,
    logins: { ...columns(logins), lookAlike: logins.map(({ lookAlike }) => lookAlike ?? -1) },
    attacks: { ...columns(attacks), attacker: attacks.map(() => 0) },
    firstLogins: { count: 0, challenged: 0 },
    honestFailures: { count: 0, noticed: 0 },
    campaigns: [],
    falseAlarms: 0,
    poison: [],
  };
}
