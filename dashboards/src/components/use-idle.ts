import { useEffect, useState } from 'react';

/** A page that has just shown itself is about to do more. */
const FIRST_MS = 400;
/** Nothing waits for longer, however busy the page is. */
const AT_MOST_MS = 1_000;

/** False until the browser has nothing better to do: for what may come a moment later, so that the page answers at once. */
export const useIdle = (): boolean => {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    let handle = 0;
    const begin = (): void => setIdle(true);
    const timer = setTimeout(() => {
      // Safari has no idle callbacks.
      if (typeof requestIdleCallback === 'undefined') begin();
      else handle = requestIdleCallback(begin, { timeout: AT_MOST_MS });
    }, FIRST_MS);
    return () => {
      clearTimeout(timer);
      if (handle !== 0) cancelIdleCallback(handle);
    };
  }, []);
  return idle;
};
