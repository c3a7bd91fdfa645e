import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, WINDOW } from './parameters.ts';

export const summary: Panel = {
  id: 'summary',
  title: 'Summary',
  description:
    'How many decisions, how many of them challenged or blocked, and how many users. A rate is empty when there was nothing to divide by.',
  group: 'overview',
  counts: ['decisions'],
  parameters: [...WINDOW, ...FILTERS],
  schema: [
    { name: 'decisions', type: 'number', unit: null },
    { name: 'challenged', type: 'number', unit: null },
    { name: 'blocked', type: 'number', unit: null },
    { name: 'users', type: 'number', unit: null },
    { name: 'challenge_rate', type: 'number', unit: 'ratio' },
    { name: 'block_rate', type: 'number', unit: 'ratio' },
    { name: 'failed', type: 'number', unit: null },
    { name: 'degraded', type: 'number', unit: null },
    { name: 'mean_score', type: 'number', unit: 'ratio' },
  ],
  chart: 'tiles',
  sql: `
SELECT
    sum(decisions) AS n,
    sumIf(decisions, action = 'challenge') AS challenged,
    sumIf(decisions, action = 'block') AS blocked,
    uniqMerge(users) AS users,
    if(n = 0, NULL, challenged / n) AS challenge_rate,
    if(n = 0, NULL, blocked / n) AS block_rate,
    sumIf(decisions, status = 'failed') AS failed,
    sum(counts.degraded) AS degraded_n,
    if(n = 0, NULL, sum(score_micro) / 1000000 / n) AS mean_score
FROM {{decisions}} AS counts`,
  series: null,
};
