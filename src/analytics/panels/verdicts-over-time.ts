import type { Panel } from '../../contracts/rows/panel.ts';
import { WINDOW } from './parameters.ts';

export const verdictsOverTime: Panel = {
  id: 'verdicts_over_time',
  title: 'Verdicts over time',
  description: 'The verdicts that stand, by the time of the decision that they judge.',
  group: 'health',
  counts: [],
  parameters: [...WINDOW],
  schema: [
    { name: 't', type: 'time', unit: null },
    { name: 'verdict', type: 'string', unit: null },
    { name: 'n', type: 'number', unit: null },
  ],
  chart: 'stacked_area',
  sql: `
SELECT toStartOfInterval(at, toIntervalSecond({step:UInt32})) AS t, verdict, count() AS n
FROM (
    SELECT any(toDateTime(decision_at, 'UTC')) AS at, argMax(feedback.verdict, (source = 'analyst', position)) AS verdict
    FROM feedback
    WHERE tenant = {tenant:String} AND decision_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
    AND decision_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
    GROUP BY decision_id
)
GROUP BY t, verdict
ORDER BY t, verdict`,
  series: { time: 't', key: 'verdict', empty: { n: 0 } },
};
