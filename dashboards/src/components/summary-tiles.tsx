import { useQuery } from '@tanstack/react-query';
import { type Polling, panelQuery } from '../api/queries.ts';
import { outcomesOf, summaryOf } from '../lib/summary.ts';
import { countedBeyond } from '../lib/time-range.ts';
import { useFormat } from './format-context.tsx';
import { ProblemNote } from './problem-note.tsx';
import { StatTiles } from './stat-tiles.tsx';
import { useProblem } from './use-problem.ts';

const COMPARED = { compare: 'previous' };

/** Said where the numbers hold more than the range that was asked for. */
function CountedNote({
  polling,
  from,
  to,
}: {
  readonly polling: Polling;
  readonly from: string;
  readonly to: string;
}) {
  const format = useFormat();
  const counted = countedBeyond(
    polling.range,
    { from_ms: Date.parse(from), to_ms: Date.parse(to) },
    Date.now(),
  );
  if (counted === null) return null;
  return (
    <p className="muted" data-testid="counted">
      Numbers and charts count whole hours or days (UTC): {format.stamp(counted.from_ms)} –{' '}
      {format.stamp(counted.to_ms)}.
    </p>
  );
}

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
      {summary.data !== undefined && !summary.isPlaceholderData && (
        <CountedNote polling={polling} from={summary.data.from} to={summary.data.to} />
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
