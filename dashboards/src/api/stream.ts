import { useEffect, useRef, useState } from 'react';
import type { DecisionRow } from './types.ts';

/** `off`: not asked for. `lost`: it cannot be had now; whoever shows it must ask the list instead. */
export type StreamState = 'off' | 'connecting' | 'live' | 'lost';

/** What the tab that holds the stream tells the others. */
type News =
  | { readonly kind: 'row'; readonly row: DecisionRow }
  | { readonly kind: 'gap' }
  | { readonly kind: 'state'; readonly state: StreamState };

/** `hello`: a tab has just come, and asks how the stream is doing. */
type Message = News | { readonly kind: 'hello' };

interface Follower {
  readonly onState: (state: StreamState) => void;
  readonly onRow: (row: DecisionRow) => void;
  /** Something was left out: the list has it. */
  readonly onGap: () => void;
}

/** What was decided a moment ago is in the log, and on its way to where lists are read. */
const LIST_LAG_MS = 3_000;
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

/** Holds the connection, and reconnects by itself from where it was. Gives what ends it. */
const holdStream = (tell: (news: News) => void): (() => void) => {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    tell({ kind: 'state', state: 'connecting' });
    source = new EventSource('/v1/decisions/stream');
    source.onopen = () => tell({ kind: 'state', state: 'live' });
    source.onerror = () => {
      tell({ kind: 'state', state: 'lost' });
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_MS);
    };
    source.addEventListener('decision', (event) => {
      const row = rowOf(event);
      if (row !== null) tell({ kind: 'row', row });
    });
    for (const name of ['gap', 'skipped']) source.addEventListener(name, () => tell({ kind: 'gap' }));
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
};

/**
 * Follows a tenant's decisions over the one stream that the tabs of a browser share: HTTP/1.1 allows six connections to
 * a server, and six tabs with a stream each would leave none for anything else. Among the tabs that show, one holds the
 * stream (Web Locks API) and tells the others (BroadcastChannel); when it goes or is hidden, the next one takes over.
 * While no tab shows there is none. Without locks (no HTTPS and not this machine) every tab that shows has its own.
 */
export const followDecisions = (tenant: string, follower: Follower): (() => void) => {
  const name = `gatehouse.decisions.${tenant}`;
  const channel = new BroadcastChannel(name);
  let state: StreamState = 'off';
  let leading = false;
  let turn: AbortController | null = null;

  let later: ReturnType<typeof setTimeout> | undefined;

  const gap = (): void => {
    follower.onGap();
    clearTimeout(later);
    later = setTimeout(follower.onGap, LIST_LAG_MS);
  };
  const hear = (news: News): void => {
    if (news.kind === 'row') follower.onRow(news.row);
    else if (news.kind === 'gap') gap();
    else if (news.state !== state) {
      state = news.state;
      follower.onState(state);
      // What was decided between the list's answer and this moment came to nobody.
      if (state === 'live') gap();
    }
  };
  const tell = (news: News): void => {
    channel.postMessage(news satisfies Message);
    hear(news);
  };
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (turn === null) return;
    if (data.kind !== 'hello') {
      if (!leading) hear(data);
    } else if (leading) channel.postMessage({ kind: 'state', state } satisfies Message);
  };

  const lead = (ended: AbortSignal): Promise<void> => {
    if (ended.aborted) return Promise.resolve();
    leading = true;
    const stop = holdStream(tell);
    return new Promise((release) => {
      ended.addEventListener('abort', () => {
        leading = false;
        stop();
        release();
      });
    });
  };
  const show = (): void => {
    turn = new AbortController();
    const { signal } = turn;
    hear({ kind: 'state', state: 'connecting' });
    if (navigator.locks === undefined) {
      void lead(signal);
      return;
    }
    channel.postMessage({ kind: 'hello' } satisfies Message);
    navigator.locks
      .request(name, { signal }, () => lead(signal))
      .catch(() => {
        // Hidden while it waited; or the browser refuses locks here, and then this tab sees to itself.
        if (!signal.aborted) void lead(signal);
      });
  };
  const hide = (): void => {
    turn?.abort();
    turn = null;
    clearTimeout(later);
    hear({ kind: 'state', state: 'off' });
  };
  const look = (): void => {
    if (document.visibilityState === 'hidden') hide();
    else if (turn === null) show();
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    clearTimeout(later);
    turn?.abort();
    turn = null;
    channel.close();
  };
};

interface StreamOptions extends Omit<Follower, 'onState'> {
  readonly enabled: boolean;
  /** Whose decisions: tabs of another tenant's session must not hear of them. */
  readonly tenant: string;
}

/** Follows decisions as they are made, while the page shows. */
export const useDecisionStream = ({ enabled, tenant, onRow, onGap }: StreamOptions): StreamState => {
  const [state, setState] = useState<StreamState>('off');
  const latest = useRef({ onRow, onGap });
  latest.current = { onRow, onGap };
  useEffect(() => {
    if (!enabled) {
      setState('off');
      return;
    }
    return followDecisions(tenant, {
      onState: setState,
      onRow: (row) => latest.current.onRow(row),
      onGap: () => latest.current.onGap(),
    });
  }, [enabled, tenant]);
  return state;
};
