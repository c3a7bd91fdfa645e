import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, LIMIT, WINDOW } from './parameters.ts';

export const countries: Panel = {
  id: 'countries',
  title: 'Countries',
  description: 'Where decisions came from, by the address. The country is empty where it is unknown.',
  group: 'overview',
  counts: ['countries'],
  parameters: [...WINDOW, ...FILTERS, LIMIT],
  schema: [
    { name: 'country', type: 'string', unit: null },
    { name: 'n', type: 'number', unit: null },
    { name: 'challenged', type: 'number', unit: null },
    { name: 'blocked', type: 'number', unit: null },
  ],
  chart: 'bars',
  sql: `
SELECT
    country,
    sum(decisions) AS n,
    sumIf(decisions, action = 'challenge') AS challenged,
    sumIf(decisions, action = 'block') AS blocked
FROM {{countries}} AS counts
GROUP BY country
HAVING n > 0
ORDER BY n DESC, country
LIMIT {limit:UInt32}`,
  series: null,
};
