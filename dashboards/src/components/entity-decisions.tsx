import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type DecisionCriteria, entityDecisionsQuery } from '../api/queries.ts';
import type { DecisionsSearch } from '../lib/url-state.ts';
import { DecisionTable } from './decision-table.tsx';
import { Panel } from './panel.tsx';
import { ProblemNote } from './problem-note.tsx';
import { SkeletonLines } from './skeleton.tsx';

interface EntityDecisionsProps {
  readonly criteria: DecisionCriteria;
  /** The same as a search of the decisions page. */
  readonly search: DecisionsSearch;
  /** `from this address`. */
  readonly words: string;
}

/** The newest decisions of an address, a network or a device. */
export function EntityDecisions({ criteria, search, words }: EntityDecisionsProps) {
  const query = useQuery(entityDecisionsQuery(criteria));
  const decisions = query.data?.data;
  return (
    <Panel
      title="Newest decisions"
      testId="entity-decisions"
      flush
      actions={
        <Link to="/decisions" search={search} className="button button-quiet">
          Search all
        </Link>
      }
    >
      {query.isError && (
        <ProblemNote
          what={`The decisions ${words} could not be loaded`}
          error={query.error}
          onRetry={() => void query.refetch()}
          busy={query.isFetching}
          slim={decisions !== undefined}
        />
      )}
      {decisions === undefined && !query.isError && <SkeletonLines lines={10} label="Loading decisions" />}
      {decisions?.length === 0 && (
        <p className="empty-line empty-inset">No decision {words} is kept in this tenant.</p>
      )}
      {decisions !== undefined && decisions.length > 0 && (
        <DecisionTable decisions={decisions} caption={`Newest decisions ${words}`} liveScope={words} />
      )}
    </Panel>
  );
}
