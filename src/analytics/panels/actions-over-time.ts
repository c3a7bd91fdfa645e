import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, WINDOW } from './parameters.ts';

export const actionsOverTime: Panel = {
  id: 'actions_over_time',
  title: 'Actions over time',
  description: 'Decisions by the action that was answered. An attempt counts once, at its latest status.',
  group: 'overview',
  counts: ['decisions'],
  parameters: [...WINDOW, ...FILTERS],
  schema: [
    { name: 't', type: 'time', unit: null },
    { name: 'action', type: 'string', unit: null },
    { name: 'n', type: 'number', unit: null },
  ],
  chart: 'stacked_area',
  sql: `
SELECT toStartOfInterval(bucket, toIntervalSecond({step:UInt32})) AS t, action, sum(decisions) AS n
FROM {{decisions}} AS counts
GROUP BY t, action
HAVING n != 0
ORDER BY t, action`,
  series: { time: 't', key: 'action', empty: { n: 0 } },
};
