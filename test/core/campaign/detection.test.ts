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

  it('finds one account in ten minutes within a day in 95 of 100 cells of one failing person in 50 minutes', () => {
    const delays = Array.from({ length: 100 }, (_, seed) =>
      detection(seed, ORDINARY, { rate: 0.02, attack: 0.1, days: 2, horizon_min: 3_000 }),
    );
    expect(
      quantile(
        delays.map(({ delay_min }) => delay_min),
        0.95,
      ),
    ).toBeLessThanOrEqual(1_440);
  });

  it('misses no stuffing at five accounts a minute in ten cells of one failing person a minute', () => {
    for (let seed = 0; seed < 10; seed++) {
      const { delay_min } = detection(seed, ORDINARY, { rate: 1, attack: 5, days: 1, horizon_min: 120 });
      expect(delay_min, String(seed)).toBeLessThan(120);
    }
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

  it('raises nothing in 200 cell-days in which failures wander by the hour, whatever the logins do', () => {
    let alarms = 0;
    for (let seed = 0; seed < 20; seed++) alarms += falseAlarms(seed, { ...ORDINARY, moods: 0.3 }, 10).alarms;
    expect(alarms).toBe(0);
  });
});
