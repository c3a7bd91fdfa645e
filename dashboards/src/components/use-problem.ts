import { useState } from 'react';

interface Asked {
  readonly error: unknown;
  readonly isSuccess: boolean;
}

/**
 * The error of a query that is asked again and again, kept until an answer comes. The query itself forgets it with
 * each new try as long as it has no data, and the page would flicker between the problem and its skeleton.
 */
export const useProblem = ({ error, isSuccess }: Asked): unknown => {
  const [last, setLast] = useState<unknown>(null);
  if (error !== null && error !== last) setLast(error);
  if (error === null && isSuccess && last !== null) setLast(null);
  return error ?? (isSuccess ? null : last);
};
