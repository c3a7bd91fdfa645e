import type { Panel } from '../../contracts/rows/panel.ts';
import { WINDOW } from './parameters.ts';

export const challengeOutcomes: Panel = {
  id: 'challenge_outcomes',
  title: 'What became of challenges',
  description:
    'Challenges by what was reported of them; those without a report are unanswered. The pass rate is among the answered ones.',
  group: 'overview',
  counts: ['decisions', 'outcomes'],
  parameters: [...WINDOW],
  schema: [
    { name: 'challenged', type: 'number', unit: null },
    { name: 'answered', type: 'number', unit: null },
    { name: 'passed', type: 'number', unit: null },
    { name: 'not_passed', type: 'number', unit: null },
    { name: 'unanswered', type: 'number', unit: null },
    { name: 'pass_rate', type: 'number', unit: 'ratio' },
  ],
  chart: 'tiles',
  sql: `
SELECT
    (SELECT sum(decisions) FROM {{decisions}} AS counts WHERE action = 'challenge') AS challenged,
    sum(outcomes) AS answered,
    sumIf(outcomes, resolution = 'passed') AS passed,
    answered - passed AS not_passed,
    greatest(challenged - answered, 0) AS unanswered,
    if(answered = 0, NULL, passed / answered) AS pass_rate
FROM {{outcomes}} AS counts`,
  series: null,
};
