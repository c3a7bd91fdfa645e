import { describe, expect, test } from 'vitest';
import type { Signal } from '../../dashboards/src/api/types.ts';
import { levelOf, neededForLow, withoutEach } from '../../dashboards/src/lib/counterfactuals.ts';
import { DEFAULT_THRESHOLDS, logistic } from '../../dashboards/src/lib/waterfall.ts';

const signal = (id: string, log_odds: number, raw_log_odds = log_odds): Signal => ({
  id,
  category: id.split('.')[0] ?? '',
  state: 'evidence',
  log_odds,
  raw_log_odds,
});

const PRIOR = -5.3;
const risk = (signals: readonly Signal[]) => ({
  log_odds: PRIOR + signals.reduce((sum, { log_odds }) => sum + log_odds, 0),
});

describe('counterfactuals', () => {
  test('levels begin at their threshold', () => {
    expect([0.049, 0.05, 0.5].map((score) => levelOf(score, DEFAULT_THRESHOLDS))).toEqual([
      'low',
      'medium',
      'high',
    ]);
  });

  test('what speaks for the login is never taken away', () => {
    const signals = [signal('device.unknown', 2), signal('network.known', -1)];
    expect(
      withoutEach(risk(signals), signals, DEFAULT_THRESHOLDS).map(({ without }) => without[0]?.id),
    ).toEqual(['device.unknown']);
  });

  test('the fewest pieces that bring it down are named, and the score left is the sum of the rest', () => {
    const signals = [
      signal('location.travel', 4),
      signal('device.unknown', 1.5),
      signal('network.new_as', 0.5),
    ];
    const needed = neededForLow(risk(signals), signals, DEFAULT_THRESHOLDS);
    expect(needed?.without.map(({ id }) => id)).toEqual(['location.travel']);
    expect(needed?.score).toBeCloseTo(logistic(PRIOR + 2), 12);
    expect(needed?.exact).toBe(true);
  });

  test('where a cap took from a neighbour the figure is called a lower bound', () => {
    const signals = [signal('location.travel', 4), signal('location.new_country', 1, 2)];
    expect(withoutEach(risk(signals), signals, DEFAULT_THRESHOLDS).map(({ exact }) => exact)).toEqual([
      false,
      true,
    ]);
  });

  test('a low level needs nothing', () => {
    const signals = [signal('device.unknown', 1)];
    expect(neededForLow(risk(signals), signals, DEFAULT_THRESHOLDS)).toBe(null);
  });
});
