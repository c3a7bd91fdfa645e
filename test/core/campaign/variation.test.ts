import { describe, expect, it } from 'vitest';
import {
  type Bins,
  binsAt,
  countInBins,
  emptyBins,
  type Moments,
  NO_MOMENTS,
  scaled,
  sumOf,
  variation,
} from '../../../src/core/campaign/variation.ts';
import { seeded } from '../fixtures.ts';

type Random = () => number;

function poisson(random: Random, mean: number): number {
  let n = 0;
  for (let p = random(); p > Math.exp(-mean); p *= random()) n++;
  return n;
}

/** What so many bins of ten minutes say whose failures are Poisson around `mean` times the factor of their hour. */
function learned(random: Random, bins: number, mean: number, factor: () => number): Moments {
  let open: Bins = emptyBins(0);
  let known = NO_MOMENTS;
  let mood = 1;
  for (let bin = 1; bin <= bins; bin++) {
    if (bin % 6 === 1) mood = factor();
    open = countInBins(open, poisson(random, mean * mood), 0);
    const over = binsAt(open, bin * 10, (minutes) => ({
      mean: (mean * minutes) / 10,
      unknown: 0,
      believed: 1,
    }));
    if (over === null) throw new Error('unreachable');
    open = over.bins;
    known = sumOf(scaled(known, over.forget), over.said);
  }
  return known;
}

describe('how failures to a login vary', () => {
  it('is found to be next to nothing where chance alone is at work', () => {
    const known = learned(seeded(1), 2_000, 3, () => 1);
    expect(variation(known, 10, 0.2)).toBeLessThan(0.04);
    expect(variation(known, 600, 0.2)).toBeLessThan(0.04);
  });

  it('is found within a third where hours differ, and less over half a day, in which they average out', () => {
    const random = seeded(2);
    const known = learned(random, 4_000, 3, () => (random() < 0.5 ? 0.45 : 1.55));
    const short = variation(known, 10, 0.2);
    expect(short).toBeGreaterThan(0.2);
    expect(short).toBeLessThan(0.4);
    expect(variation(known, 600, 0.2)).toBeLessThan(short / 2);
  });

  it('stays unknown in a cell in which hardly anybody fails: a thousand empty bins are no proof', () => {
    const known = learned(seeded(3), 1_000, 0.01, () => 1);
    expect(variation(known, 10, 0.2)).toBeGreaterThan(0.19);
    expect(variation(known, 10, 0.2)).toBeLessThan(0.22);
  });

  it('stays within bounds after an hour that nothing explains', () => {
    const known = sumOf(NO_MOMENTS, { excess: 1e6, squares: 1, longExcess: -1e6, longSquares: 1 });
    expect(variation(known, 10, 0.2)).toBe(0.5);
    expect(variation(known, 1e9, 0.2)).toBeCloseTo(0.02, 6);
  });
});

it('bins go on while their time lasts, and an empty stretch closes one of them only', () => {
  const open = countInBins(emptyBins(1_000), 2, 5);
  const of = (): { mean: number; unknown: number; believed: number } => ({
    mean: 1,
    unknown: 0,
    believed: 1,
  });
  expect(binsAt(open, 1_009.9, of)).toBeNull();
  expect(binsAt(open, 1_010, of)?.bins).toEqual({ ...emptyBins(1_010), longCount: 2, longAccepted: 5 });
  expect(binsAt(open, 9_999, of)?.bins).toEqual(emptyBins(9_999));
});
