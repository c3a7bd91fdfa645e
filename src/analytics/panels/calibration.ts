import type { Panel } from '../../contracts/rows/panel.ts';
import { WINDOW } from './parameters.ts';

/**
 * Labels are what became known afterwards: an analyst's verdict, else a user's, else the challenge: passed is good,
 * failed or refused is bad, abandoned says nothing. Only decisions that were challenged or judged have one, so that
 * the low bins rest on few and unusual logins.
 *
 * The join alone finds the labelled decisions: `id IN labels` would ask the ids' Bloom filter of every granule for
 * every label, which takes twice as long as reading all ids.
 */
export const calibration: Panel = {
  id: 'calibration',
  title: 'Calibration',
  description:
    'For each bin of scores, how many decisions turned out bad among those that a challenge or a verdict labelled. A score is right where the observed share is near it; unlabelled decisions do not count.',
  group: 'health',
  counts: ['scores'],
  parameters: [...WINDOW],
  schema: [
    { name: 'bin', type: 'number', unit: null },
    { name: 'from', type: 'number', unit: 'ratio' },
    { name: 'to', type: 'number', unit: 'ratio' },
    { name: 'n', type: 'number', unit: null },
    { name: 'mean_score', type: 'number', unit: 'ratio' },
    { name: 'labelled', type: 'number', unit: null },
    { name: 'bad', type: 'number', unit: null },
    { name: 'observed', type: 'number', unit: 'ratio' },
  ],
  chart: 'table',
  sql: `
WITH
    said AS (
        SELECT decision_id AS id, multiIf(status = 'succeeded', 0, status = 'abandoned', -1, 1) AS bad, toUInt64(0) AS weight
        FROM outcomes
        WHERE tenant = {tenant:String} AND decision_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
        AND decision_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
        UNION ALL
        SELECT decision_id, multiIf(verdict = 'legitimate', 0, verdict = 'compromised', 1, -1),
            if(source = 'analyst', bitShiftLeft(toUInt64(1), 62), 0) + position
        FROM feedback
        WHERE tenant = {tenant:String} AND decision_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
        AND decision_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC') AND verdict != 'dismissed'
    ),
    labels AS (SELECT id, argMax(bad, weight) AS bad FROM said GROUP BY id HAVING bad >= 0),
    labelled AS (
        SELECT
            toUInt8(greatest(0, least(19, toInt32(floor(log(greatest(score, 1e-9) / greatest(1 - score, 1e-9)))) + 12))) AS bin,
            sum(score) AS scores, count() AS n, sum(labels.bad) AS bad
        FROM (
            SELECT id, score FROM decisions
            WHERE tenant = {tenant:String} AND occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
            AND occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC') AND source != 'dry_run'
        ) AS decided
        INNER JOIN labels USING (id)
        GROUP BY bin
    )
SELECT
    counts.bin AS b,
    if(b = 0, 0, 1 / (1 + exp(12 - b))) AS low,
    if(b = 19, 1, 1 / (1 + exp(11 - b))) AS high,
    counts.n AS n,
    if(labelled.n = 0, NULL, labelled.scores / labelled.n) AS mean_score,
    labelled.n AS known,
    labelled.bad AS bad,
    if(known = 0, NULL, bad / known) AS observed
FROM (SELECT bin, sum(decisions) AS n FROM {{scores}} AS counts GROUP BY bin HAVING n > 0) AS counts
LEFT JOIN labelled USING (bin)
ORDER BY b`,
  series: null,
};
