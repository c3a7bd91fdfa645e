import { useQuery } from '@tanstack/react-query';
import { type Polling, panelQuery } from '../api/queries.ts';
import { outcomesOf, summaryOf } from '../lib/summary.ts';
import { ProblemNote } from './problem-note.tsx';
import { StatTiles } from './stat-tiles.tsx';
import { useProblem } from './use-problem.ts';

const COMPARED = { compare: 'previous' };

/** The range in six numbers, and what could not be had of them. */
export function SummaryTiles({ polling }: { readonly polling: Polling }) {
  const summary = useQuery(panelQuery('summary', polling, COMPARED));
  const outcomes = useQuery(panelQuery('challenge_outcomes', polling));
  const summaryProblem = useProblem(summary);
  const outcomesProblem = useProblem(outcomes);
  return (
    <>
      {summaryProblem !== null && (
        <ProblemNote
          what="The summary could not be loaded"
          error={summaryProblem}
          onRetry={() => void summary.refetch()}
          slim={summary.data !== undefined}
        />
      )}
      {(summary.data !== undefined || summaryProblem === null) && (
        <StatTiles
          summary={summary.data === undefined ? null : summaryOf(summary.data.rows[0])}
          before={
            summary.data?.previous == null || summary.isPlaceholderData
              ? null
              : summaryOf(summary.data.previous.rows[0])
          }
          outcomes={outcomes.data === undefined ? null : outcomesOf(outcomes.data.rows[0])}
          outcomesFailed={outcomesProblem !== null}
        />
      )}
      {outcomesProblem !== null && summaryProblem === null && (
        <ProblemNote
          what="What challenges came to could not be loaded"
          error={outcomesProblem}
          onRetry={() => void outcomes.refetch()}
          slim
        />
      )}
    </>
  );
}
