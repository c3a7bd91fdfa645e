import type { Panel } from '../../contracts/rows/panel.ts';
import { WINDOW } from './parameters.ts';

/**
 * PSI = Σ (a − r) ln(a / r) over the shares of the bins; the limits 0.1 and 0.25 are those of N. Siddiqi, "Credit Risk
 * Scorecards" (2006). Half a decision is added to each of the 20 bins, so that an empty one is rare and not infinite.
 *
 * Like is compared with like: logins that succeeded, of users whom the model had seen log in ten times before. An
 * attack is many failures and no drift of the model; a model that is still learning its users is none either. Whole
 * weeks, so that a Sunday is not held against workdays. Below 500 logins chance alone makes about 0.05.
 */
export const scoreDrift: Panel = {
  id: 'score_drift',
  title: 'Drift of the scores',
  description:
    'Population stability index of the scores of the seven days to each day against those of the four weeks before them, for logins that succeeded of users with ten logins or more: below 0.1 is stable, above 0.25 is another population. Empty where either has fewer than 500 such logins.',
  group: 'health',
  counts: [],
  parameters: [...WINDOW],
  schema: [
    { name: 't', type: 'time', unit: null },
    { name: 'n', type: 'number', unit: null },
    { name: 'psi', type: 'number', unit: null },
    { name: 'reference_n', type: 'number', unit: null },
  ],
  chart: 'lines',
  sql: `
WITH
    binned AS (
        SELECT
            toDate(occurred_at, 'UTC') AS day,
            toUInt8(greatest(0, least(19, toInt32(floor(log(greatest(score, 1e-9) / greatest(1 - score, 1e-9)))) + 12))) AS bin,
            count() AS n
        FROM decisions
        WHERE tenant = {tenant:String}
        AND occurred_at >= toStartOfDay(fromUnixTimestamp64Milli({from:Int64}, 'UTC')) - toIntervalDay(34)
        AND occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        AND status = 'succeeded' AND type = 'login' AND source != 'dry_run' AND profile_logins >= 10
        GROUP BY day, bin
    ),
    days AS (SELECT day, sumForEach(arrayMap(b -> if(b = bin, n, 0), range(20))) AS bins FROM binned GROUP BY day),
    spans AS (
        SELECT
            day,
            sumForEach(bins) OVER (ORDER BY day RANGE BETWEEN 6 PRECEDING AND CURRENT ROW) AS week,
            sumForEach(bins) OVER (ORDER BY day RANGE BETWEEN 34 PRECEDING AND 7 PRECEDING) AS reference
        FROM days
    ),
    (of, total) -> (of + 0.5) / (total + 10) AS share
SELECT
    toDateTime(day, 'UTC') AS t,
    arraySum(week) AS n,
    if(n < 500 OR reference_n < 500, NULL, arraySum(
        (a, r) -> (share(a, n) - share(r, reference_n)) * log(share(a, n) / share(r, reference_n)), week, reference
    )) AS psi,
    arraySum(reference) AS reference_n
FROM spans
WHERE t >= toStartOfDay(fromUnixTimestamp64Milli({from:Int64}, 'UTC'))
ORDER BY t`,
  series: { time: 't', key: null, empty: { n: 0, psi: null, reference_n: 0 }, step_s: 86_400 },
};
