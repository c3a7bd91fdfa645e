import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, LIMIT, WINDOW } from './parameters.ts';

export const routes: Panel = {
  id: 'routes',
  title: 'Notable routes',
  description:
    'From the country of the last login to that of this one, where the travel between them was a finding.',
  group: 'overview',
  counts: ['routes'],
  parameters: [...WINDOW, ...FILTERS, LIMIT],
  schema: [
    { name: 'from_country', type: 'string', unit: null },
    { name: 'to_country', type: 'string', unit: null },
    { name: 'n', type: 'number', unit: null },
    { name: 'challenged', type: 'number', unit: null },
    { name: 'blocked', type: 'number', unit: null },
  ],
  chart: 'flows',
  sql: `
SELECT
    from_country,
    to_country,
    sum(decisions) AS n,
    sumIf(decisions, action = 'challenge') AS challenged,
    sumIf(decisions, action = 'block') AS blocked
FROM {{routes}} AS counts
GROUP BY from_country, to_country
HAVING n > 0
ORDER BY n DESC, from_country, to_country
LIMIT {limit:UInt32}`,
  series: null,
};
