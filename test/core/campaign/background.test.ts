import { describe, expect, it } from 'vitest';
import {
  type Background,
  countAccepted,
  countFailure,
  dismiss,
  emptyBackground,
  passTime,
  settle,
  usualRate,
  usualSince,
} from '../../../src/core/campaign/background.ts';

const DAY = 1_440;
const UNKNOWN = 0.2;

/** A cell in which a login gets in every `every_min` minutes and one in 25 fails besides, learned as it goes. */
function watched(days: number, every_min: number): Background {
  let b = emptyBackground(0);
  let n = 0;
  for (let at = every_min; at <= days * DAY; at += every_min) {
    b = countAccepted(passTime(b, every_min, at, false));
    if (++n % 25 === 0) b = settle(countFailure(b), at);
  }
  return b;
}

describe('what a cell is used to', () => {
  it('is not forgotten while a rise goes on, nor is anything learned of the rise', () => {
    const before = watched(3, 5);
    let b = before;
    for (let minute = 1; minute <= 10 * 60; minute++) {
      b = countFailure(passTime(b, 1, 3 * DAY + minute, false));
    }
    expect(b.learned.failures).toBe(before.learned.failures);
    expect(b.learned.exposure_min).toBe(before.learned.exposure_min);
    expect(usualSince(b, 600, 120, UNKNOWN).mean(600)).toBeLessThan(30);
    const attack = dismiss(b, 3 * DAY + 600);
    expect(attack.learned.failures).toBe(before.learned.failures);
    const usual = settle(b, 3 * DAY + 600);
    expect(usual.learned.failures).toBeGreaterThan(600);
    expect(usualRate(usual)).toBeGreaterThan(3 * usualRate(before));
  });

  it('is doubted less over hours than within half an hour where the floor is above all that was counted', () => {
    const b = watched(3, 10);
    const shape = (minutes: number): number => usualSince(b, minutes, minutes / 10, UNKNOWN).shape;
    expect(shape(25)).toBeLessThan(6);
    expect(shape(300)).toBeGreaterThan(3 * shape(25));
    // A cell never seen is doubted as much whatever the time.
    const unknown = usualSince(emptyBackground(0), 300, 0, UNKNOWN);
    expect(unknown.shape).toBeLessThan(3);
  });

  it('is not wiped out by a clock that jumps a year ahead', () => {
    const b = watched(3, 5);
    const jumped = settle(passTime(b, 365 * DAY, 368 * DAY, false), 368 * DAY);
    expect(jumped.learned.failures).toBeGreaterThan(b.learned.failures / 2);
  });
});
