import { describe, expect, test } from 'vitest';
import { barWidth_s, labelledBuckets, toSeries } from '../../dashboards/src/lib/series.ts';

const T = Date.parse('2026-11-23T00:00:00Z');
const HOUR = 3_600_000;
const COLUMNS = { time: 't', key: 'action', value: 'n' };
const at = (ms: number): string => new Date(ms).toISOString();

describe('counts over time', () => {
  test('a quiet interval is drawn as nothing instead of being skipped', () => {
    const rows = [
      { t: at(T), action: 'allow', n: 5 },
      { t: at(T + 3 * HOUR), action: 'block', n: 2 },
    ];
    const series = toSeries(rows, COLUMNS, ['allow', 'block'], { from_ms: T, to_ms: T + 4 * HOUR }, 3600, 96);
    expect(series.bucket_s).toBe(3600);
    expect(series.times_ms).toEqual([T, T + HOUR, T + 2 * HOUR, T + 3 * HOUR]);
    expect(series.values).toEqual({ allow: [5, 0, 0, 0], block: [0, 0, 0, 2] });
    expect(series.totals).toEqual({ allow: 5, block: 2 });
  });

  test('merging narrow intervals into readable bars loses no decision', () => {
    const rows = Array.from({ length: 1440 }, (_, minute) => ({
      t: at(T + minute * 60_000),
      action: 'allow',
      n: 1,
    }));
    const series = toSeries(rows, COLUMNS, ['allow'], { from_ms: T, to_ms: T + 24 * HOUR }, 60, 96);
    expect(series.times_ms.length).toBeLessThanOrEqual(97);
    expect(series.values.allow?.reduce((sum, n) => sum + n, 0)).toBe(1440);
    expect(new Set(series.values.allow).size).toBe(1);
  });

  test('an interval that began before the window still counts', () => {
    const rows = [{ t: at(T), action: 'allow', n: 3 }];
    const window = { from_ms: T + HOUR / 2, to_ms: T + 2 * HOUR };
    expect(toSeries(rows, COLUMNS, ['allow'], window, 3600, 96).totals).toEqual({ allow: 3 });
  });

  test('numbers may come as text; unknown keys, bad times and inherited names are left out', () => {
    const rows = [
      { t: at(T), action: 'allow', n: '7' },
      { t: at(T), action: 'toString', n: 1 },
      { t: at(T), action: 'later_invention', n: 1 },
      { t: 'never', action: 'allow', n: 1 },
      { t: at(T), action: 'allow', n: 'many' },
    ];
    const series = toSeries(rows, COLUMNS, ['allow'], { from_ms: T, to_ms: T + HOUR }, 3600, 96);
    expect(series.totals).toEqual({ allow: 7 });
  });

  test('no rows at all give an empty picture, not an error', () => {
    const series = toSeries([], COLUMNS, ['allow'], { from_ms: T, to_ms: T + HOUR }, 0, 96);
    expect(series.totals).toEqual({ allow: 0 });
    expect(series.times_ms.length).toBeGreaterThan(0);
  });
});

test('bars are of a round width that the rows’ own interval divides', () => {
  expect(barWidth_s({ from_ms: 0, to_ms: 24 * HOUR }, 60, 96)).toBe(900);
  expect(barWidth_s({ from_ms: 0, to_ms: HOUR }, 60, 96)).toBe(60);
  expect(barWidth_s({ from_ms: 0, to_ms: 90 * 24 * HOUR }, 86_400, 96)).toBe(86_400);
  expect(barWidth_s({ from_ms: 0, to_ms: 20_000 * 24 * HOUR }, 86_400, 96) % 86_400).toBe(0);
});

describe('labels of the axis', () => {
  const hours = Array.from({ length: 24 }, (_, index) => T + index * HOUR);

  test('stand at round times of the reader’s zone', () => {
    const labelled = labelledBuckets(hours, 3600, 8, () => 7200);
    const utc = hours.filter((_, index) => labelled[index]).map((time) => new Date(time).getUTCHours());
    expect(utc).toEqual([1, 4, 7, 10, 13, 16, 19, 22]);
  });

  test('are never more than asked for, days and weeks included', () => {
    for (const [count, bucket_s] of [
      [60, 60],
      [96, 900],
      [90, 86_400],
      [200, 604_800],
    ] as const) {
      const times = Array.from({ length: count }, (_, index) => T + index * bucket_s * 1000);
      const labels = labelledBuckets(times, bucket_s, 6, () => 0).filter(Boolean).length;
      expect(labels).toBeGreaterThan(0);
      expect(labels).toBeLessThanOrEqual(7);
    }
  });
});
