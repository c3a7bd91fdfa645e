import { Link } from '@tanstack/react-router';
import type { DecisionRow } from '../api/types.ts';
import { type RangeSearch, searchOfWindow, type Window } from '../lib/time-range.ts';
import { DecisionTable } from './decision-table.tsx';
import { FirstLogin } from './first-login.tsx';
import { useFormat } from './format-context.tsx';
import { Panel } from './panel.tsx';
import { ProblemNote } from './problem-note.tsx';
import { SkeletonLines } from './skeleton.tsx';
import type { LatestDecisions } from './use-latest-decisions.ts';

/** An hour around a moment: enough to see what surrounded it. */
const around = (time: string): Window => {
  const at_ms = Date.parse(time);
  return { from_ms: at_ms - 3_600_000, to_ms: at_ms + 3_600_000 };
};

function NothingInRange({
  newest,
  onShow,
}: {
  readonly newest: DecisionRow;
  readonly onShow: (search: RangeSearch) => void;
}) {
  const format = useFormat();
  const at = newest.occurred_at;
  return (
    <div className="empty" data-testid="empty-range">
      <h3>No login in this range</h3>
      <p>The newest one happened on {format.full(at)}.</p>
      <button
        type="button"
        className="button button-strong"
        onClick={() => onShow(searchOfWindow(around(at)))}
      >
        Show the hours around it
      </button>
    </div>
  );
}

interface LatestDecisionsPanelProps {
  readonly latest: LatestDecisions;
  readonly following: boolean;
  readonly range: RangeSearch;
  /** Names the range: rows of another one are not new. */
  readonly scope: string;
  readonly onRange: (search: RangeSearch) => void;
}

export function LatestDecisionsPanel({
  latest,
  following,
  range,
  scope,
  onRange,
}: LatestDecisionsPanelProps) {
  const { decisions, stale, problem, none, newest, newestFailed } = latest;
  return (
    <Panel
      title={following ? 'Latest decisions' : 'Newest decisions of the range'}
      testId="live-decisions"
      className="area-live"
      flush
      stale={stale}
      actions={
        <Link to="/decisions" search={range} className="button button-quiet">
          Search all
        </Link>
      }
    >
      {problem !== null && (
        <ProblemNote
          what="The latest decisions could not be loaded"
          error={problem}
          onRetry={latest.retry}
          slim={decisions !== undefined}
        />
      )}
      {decisions === undefined && problem === null && (
        <SkeletonLines lines={12} label="Loading the latest decisions" />
      )}
      {decisions !== undefined && decisions.length > 0 && (
        <DecisionTable
          rows={decisions}
          caption="Latest decisions, newest first"
          {...(stale ? {} : { liveScope: scope })}
        />
      )}
      {none && newest === null && <FirstLogin />}
      {none && newest != null && <NothingInRange newest={newest} onShow={onRange} />}
      {none && newest === undefined && !newestFailed && (
        <SkeletonLines lines={6} label="Looking for the newest decision" />
      )}
      {none && newestFailed && <p className="empty-line empty-inset">No login in this range.</p>}
    </Panel>
  );
}
