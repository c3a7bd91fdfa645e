import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, WINDOW } from './parameters.ts';

export const levelsOverTime: Panel = {
  id: 'levels_over_time',
  title: 'Risk levels over time',
  description: 'Decisions by level of risk. An attempt counts once, at its latest status.',
  group: 'overview',
  counts: ['decisions'],
  parameters: [...WINDOW, ...FILTERS],
  schema: [
    { name: 't', type: 'time', unit: null },
    { name: 'level', type: 'string', unit: null },
    { name: 'n', type: 'number', unit: null },
  ],
  chart: 'stacked_area',
  sql: `
SELECT toStartOfInterval(bucket, toIntervalSecond({step:UInt32})) AS t, level, sum(decisions) AS n
FROM {{decisions}} AS counts
GROUP BY t, level
HAVING n != 0
ORDER BY t, level`,
  series: { time: 't', key: 'level', empty: { n: 0 } },
};
