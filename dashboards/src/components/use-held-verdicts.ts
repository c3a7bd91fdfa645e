import { useCallback, useEffect, useRef, useState } from 'react';
import type { VerdictWord } from '../api/types.ts';

/** Long enough to notice a wrong key, short enough that nobody waits for the effect. */
export const UNDO_MS = 5_000;

export interface HeldVerdict {
  readonly id: string;
  readonly verdict: VerdictWord;
}

/**
 * Holds verdicts back for some seconds, so that a slip of the finger can be taken back before the engine learns from it.
 * They are sent at once when the page is left or closed.
 */
export const useHeldVerdicts = (
  send: (verdict: HeldVerdict) => void,
): {
  /** Not yet sent, the newest last. */
  readonly held: readonly HeldVerdict[];
  readonly hold: (verdict: HeldVerdict) => void;
  /** Takes the newest one back; undefined when there is none. */
  readonly undo: () => HeldVerdict | undefined;
} => {
  const timers = useRef(new Map<string, { verdict: HeldVerdict; timer: ReturnType<typeof setTimeout> }>());
  const [held, setHeld] = useState<readonly HeldVerdict[]>([]);
  const latest = useRef(send);
  latest.current = send;

  const show = useCallback(() => setHeld([...timers.current.values()].map(({ verdict }) => verdict)), []);
  const release = useCallback(
    (id: string): HeldVerdict | undefined => {
      const entry = timers.current.get(id);
      if (entry === undefined) return undefined;
      clearTimeout(entry.timer);
      timers.current.delete(id);
      show();
      return entry.verdict;
    },
    [show],
  );
  const sendNow = useCallback(
    (id: string) => {
      const verdict = release(id);
      if (verdict !== undefined) latest.current(verdict);
    },
    [release],
  );
  const hold = useCallback(
    (verdict: HeldVerdict) => {
      release(verdict.id);
      timers.current.set(verdict.id, {
        verdict,
        timer: setTimeout(() => sendNow(verdict.id), UNDO_MS),
      });
      show();
    },
    [release, sendNow, show],
  );
  const undo = useCallback(() => {
    const newest = [...timers.current.keys()].at(-1);
    return newest === undefined ? undefined : release(newest);
  }, [release]);

  useEffect(() => {
    const sendAll = (): void => {
      for (const id of [...timers.current.keys()]) sendNow(id);
    };
    window.addEventListener('pagehide', sendAll);
    return () => {
      window.removeEventListener('pagehide', sendAll);
      sendAll();
    };
  }, [sendNow]);
  return { held, hold, undo };
};
