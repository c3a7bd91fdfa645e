import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, WINDOW } from './parameters.ts';

export const statusesOverTime: Panel = {
  id: 'statuses_over_time',
  title: 'Attempts over time',
  description: 'Attempts by how they went. An attempt counts once, at its latest status.',
  group: 'overview',
  counts: ['decisions'],
  parameters: [...WINDOW, ...FILTERS],
  schema: [
    { name: 't', type: 'time', unit: null },
    { name: 'status', type: 'string', unit: null },
    { name: 'n', type: 'number', unit: null },
  ],
  chart: 'stacked_area',
  sql: `
SELECT toStartOfInterval(bucket, toIntervalSecond({step:UInt32})) AS t, status, sum(decisions) AS n
FROM {{decisions}} AS counts
GROUP BY t, status
HAVING n != 0
ORDER BY t, status`,
  series: { time: 't', key: 'status', empty: { n: 0 } },
};
