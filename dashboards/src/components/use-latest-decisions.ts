import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { liveDecisionsQuery, newestDecisionQuery, type Polling } from '../api/queries.ts';
import { useDecisionStream } from '../api/stream.ts';
import type { DecisionRow } from '../api/types.ts';
import { mergeRows } from '../lib/decision-filter.ts';
import { useCatchUp } from './use-catch-up.ts';
import { useProblem } from './use-problem.ts';

/** About a screen; the list of decisions holds the rest. */
const LIVE_ROWS = 15;

export interface LatestDecisions {
  /** Undefined while it loads. */
  readonly decisions: readonly DecisionRow[] | undefined;
  readonly stale: boolean;
  readonly problem: unknown;
  readonly retry: () => void;
  /** Nothing in the range. */
  readonly none: boolean;
  /** The newest of all, where the range has none: `null` when there is none at all. */
  readonly newest: DecisionRow | null | undefined;
  readonly newestFailed: boolean;
}

interface Options {
  readonly polling: Polling;
  readonly following: boolean;
  readonly tenant: string;
}

/** The newest decisions of the range, as they are made where it reaches to now. */
export const useLatestDecisions = ({ polling, following, tenant }: Options): LatestDecisions => {
  const follows = following && !polling.paused;
  const [streamed, setStreamed] = useState<readonly DecisionRow[]>([]);
  const stream = useDecisionStream({
    enabled: follows,
    tenant,
    onRow: (row) => setStreamed((before) => [row, ...before].slice(0, LIVE_ROWS)),
    onGap: () => catchUp(),
  });
  const live = useQuery(liveDecisionsQuery(LIVE_ROWS, polling, stream === 'live'));
  const catchUp = useCatchUp(live);
  const problem = useProblem(live);
  const listed = live.data?.data;
  const decisions =
    listed === undefined || live.isPlaceholderData
      ? listed
      : mergeRows(follows ? streamed : [], listed, LIVE_ROWS);
  const none = decisions !== undefined && decisions.length === 0 && !live.isPlaceholderData;
  const newest = useQuery(newestDecisionQuery(none));
  return {
    decisions,
    stale: live.isPlaceholderData,
    problem,
    retry: () => void live.refetch(),
    none,
    newest: newest.isSuccess ? (newest.data.data[0] ?? null) : undefined,
    newestFailed: newest.isError,
  };
};
