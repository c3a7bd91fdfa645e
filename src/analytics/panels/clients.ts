import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, LIMIT, WINDOW } from './parameters.ts';

export const clients: Panel = {
  id: 'clients',
  title: 'Clients',
  description: 'Browsers, operating systems and kinds of device, by what the client says of itself.',
  group: 'overview',
  counts: ['clients'],
  parameters: [...WINDOW, ...FILTERS, LIMIT],
  schema: [
    { name: 'browser', type: 'string', unit: null },
    { name: 'os', type: 'string', unit: null },
    { name: 'device_type', type: 'string', unit: null },
    { name: 'n', type: 'number', unit: null },
    { name: 'failed', type: 'number', unit: null },
    { name: 'challenged', type: 'number', unit: null },
    { name: 'blocked', type: 'number', unit: null },
  ],
  chart: 'bars',
  sql: `
SELECT
    browser,
    os,
    device_type,
    sum(decisions) AS n,
    sumIf(decisions, status = 'failed') AS failed,
    sumIf(decisions, action = 'challenge') AS challenged,
    sumIf(decisions, action = 'block') AS blocked
FROM {{clients}} AS counts
GROUP BY browser, os, device_type
HAVING n > 0
ORDER BY n DESC, browser, os, device_type
LIMIT {limit:UInt32}`,
  series: null,
};
