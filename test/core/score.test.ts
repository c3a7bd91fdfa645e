import { describe, expect, test } from 'vitest';
import { createScorer, logistic } from '../../src/core/score.ts';
import { CATEGORIES, type Signal } from '../../src/core/signal.ts';
import { caps, facts, login, randomSignals, seeded, signal, sum, unable } from './fixtures.ts';

const PRIOR = -5.3;
const run = (signals: readonly Signal[], limits = caps(), prior = PRIOR) =>
  createScorer(signals, limits)(login(), facts(), prior);

describe('the score is the sum of its evidence', () => {
  test('the prior enters once, and nothing else than the shares is added', () => {
    const score = run([signal('device.a', 1.25), signal('device.b', -0.5), signal('location.c', 2)]);
    expect(score.logOdds).toBe(-2.55);
    expect(score.score).toBe(logistic(-2.55));
    expect(score.priorLogOdds).toBe(-5.3);
  });

  test('log-odds are prior plus shares to 1e-9 and shares are whole millionths, over 2,000 random registries', () => {
    const random = seeded(7);
    for (let i = 0; i < 2000; i++) {
      const limits = caps(random() * 4, random() * 4);
      const prior = -10 * random();
      const { logOdds, priorLogOdds, signals, score } = run(randomSignals(random), limits, prior);
      expect(Math.abs(logOdds - (priorLogOdds + sum(signals.map((s) => s.logOdds))))).toBeLessThan(1e-9);
      expect(score).toBe(logistic(logOdds));
      for (const judged of signals) {
        expect(judged.logOdds).toBe(Math.round(judged.logOdds * 1e6) / 1e6);
        expect(Object.is(judged.logOdds, -0) || Object.is(judged.rawLogOdds, -0)).toBe(false);
      }
    }
  });

  test('the order of the registry changes no score', () => {
    const random = seeded(11);
    for (let i = 0; i < 200; i++) {
      const signals = randomSignals(random);
      const forwards = run(signals, caps(2, 1.5));
      const backwards = run([...signals].reverse(), caps(2, 1.5));
      expect(backwards.logOdds).toBe(forwards.logOdds);
    }
  });

  test('what is neutral or abstains says 0, and an abstention keeps its reason', () => {
    const { signals } = run([signal('device.a', null), signal('device.b', unable)]);
    expect(signals.map((s) => [s.state, s.logOdds, s.rawLogOdds, s.why])).toEqual([
      ['neutral', 0, 0, null],
      ['abstain', 0, 0, 'no_history'],
    ]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'a judge that says %s abstains instead of spoiling the sum',
    (nonsense) => {
      const { signals, logOdds } = run([signal('device.a', nonsense), signal('location.b', 1)]);
      expect(signals[0]).toMatchObject({ state: 'abstain', logOdds: 0, rawLogOdds: 0, why: 'imprecise' });
      expect(logOdds).toBe(-4.3);
    },
  );

  test('evidence below half a millionth is 0 and not −0', () => {
    const { signals } = run([signal('device.a', -1e-9)]);
    expect(Object.is(signals[0]?.logOdds, 0)).toBe(true);
    expect(Object.is(signals[0]?.rawLogOdds, 0)).toBe(true);
  });
});

describe('correlated evidence is capped by category', () => {
  test('a capped category adds up to its cap exactly, in proportion, and keeps the raw evidence', () => {
    const { signals } = run(
      [signal('device.a', 3), signal('device.b', 1), signal('location.c', 1)],
      caps(2, 2),
    );
    expect(signals.map((s) => s.logOdds)).toEqual([1.5, 0.5, 1]);
    expect(signals.map((s) => s.rawLogOdds)).toEqual([3, 1, 1]);
  });

  test('trust and risk of one category are capped apart: neither eats the room of the other', () => {
    const { signals, logOdds } = run(
      [signal('device.a', 5), signal('device.b', -7), signal('device.c', -1)],
      caps(2, 4),
    );
    expect(signals.map((s) => s.logOdds)).toEqual([2, -3.5, -0.5]);
    expect(logOdds).toBe(-7.3);
  });

  test('what rounding leaves over goes to the largest share, so that a full category never wobbles', () => {
    const thirds = run([signal('device.a', 1), signal('device.b', 1.1), signal('device.c', 1)], caps(1, 1));
    expect(thirds.logOdds).toBe(-4.3);
    expect(Math.max(...thirds.signals.map((s) => s.logOdds))).toBe(thirds.signals[1]?.logOdds);
  });

  test('no category ever exceeds its caps, over random registries', () => {
    const random = seeded(3);
    for (let i = 0; i < 500; i++) {
      const limit = { up: random() * 3, down: random() * 3 };
      const { signals } = run(randomSignals(random), caps(limit.up, limit.down));
      for (const category of CATEGORIES) {
        const shares = signals.filter((s) => s.category === category).map((s) => s.logOdds);
        expect(sum(shares.filter((x) => x > 0))).toBeLessThanOrEqual(limit.up + 1e-6);
        expect(sum(shares.filter((x) => x < 0))).toBeGreaterThanOrEqual(-limit.down - 1e-6);
      }
    }
  });

  test('a share never has another sign than its raw evidence, nor a larger size', () => {
    const random = seeded(5);
    for (let i = 0; i < 500; i++) {
      for (const { logOdds, rawLogOdds } of run(randomSignals(random), caps(1, 1)).signals) {
        expect(logOdds * rawLogOdds).toBeGreaterThanOrEqual(0);
        expect(Math.abs(logOdds)).toBeLessThanOrEqual(Math.abs(rawLogOdds) + 1e-4);
      }
    }
  });
});

describe('more evidence against a login never lowers its score', () => {
  test('raising any one signal never lowers the log-odds, over random registries and caps', () => {
    const random = seeded(13);
    for (let i = 0; i < 1000; i++) {
      const signals = randomSignals(random);
      const limits = caps(random() * 3, random() * 3);
      const raised = Math.floor(random() * signals.length);
      const before = run(signals, limits).logOdds;
      const more = signals.map((s, j) => {
        if (j !== raised) return s;
        const finding = s.judge(login(), facts());
        const raw = finding.state === 'evidence' ? finding.rawLogOdds : 0;
        return signal(s.id, raw + random() * 2, { dependsOnOthers: s.dependsOnOthers });
      });
      expect(run(more, limits).logOdds).toBeGreaterThanOrEqual(before);
    }
  });

  test('the score never falls while failures mount, beyond the cap too, by not even a millionth', () => {
    const limits = caps(3, 3);
    let before = Number.NEGATIVE_INFINITY;
    for (let failures = 0; failures <= 2000; failures++) {
      const { logOdds } = run(
        [
          signal('velocity.user', Math.log1p(failures) * 0.7),
          signal('velocity.address', Math.log1p(failures / 3) * 0.9, { dependsOnOthers: true }),
          signal('velocity.network', Math.log1p(failures / 7) * 0.31),
          signal('device.known', -1.7),
        ],
        limits,
      );
      expect(logOdds).toBeGreaterThanOrEqual(before);
      before = logOdds;
    }
    expect(before).toBe(-5.3 + 3 - 1.7);
  });
});

describe('a login is also scored without what strangers can do to it', () => {
  test('the own score leaves out positive evidence that depends on others and keeps all trust', () => {
    const { score, ownScore } = run([
      signal('velocity.others', 4, { dependsOnOthers: true }),
      signal('network.common', -1, { dependsOnOthers: true }),
      signal('location.new', 2),
    ]);
    expect(score).toBe(logistic(-0.3));
    expect(ownScore).toBe(logistic(-4.3));
  });

  test('the own score never exceeds the score, over random registries', () => {
    const random = seeded(17);
    for (let i = 0; i < 1000; i++) {
      const { score, ownScore } = run(randomSignals(random), caps(random() * 4, random() * 4));
      expect(ownScore).toBeLessThanOrEqual(score);
    }
  });

  test('a category counts from a tenth of a nat, for the own evidence without that of others', () => {
    const { categories, ownCategories } = run([
      signal('velocity.others', 4, { dependsOnOthers: true }),
      signal('location.new', 2),
      signal('behaviour.hour', 0.05),
      signal('device.known', -3),
    ]);
    expect([categories, ownCategories]).toEqual([2, 1]);
  });
});
