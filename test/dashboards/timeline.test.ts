import { describe, expect, test } from 'vitest';
import type { Decision } from '../../dashboards/src/api/types.ts';
import { createFormat } from '../../dashboards/src/lib/format.ts';
import { daysOf, heightOf, riskPoints } from '../../dashboards/src/lib/timeline.ts';

const decisionAt = (occurred_at: string, log_odds = -5): Decision => ({
  id: `dec_${occurred_at}`,
  action: 'allow',
  risk: { score: 0.01, level: 'low', log_odds, prior_log_odds: -5 },
  reasons: [],
  policy: { id: 'default', version: 1 },
  event: { type: 'login', status: 'succeeded', occurred_at, context: { ip: '192.0.2.1' } },
});

describe('timeline', () => {
  test("days are those of the reader's zone", () => {
    const { offset_s } = createFormat({ timeZone: 'Europe/Berlin' });
    const days = daysOf(
      ['2026-11-23T23:30:00Z', '2026-11-23T22:30:00Z', '2026-11-23T00:00:00Z'].map((at) => decisionAt(at)),
      offset_s,
    );
    expect(days.map(({ day, decisions }) => [day, decisions.length])).toEqual([
      ['2026-11-24', 1],
      ['2026-11-23', 2],
    ]);
  });

  test('points lie within the strip, and only those of the window', () => {
    const window = { from_ms: Date.parse('2026-11-01T00:00:00Z'), to_ms: Date.parse('2026-11-03T00:00:00Z') };
    const points = riskPoints(
      [decisionAt('2026-11-02T00:00:00Z', 99), decisionAt('2026-11-04T00:00:00Z'), decisionAt('no time')],
      window,
    );
    expect(points.map(({ x, y }) => [x, y])).toEqual([[0.5, 1]]);
    expect(heightOf(-99)).toBe(0);
  });
});
