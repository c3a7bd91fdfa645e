import { describe, expect, it } from 'vitest';
import { cusumStep, DESIGNS, threshold } from '../../../src/core/campaign/cusum.ts';
import { seeded } from '../fixtures.ts';

const MONTH_MIN = 43_200;

describe('the change-point statistic', () => {
  it('is the Poisson log-likelihood ratio where counts do not clump', () => {
    const { increment, drift } = cusumStep(0.05, 0, 1);
    expect(increment).toBeCloseTo(Math.log(4.05 / 0.05), 12);
    expect(drift).toBeCloseTo(4, 12);
    const nearly = cusumStep(0.05, 0, 1 + 1e-7);
    expect(nearly.increment).toBeCloseTo(increment, 4);
    expect(nearly.drift).toBeCloseTo(drift, 4);
  });

  it('is the log of a martingale for negative binomial counts: its rises have a bounded probability', () => {
    for (const usual of [0.02, 0.3, 5]) {
      for (const dispersion of [1.05, 1.5, 3]) {
        for (let design = 0; design < DESIGNS; design++) {
          const { increment, drift } = cusumStep(usual, design, dispersion);
          // Cumulant of the counts of a minute at the increment: what the drift must take back.
          const d = dispersion - 1;
          const cumulant = -(usual / d) * Math.log(1 - d * (Math.exp(increment) - 1));
          expect(drift).toBeCloseTo(cumulant, 9);
        }
      }
    }
  });

  it('asks for more failures the more they clump, and never falls at the rate it looks for', () => {
    let before = Number.POSITIVE_INFINITY;
    for (const dispersion of [1, 1.05, 1.2, 1.5, 2, 4]) {
      const { increment, drift } = cusumStep(0.05, 0, dispersion);
      expect(increment).toBeLessThan(before);
      expect(4.05 * increment).toBeGreaterThan(drift);
      before = increment;
    }
  });

  it('does not rise at twice the usual rate, whatever the rate', () => {
    for (const usual of [0.02, 0.2, 2, 20]) {
      for (let design = 0; design < DESIGNS; design++) {
        const { increment, drift } = cusumStep(usual, design, 1.05);
        expect(2 * usual * increment).toBeLessThanOrEqual(drift);
      }
    }
  });

  it('crosses its threshold at most once in 10,000 months of an ordinary cell', () => {
    // 2,000 cell-months at a threshold lowered by ln 20: the bound then allows 4 in all, and rises show at all.
    const random = seeded(11);
    const usual = 0.05;
    const { increment, drift } = cusumStep(usual, 0, 1.05);
    const limit = threshold(usual) - Math.log(20) - 2;
    let alarms = 0;
    for (let cell = 0; cell < 2_000; cell++) {
      let statistic = 0;
      for (let t = 0; t < MONTH_MIN; ) {
        const gap = -Math.log(1 - random()) / usual;
        t += gap;
        statistic = Math.max(0, statistic - drift * gap) + increment;
        if (statistic >= limit) {
          alarms++;
          statistic = 0;
        }
      }
    }
    expect(alarms).toBeLessThanOrEqual(4);
  });
});
