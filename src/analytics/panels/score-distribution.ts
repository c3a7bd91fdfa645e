import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, WINDOW } from './parameters.ts';

export const scoreDistribution: Panel = {
  id: 'score_distribution',
  title: 'Scores',
  description:
    'How many decisions had which score, in bins of one nat of log-odds. The outermost bins hold everything beyond.',
  group: 'health',
  counts: ['scores'],
  parameters: [...WINDOW, ...FILTERS],
  schema: [
    { name: 'bin', type: 'number', unit: null },
    { name: 'from', type: 'number', unit: 'ratio' },
    { name: 'to', type: 'number', unit: 'ratio' },
    { name: 'n', type: 'number', unit: null },
  ],
  chart: 'histogram',
  sql: `
SELECT
    bin,
    if(bin = 0, 0, 1 / (1 + exp(12 - bin))) AS low,
    if(bin = 19, 1, 1 / (1 + exp(11 - bin))) AS high,
    sum(decisions) AS n
FROM {{scores}} AS counts
GROUP BY bin
HAVING n > 0
ORDER BY bin`,
  series: null,
};
