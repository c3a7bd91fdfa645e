import type { Panel } from '../../contracts/rows/panel.ts';
import { FILTERS, WINDOW } from './parameters.ts';

/**
 * PSI = Σ (a − r) ln(a / r) over the shares of the bins; the limits 0.1 and 0.25 are those of N. Siddiqi, "Credit Risk
 * Scorecards" (2006). Half a decision is added to each of the 20 bins, so that an empty one is rare and not infinite.
 */
export const scoreDrift: Panel = {
  id: 'score_drift',
  title: 'Drift of the scores',
  description:
    'Population stability index of the scores of each day against those of the first seven days of the window: below 0.1 is stable, above 0.25 is another population.',
  group: 'health',
  counts: ['scores'],
  parameters: [...WINDOW, ...FILTERS],
  schema: [
    { name: 't', type: 'time', unit: null },
    { name: 'n', type: 'number', unit: null },
    { name: 'psi', type: 'number', unit: null },
    { name: 'reference_n', type: 'number', unit: null },
  ],
  chart: 'lines',
  sql: `
WITH
    days AS (
        SELECT toStartOfDay(bucket) AS day, sumForEach(arrayMap(b -> if(b = bin, decisions, 0), range(20))) AS bins
        FROM {{scores}} AS counts
        GROUP BY day
    ),
    (SELECT sumForEach(bins) FROM days WHERE day < (SELECT min(day) FROM days) + toIntervalDay(7)) AS reference,
    (of, total) -> (of + 0.5) / (total + 10) AS share
SELECT
    day AS t,
    arraySum(bins) AS n,
    arraySum(
        (a, r) -> (share(a, n) - share(r, reference_n)) * log(share(a, n) / share(r, reference_n)), bins, reference
    ) AS psi,
    arraySum(reference) AS reference_n
FROM days
WHERE n > 0
ORDER BY day`,
  series: { time: 't', key: null, empty: { n: 0, psi: null, reference_n: 0 }, step_s: 86_400 },
};
