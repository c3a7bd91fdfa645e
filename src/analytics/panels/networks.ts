import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, LIMIT, WINDOW } from './parameters.ts';

export const networks: Panel = {
  id: 'networks',
  title: 'Networks',
  description: 'Autonomous systems from which decisions came. The number is 0 where it is unknown.',
  group: 'overview',
  counts: ['networks'],
  parameters: [...WINDOW, ...FILTERS, LIMIT],
  schema: [
    { name: 'asn', type: 'number', unit: null },
    { name: 'as_name', type: 'string', unit: null },
    { name: 'n', type: 'number', unit: null },
    { name: 'failed', type: 'number', unit: null },
    { name: 'challenged', type: 'number', unit: null },
    { name: 'blocked', type: 'number', unit: null },
  ],
  chart: 'bars',
  sql: `
SELECT
    asn,
    as_name,
    sum(decisions) AS n,
    sumIf(decisions, status = 'failed') AS failed,
    sumIf(decisions, action = 'challenge') AS challenged,
    sumIf(decisions, action = 'block') AS blocked
FROM {{networks}} AS counts
GROUP BY asn, as_name
HAVING n > 0
ORDER BY n DESC, asn, as_name
LIMIT {limit:UInt32}`,
  series: null,
};
