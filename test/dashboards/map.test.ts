import { describe, expect, test } from 'vitest';
import { HEAT_STEPS, heatOf } from '../../dashboards/src/lib/heat.ts';
import { campaignKindWords, durationWords } from '../../dashboards/src/lib/words.ts';
import { SMALL_TERRITORIES } from '../../dashboards/src/map/small-territories.ts';

describe('the map', () => {
  test('one login is never painted as none, and the most is the strongest step', () => {
    expect(heatOf(0, 10_000)).toBe(0);
    expect(heatOf(1, 10_000)).toBe(1);
    expect(heatOf(10_000, 10_000)).toBe(HEAT_STEPS);
    expect(heatOf(1, 1)).toBe(HEAT_STEPS);
    expect(heatOf(5, 0)).toBe(0);
  });

  test('small territories lie on the globe', () => {
    for (const [country, [latitude, longitude]] of Object.entries(SMALL_TERRITORIES)) {
      expect(country).toMatch(/^[A-Z]{2}$/);
      expect(Math.abs(latitude)).toBeLessThan(90);
      expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
    }
  });
});

describe('words', () => {
  test.each([
    [0, '0 s'],
    [30_000, '30 s'],
    [60_000, '1 min'],
    [3_720_000, '1 h 2 min'],
    [100_800_000, '1 d 4 h'],
  ])('%i ms is %s', (span_ms, words) => {
    expect(durationWords(span_ms)).toBe(words);
  });

  test('a kind of campaign of a newer server is shown as it is', () => {
    expect(campaignKindWords('spraying')).toBe('Password spraying');
    expect(campaignKindWords('novel')).toBe('novel');
  });
});
