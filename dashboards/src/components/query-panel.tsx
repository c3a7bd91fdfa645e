import { type UseQueryOptions, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { PanelResult } from '../api/types.ts';
import { Panel } from './panel.tsx';
import { ProblemNote } from './problem-note.tsx';
import { SkeletonLines } from './skeleton.tsx';
import { useProblem } from './use-problem.ts';

interface QueryPanelProps {
  readonly title: string;
  /** As it is said when it fails: "the reasons". */
  readonly what: string;
  readonly testId: string;
  readonly className: string;
  readonly query: UseQueryOptions<PanelResult>;
  /** Of the skeleton. */
  readonly lines: number;
  readonly children: (result: PanelResult) => ReactNode;
}

/** A panel that asks for its own figures, so that their coming draws nothing else anew. */
export function QueryPanel({ title, what, testId, className, query, lines, children }: QueryPanelProps) {
  const asked = useQuery(query);
  const problem = useProblem(asked);
  const { data } = asked;
  return (
    <Panel title={title} testId={testId} className={className} stale={asked.isPlaceholderData}>
      {problem !== null && (
        <ProblemNote
          what={`${what[0]?.toUpperCase()}${what.slice(1)} could not be loaded`}
          error={problem}
          onRetry={() => void asked.refetch()}
          slim={data !== undefined}
        />
      )}
      {data === undefined && problem === null && <SkeletonLines lines={lines} label={`Loading ${what}`} />}
      {data !== undefined && children(data)}
    </Panel>
  );
}
