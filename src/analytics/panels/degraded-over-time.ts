import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, WINDOW } from './parameters.ts';

export const degradedOverTime: Panel = {
  id: 'degraded_over_time',
  title: 'Degraded decisions',
  description: 'Decisions for which state or intelligence was late or gone, beside all decisions.',
  group: 'health',
  counts: ['decisions'],
  parameters: [...WINDOW, ...FILTERS],
  schema: [
    { name: 't', type: 'time', unit: null },
    { name: 'n', type: 'number', unit: null },
    { name: 'degraded', type: 'number', unit: null },
  ],
  chart: 'lines',
  sql: `
SELECT toStartOfInterval(bucket, toIntervalSecond({step:UInt32})) AS t, sum(decisions) AS n, sum(counts.degraded) AS degraded
FROM {{decisions}} AS counts
GROUP BY t
HAVING n != 0
ORDER BY t`,
  series: { time: 't', key: null, empty: { n: 0, degraded: 0 } },
};
