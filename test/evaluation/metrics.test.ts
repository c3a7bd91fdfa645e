import { describe, expect, it } from 'vitest';
import { createRandom } from '../../bench/evaluation/generator/random.ts';
import { signatureCeilings } from '../../bench/evaluation/metrics/ceiling.ts';
import { firstLogins } from '../../bench/evaluation/metrics/first-logins.ts';
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
    const world: ScoredWorld = {
      name: 'one',
      users: 1,
      days: 4,
      events: 0,
      logins: {
        user: Array(1_000).fill(0),
        n: Array(1_000).fill(1),
        day: Array(1_000).fill(3),
        lookAlike: [],
        answer: [],
        signature: Array(1_000).fill(7),
        score: emptyScores(),
        share: [],
        raw: [],
      },
      attacks: {
        user: [0, 0],
        n: [1, 1],
        day: [3, 3],
        attacker: [0, 0],
        answer: [],
        signature: [7, 8],
        score: emptyScores(),
        share: [],
        raw: [],
      },
      firstLogins: { count: 0, challenged: 0 },
      honestFailures: { count: 0, noticed: 0 },
      campaigns: [],
      falseAlarms: 0,
      poison: [],
    };
    // Half of the attacks wear the signature of every honest login: 1 % of them may be challenged.
    expect(signatureCeilings([world], 0.01).naive).toBeCloseTo(0.5 + 0.5 * 0.01, 2);
  });
});
