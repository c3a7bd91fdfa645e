import { describe, expect, it } from 'vitest';
import {
  DESIGN_RATES,
  DESIGNS,
  evidenceOfRise,
  type Predictive,
  threshold,
} from '../../../src/core/campaign/cusum.ts';
import { logRising } from '../../../src/core/campaign/log-gamma.ts';
import { seeded } from '../fixtures.ts';

const MONTH_MIN = 43_200;

/** A cell whose rate is known as well as `shape` says. */
const steady = (rate: number, shape: number): Predictive => ({ mean: (minutes) => rate * minutes, shape });
const FAST = 0;

describe('the change-point statistic', () => {
  it('is the Poisson log-likelihood ratio where the usual rate is known exactly', () => {
    for (const [failures, minutes] of [
      [1, 0.2],
      [7, 1.4],
      [60, 30],
    ] as const) {
      expect(evidenceOfRise(FAST, failures, minutes, 0.05, steady(0.05, 1e9))).toBeCloseTo(
        failures * Math.log(4.05 / 0.05) - 4 * minutes,
        4,
      );
    }
  });

  it('is the log of a martingale under the predictive: its rises have a bounded probability', () => {
    for (const rate of [0.02, 0.3, 5]) {
      for (const shape of [0.4, 2, 30]) {
        for (let design = 0; design < DESIGNS; design++) {
          const minutes = 3;
          const usual = steady(rate, shape);
          const mean = usual.mean(minutes);
          // Negative binomial probabilities, one after the other; the ratio's mean under them must be 1.
          let logChance = -shape * Math.log1p(mean / shape);
          let expected = 0;
          for (let n = 0; n < 500; n++) {
            expected += Math.exp(logChance + evidenceOfRise(design, n, minutes, rate, usual));
            logChance += Math.log(((shape + n) / (n + 1)) * (mean / (shape + mean)));
          }
          expect(expected).toBeCloseTo(1, 6);
        }
      }
    }
  });

  it('asks for more failures the less is known of what is usual', () => {
    let before = Number.POSITIVE_INFINITY;
    for (const shape of [1e6, 30, 10, 3, 1, 0.3]) {
      const says = evidenceOfRise(FAST, 8, 1.6, 0.05, steady(0.05, shape));
      expect(says).toBeLessThan(before);
      before = says;
    }
    expect(before).toBeGreaterThan(0);
  });

  it('counts for less where more logins than usual explain more failures', () => {
    const quiet = evidenceOfRise(1, 12, 20, 0.05, steady(0.05, 5));
    const busy = evidenceOfRise(1, 12, 20, 0.05, steady(0.5, 5));
    expect(busy).toBeLessThan(quiet - 5);
  });

  it('falls at one and a half times the usual rate, whatever the rate', () => {
    for (const usual of [0.5, 2, 20]) {
      for (let design = 0; design < DESIGNS; design++) {
        const at = (minutes: number): number =>
          evidenceOfRise(design, Math.round(1.5 * usual * minutes), minutes, usual, steady(usual, 1e6));
        expect(at(80)).toBeLessThan(at(20));
      }
    }
    expect(DESIGN_RATES.flat().every(({ times }) => times >= 3)).toBe(true);
  });

  it('crosses its threshold at most once in 10,000 months of an ordinary cell', () => {
    // 500 cell-months at a threshold lowered by ln 200: the bound then allows 10 of a statistic, and rises show at all.
    const usual = 0.05;
    const known = steady(usual, 1e6);
    for (let design = 0; design < DESIGNS; design++) {
      const random = seeded(11 + design);
      const limit = threshold(design, usual) - Math.log(200);
      let alarms = 0;
      for (let cell = 0; cell < 500; cell++) {
        let began = 0;
        let failures = 0;
        for (let t = 0; t < MONTH_MIN; ) {
          t += -Math.log(1 - random()) / usual;
          if (failures > 0 && evidenceOfRise(design, failures, t - began, usual, known) <= 0) failures = 0;
          if (failures === 0) began = t;
          failures++;
          if (evidenceOfRise(design, failures, t - began, usual, known) >= limit) {
            alarms++;
            failures = 0;
          }
        }
      }
      // Both together keep to it: each takes half.
      expect(alarms).toBeLessThanOrEqual(5);
    }
  });
});

it('ln Γ(x + n) − ln Γ(x) is right on both sides of where its series begins', () => {
  for (const x of [0.02, 0.5, 3.7, 80]) {
    for (const n of [0, 1, 16, 17, 40, 300]) {
      let exact = 0;
      for (let i = 0; i < n; i++) exact += Math.log(x + i);
      expect(logRising(x, n)).toBeCloseTo(exact, 8);
    }
  }
});
