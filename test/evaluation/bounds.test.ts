import { describe, expect, it } from 'vitest';
import { createRandom } from '../../bench/evaluation/generator/random.ts';
import { ablationOf } from '../../bench/evaluation/metrics/ablation.ts';
import { boost } from '../../bench/evaluation/metrics/boosted-trees.ts';
import { pooledCalibration } from '../../bench/evaluation/metrics/pooled-calibration.ts';
import { emptyScores, type ScoredWorld } from '../../bench/evaluation/scored.ts';
import { logistic } from '../../src/core/score.ts';
import { CATEGORIES } from '../../src/core/signal.ts';

describe('what labels are worth', () => {
  it('trees find what no sum of two signals shows', () => {
    const random = createRandom('trees');
    const n = 2_000;
    const rows = Float32Array.from({ length: 2 * n }, () => (random.next() < 0.5 ? 0 : 1));
    const labels = Uint8Array.from({ length: n }, (_, i) =>
      (rows[2 * i] ?? 0) === (rows[2 * i + 1] ?? 0) ? 1 : 0,
    );
    // The halves are not quite even, or nothing tells the first cut.
    const weights = Float64Array.from(labels, (_, i) => 1 + (rows[2 * i] ?? 0));
    const trees = boost(rows, labels, weights, { features: 2, trees: 40, depth: 2, rate: 0.3 });
    const says = (a: number, b: number) => trees.score(Float32Array.of(a, b), 0);
    expect(Math.min(says(0, 0), says(1, 1))).toBeGreaterThan(2);
    expect(Math.max(says(0, 1), says(1, 0))).toBeLessThan(-2);
  });

  it('the same rows give the same trees', () => {
    const random = createRandom('again');
    const rows = Float32Array.from({ length: 3_000 }, () => random.normal(0, 1));
    const labels = Uint8Array.from({ length: 1_000 }, (_, i) => ((rows[3 * i] ?? 0) > 0 ? 1 : 0));
    const weights = new Float64Array(1_000).fill(1);
    const one = () =>
      boost(rows, labels, weights, { features: 3, trees: 10, depth: 3, rate: 0.2 }).score(rows, 9);
    expect(one()).toBe(one());
  });
});

/** One honest user of many logins and takeovers; `logit` gives the share of takeovers among each score. */
function worldOf(name: string, logit: (score: number) => number): ScoredWorld {
  const random = createRandom(name);
  const logins = {
    user: [],
    n: [],
    day: [],
    lookAlike: [],
    answer: [],
    signature: [],
    score: emptyScores(),
    share: [],
    raw: [],
  } as unknown as ScoredWorld['logins'];
  const attacks = {
    user: [],
    n: [],
    day: [],
    attacker: [],
    answer: [],
    signature: [],
    score: emptyScores(),
    share: [],
    raw: [],
  } as unknown as ScoredWorld['attacks'];
  for (let i = 0; i < 30_000; i++) {
    const score = -8 + 12 * random.next();
    const to = random.next() < logistic(logit(score)) ? attacks : logins;
    to.user.push(i % 50);
    to.n.push(3);
    to.day.push(i % 2 === 0 ? 60 : 80);
    to.score.gatehouse.push(score);
    // All of it is the network's.
    to.share.push(...CATEGORIES.map((category) => (category === 'network' ? score : 0)));
    if (to === attacks) attacks.attacker.push(0);
    else logins.lookAlike.push(-1);
  }
  return {
    name,
    users: 50,
    days: 100,
    events: 0,
    logins,
    attacks,
    firstLogins: { count: 0, challenged: 0 },
    honestFailures: { count: 0, noticed: 0 },
    campaigns: [],
    falseAlarms: 0,
    poison: [],
  };
}

describe('several worlds together', () => {
  it('have the slope that their scores were made with, and an interval around it', () => {
    const worlds = ['a', 'b', 'c'].map((name) => worldOf(name, (score) => 1.5 * score));
    const { slope } = pooledCalibration(worlds, -5.3, 40);
    expect(slope.value).toBeGreaterThan(1.35);
    expect(slope.value).toBeLessThan(1.65);
    expect(slope.low).toBeLessThan(slope.value);
    expect(slope.high).toBeGreaterThan(slope.value);
  });

  it('lose by the ablation what the category knew, and nothing by those that said nothing', () => {
    const worlds = [worldOf('a', (score) => 3 * score)];
    const without = ablationOf(worlds, 0.01);
    expect(without.device.naive).toBeGreaterThan(0.8);
    expect(without.network.naive).toBeLessThan(0.05);
  });
});
