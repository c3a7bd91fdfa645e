import { useEffect, useRef, useState } from 'react';
import type { DecisionRow } from './types.ts';

/** `off`: not asked for. `lost`: it cannot be had now; whoever shows it must ask the list instead. */
export type StreamState = 'off' | 'connecting' | 'live' | 'lost';

interface StreamOptions {
  readonly enabled: boolean;
  /** What the server narrows the stream to. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly onRow: (row: DecisionRow) => void;
  /** Something was left out: the list has it. */
  readonly onGap: () => void;
}

/** A browser gives up for good after an answer that is no stream (401, 429, a proxy's page). */
const AGAIN_MS = 3_000;

const rowOf = (event: Event): DecisionRow | null => {
  if (!(event instanceof MessageEvent) || typeof event.data !== 'string') return null;
  try {
    return JSON.parse(event.data) as DecisionRow;
  } catch {
    // Half a message of a connection that broke: the gap that follows says so.
    return null;
  }
};

/** Follows decisions as they are made. Reconnects by itself, from where it was. */
export const useDecisionStream = ({ enabled, parameters, onRow, onGap }: StreamOptions): StreamState => {
  const [state, setState] = useState<StreamState>('off');
  const latest = useRef({ onRow, onGap });
  latest.current = { onRow, onGap };
  const query = new URLSearchParams(parameters).toString();
  useEffect(() => {
    if (!enabled) {
      setState('off');
      return;
    }
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const open = (): void => {
      setState('connecting');
      source = new EventSource(`/v1/decisions/stream${query === '' ? '' : `?${query}`}`);
      source.onopen = () => setState('live');
      source.onerror = () => {
        setState('lost');
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_MS);
      };
      source.addEventListener('decision', (event) => {
        const row = rowOf(event);
        if (row !== null) latest.current.onRow(row);
      });
      for (const name of ['gap', 'skipped']) source.addEventListener(name, () => latest.current.onGap());
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [enabled, query]);
  return state;
};
