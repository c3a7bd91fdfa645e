import { describe, expect, test } from 'vitest';
import { createFormat } from '../../dashboards/src/lib/format.ts';
import { pivot, plotOverBins, plotOverTime } from '../../dashboards/src/lib/plots.ts';
import { previousTotals, toSeries } from '../../dashboards/src/lib/series.ts';

const format = createFormat({ locale: 'en-GB', timeZone: 'UTC' });
const hours = { from: '2026-11-23T00:00:00Z', to: '2026-11-23T03:00:00Z', bucket_s: 3_600 };

describe('plots', () => {
  test('an hour without a row is drawn as nothing, or left open where nothing is not zero', () => {
    const rows = [
      { t: '2026-11-23T00:00:00Z', n: 3 },
      { t: '2026-11-23T02:00:00Z', n: null },
    ];
    const columns = [{ column: 'n', label: 'N', token: 'sum', kind: 'line' as const }];
    expect(plotOverTime({ ...hours, rows }, columns, 0, format).series[0]?.values).toEqual([3, 0, null]);
    expect(plotOverTime({ ...hours, rows }, columns, null, format).series[0]?.values).toEqual([
      3,
      null,
      null,
    ]);
  });

  test('rows of time, key and count become one row a time', () => {
    expect(
      pivot(
        [
          { t: 'a', verdict: 'legitimate', n: 1 },
          { t: 'a', verdict: 'compromised', n: 2 },
        ],
        'verdict',
        'n',
      ),
    ).toEqual([{ t: 'a', legitimate: 1, compromised: 2 }]);
  });

  test('bins are named by their scores', () => {
    const rows = [{ bin: 0, from: 0, to: 0.5, n: 7 }];
    const plot = plotOverBins(rows, [{ column: 'n', label: 'N', token: 'sum', kind: 'bar' }], format);
    expect(plot.titles).toEqual(['Score 0% – 50%']);
    expect(plot.series[0]?.values).toEqual([7]);
  });

  test('the period before lies under the bucket that is as far into its own window', () => {
    const columns = { time: 't', key: 'action', value: 'n' };
    const window = { from_ms: Date.parse(hours.from), to_ms: Date.parse(hours.to) };
    const series = toSeries([], columns, ['allow', 'block'], window, 3_600, 96);
    const previous = {
      from: '2026-11-22T21:00:00Z',
      to: '2026-11-23T00:00:00Z',
      rows: [
        { t: '2026-11-22T22:00:00Z', action: 'allow', n: 4 },
        { t: '2026-11-22T22:00:00Z', action: 'block', n: 1 },
        { t: '2026-11-22T22:00:00Z', action: 'challenge', n: 9 },
      ],
    };
    const totals = previousTotals(previous, columns, ['allow', 'block'], series);
    expect(totals?.reduce((sum, n) => sum + n, 0)).toBe(5);
    expect(totals?.[Math.floor(series.times_ms.length / 3)]).toBe(5);
    expect(previousTotals(null, columns, ['allow'], series)).toBe(null);
    expect(previousTotals({ ...previous, rows: [] }, columns, ['allow'], series)).toBe(null);
  });
});
