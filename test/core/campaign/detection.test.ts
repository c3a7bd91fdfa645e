import { describe, expect, it } from 'vitest';
import { detection, falseAlarms, ORDINARY, quantile } from '../../../bench/campaign-simulation.ts';

describe('detection of campaigns, on made-up cells', () => {
  it('finds stuffing at five accounts a minute within three minutes in 95 of 100 cells', () => {
    const delays = Array.from({ length: 100 }, (_, seed) =>
      detection(seed, ORDINARY, { rate: 0.05, attack: 5, days: 1, horizon_min: 60 }),
    );
    expect(
      quantile(
        delays.map(({ delay_min }) => delay_min),
        0.95,
      ),
    ).toBeLessThanOrEqual(3);
  });

  it('raises nothing in 200 cell-days of mornings, nights, weekends and people who mistype', () => {
    let alarms = 0;
    for (let seed = 0; seed < 20; seed++) alarms += falseAlarms(seed, ORDINARY, 10).alarms;
    expect(alarms).toBe(0);
  });

  it('raises nothing on mornings on which forty people fail who are known there', () => {
    const expiry = { ...ORDINARY, massEvents: 20, known: 0.7 };
    let alarms = 0;
    for (let seed = 0; seed < 20; seed++) alarms += falseAlarms(seed, expiry, 7).alarms;
    expect(alarms).toBe(0);
  });
});
