import { useEffect, useState } from 'react';

/** Nothing waits for longer, however busy the page is. */
const AT_MOST_MS = 1_000;

/** False until the browser has nothing better to do: for what may come a moment later, so that the page answers at once. */
export const useIdle = (): boolean => {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const begin = (): void => setIdle(true);
    // Safari has no idle callbacks.
    if (typeof requestIdleCallback === 'undefined') {
      const timer = setTimeout(begin, AT_MOST_MS);
      return () => clearTimeout(timer);
    }
    const handle = requestIdleCallback(begin, { timeout: AT_MOST_MS });
    return () => cancelIdleCallback(handle);
  }, []);
  return idle;
};
