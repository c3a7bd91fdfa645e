import type { Panel } from '../../contracts/rows/panel.ts';
import { LIMIT, WINDOW } from './parameters.ts';

export const challengeMethods: Panel = {
  id: 'challenge_methods',
  title: 'Challenges by method',
  description:
    'Which methods were used for challenges, and how often they were passed. The method is empty where none was reported.',
  group: 'overview',
  counts: ['outcomes'],
  parameters: [...WINDOW, LIMIT],
  schema: [
    { name: 'method', type: 'string', unit: null },
    { name: 'n', type: 'number', unit: null },
    { name: 'passed', type: 'number', unit: null },
    { name: 'pass_rate', type: 'number', unit: 'ratio' },
  ],
  chart: 'bars',
  sql: `
SELECT
    method,
    sum(outcomes) AS n,
    sumIf(outcomes, resolution = 'passed') AS passed,
    passed / n AS pass_rate
FROM {{outcomes}} AS counts
GROUP BY method
HAVING n > 0
ORDER BY n DESC, method
LIMIT {limit:UInt32}`,
  series: null,
};
