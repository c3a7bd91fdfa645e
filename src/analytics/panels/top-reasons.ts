import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, LIMIT, WINDOW } from './parameters.ts';

export const topReasons: Panel = {
  id: 'top_reasons',
  title: 'Top reasons',
  description: 'Reasons given most often. A decision counts under each of its reasons.',
  group: 'overview',
  counts: ['reasons'],
  parameters: [...WINDOW, ...FILTERS, LIMIT],
  schema: [
    { name: 'reason', type: 'string', unit: null },
    { name: 'n', type: 'number', unit: null },
  ],
  chart: 'bars',
  sql: `
SELECT reason, sum(decisions) AS n
FROM {{reasons}} AS counts
GROUP BY reason
HAVING n > 0
ORDER BY n DESC, reason
LIMIT {limit:UInt32}`,
  series: null,
};
