import { describe, expect, test } from 'vitest';
import { createFormat } from '../../dashboards/src/lib/format.ts';
import { distanceKm } from '../../dashboards/src/lib/journey.ts';
import { daysOf, heightOf, riskPoints } from '../../dashboards/src/lib/timeline.ts';
import { decisionRow } from '../support/decision-row.ts';

const at = (occurred_at: string, score = 0.01) => decisionRow({ occurred_at, score });

describe('timeline', () => {
  test("days are those of the reader's zone", () => {
    const { offset_s } = createFormat({ timeZone: 'Europe/Berlin' });
    const rows = ['2026-11-23T23:30:00Z', '2026-11-23T22:30:00Z', '2026-11-23T00:00:00Z'].map((time) =>
      at(time),
    );
    expect(daysOf(rows, offset_s).map(({ day, decisions }) => [day, decisions.length])).toEqual([
      ['2026-11-24', 1],
      ['2026-11-23', 2],
    ]);
  });

  test('points lie within the strip, and only those of the window', () => {
    const window = { from_ms: Date.parse('2026-11-01T00:00:00Z'), to_ms: Date.parse('2026-11-03T00:00:00Z') };
    const rows = [at('2026-11-02T00:00:00Z', 1), at('2026-11-04T00:00:00Z'), at('no time')];
    expect(riskPoints(rows, window).map(({ x, y }) => [x, y])).toEqual([[0.5, 1]]);
    expect(heightOf(-99)).toBe(0);
  });
});

describe('journey', () => {
  test('the distance is that over the globe; an unknown place has none', () => {
    const london = { latitude: 51.5074, longitude: -0.1278 };
    const auckland = { latitude: -36.8485, longitude: 174.7633 };
    expect(distanceKm(london, auckland)).toBeCloseTo(18_332, -2);
    expect(distanceKm({ latitude: 0, longitude: 179.5 }, { latitude: 0, longitude: -179.5 })).toBeCloseTo(
      111.2,
      0,
    );
    expect(distanceKm(london, london)).toBe(0);
    expect(distanceKm(london, { latitude: null, longitude: 1 })).toBe(null);
  });
});
