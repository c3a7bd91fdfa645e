import { useCallback, useEffect, useRef } from 'react';

interface Asked {
  readonly isFetching: boolean;
  readonly refetch: (options: { readonly cancelRefetch: boolean }) => Promise<unknown>;
}

/**
 * Asks again for what may have changed this moment. An answer that is under way may be older than the change: then it is
 * awaited, and asked for once more. However often it is called, one call is under way and one waits.
 */
export const useCatchUp = ({ isFetching, refetch }: Asked): (() => void) => {
  const latest = useRef({ isFetching, refetch });
  latest.current = { isFetching, refetch };
  const waits = useRef(false);
  useEffect(() => {
    if (isFetching || !waits.current) return;
    waits.current = false;
    void latest.current.refetch({ cancelRefetch: false });
  }, [isFetching]);
  return useCallback(() => {
    if (latest.current.isFetching) waits.current = true;
    else void latest.current.refetch({ cancelRefetch: false });
  }, []);
};
