import type { Panel } from '../../contracts/rows/panel.ts';
import { WINDOW } from './parameters.ts';

export const challengeOutcomesOverTime: Panel = {
  id: 'challenge_outcomes_over_time',
  title: 'Challenge outcomes over time',
  description: 'Reported outcomes of challenges, by the time of the decision.',
  group: 'overview',
  counts: ['outcomes'],
  parameters: [...WINDOW],
  schema: [
    { name: 't', type: 'time', unit: null },
    { name: 'resolution', type: 'string', unit: null },
    { name: 'n', type: 'number', unit: null },
  ],
  chart: 'stacked_area',
  sql: `
SELECT toStartOfInterval(bucket, toIntervalSecond({step:UInt32})) AS t, resolution, sum(outcomes) AS n
FROM {{outcomes}} AS counts
GROUP BY t, resolution
HAVING n != 0
ORDER BY t, resolution`,
  series: { time: 't', key: 'resolution', empty: { n: 0 } },
};
