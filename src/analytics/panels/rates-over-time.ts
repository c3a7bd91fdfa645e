import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, WINDOW } from './parameters.ts';

export const ratesOverTime: Panel = {
  id: 'rates_over_time',
  title: 'Challenge and block rates',
  description:
    'Shares of decisions that were challenged or blocked. Empty where there was nothing to divide by.',
  group: 'overview',
  counts: ['decisions'],
  parameters: [...WINDOW, ...FILTERS],
  schema: [
    { name: 't', type: 'time', unit: null },
    { name: 'n', type: 'number', unit: null },
    { name: 'challenge_rate', type: 'number', unit: 'ratio' },
    { name: 'block_rate', type: 'number', unit: 'ratio' },
  ],
  chart: 'lines',
  sql: `
SELECT
    toStartOfInterval(bucket, toIntervalSecond({step:UInt32})) AS t,
    sum(decisions) AS n,
    if(n <= 0, NULL, sumIf(decisions, action = 'challenge') / n) AS challenge_rate,
    if(n <= 0, NULL, sumIf(decisions, action = 'block') / n) AS block_rate
FROM {{decisions}} AS counts
GROUP BY t
HAVING n != 0
ORDER BY t`,
  series: { time: 't', key: null, empty: { n: 0, challenge_rate: null, block_rate: null } },
};
