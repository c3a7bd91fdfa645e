/** In place of what did not come in time. */
export const LATE = Symbol('late');
/** In place of what failed. */
export const FAILED = Symbol('failed');

/** The answer, or why there is none by then. Never rejects, and a late failure troubles nobody. */
export function within<T>(work: Promise<T>, wait_ms: number): Promise<T | typeof LATE | typeof FAILED> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(LATE), wait_ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      () => {
        clearTimeout(timer);
        resolve(FAILED);
      },
    );
  });
}
