import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { decisionsQuery, exportFilter } from '../api/queries.ts';
import { type StreamState, useDecisionStream } from '../api/stream.ts';
import type { DecisionRow } from '../api/types.ts';
import { ColumnPicker } from '../components/column-picker.tsx';
import { ActiveFilters, DecisionFilters, FILTER_NAMES } from '../components/decision-filters.tsx';
import { DecisionTable } from '../components/decision-table.tsx';
import { ExportMenu } from '../components/export-menu.tsx';
import { FirstLogin } from '../components/first-login.tsx';
import { useFormat } from '../components/format-context.tsx';
import { ArrowUpIcon, RefreshIcon } from '../components/icons.tsx';
import { LiveToggle } from '../components/live-toggle.tsx';
import { Panel } from '../components/panel.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { RangePicker } from '../components/range-picker.tsx';
import { SkeletonLines } from '../components/skeleton.tsx';
import { useCatchUp } from '../components/use-catch-up.ts';
import { useProblem } from '../components/use-problem.ts';
import { useTitle } from '../components/use-title.ts';
import { ViewMenu } from '../components/view-menu.tsx';
import { VirtualRows } from '../components/virtual-rows.tsx';
import { columnsText, parseColumns } from '../lib/columns.ts';
import { criteriaOf, matchesRow, mergeRows } from '../lib/decision-filter.ts';
import { isOpenEnded, rangeOf } from '../lib/time-range.ts';
import { type DecisionsSearch, parseDecisionsSearch } from '../lib/url-state.ts';

/** Streamed rows that are kept; the list has the older ones. */
const MOST_STREAMED = 1_000;
/** Further down than this somebody is reading: new rows must not push the text away. */
const READING_PX = 160;
/** How often the list is asked while no stream brings what is new. */
const ALONE_POLL_MS = 2_000;
/** Rows before the end at which the next page is fetched. */
const AHEAD_PX = 1_200;

const liveState = (following: boolean, paused: boolean, stream: StreamState) => {
  if (!following) return 'still' as const;
  if (paused) return 'paused' as const;
  return stream === 'lost' ? ('failing' as const) : ('live' as const);
};

interface Follow {
  readonly enabled: boolean;
  readonly tenant: string;
  /** Something is missing: the list must be asked again. */
  readonly onGap: () => void;
  readonly listed?: readonly DecisionRow[] | undefined;
  /** Whether the list goes on beyond what is loaded. */
  readonly more: boolean;
}

/** Rows that streamed in since the list was asked: those that are shown, and those that wait for the reader. */
const useArrivals = (search: DecisionsSearch, key: string, { listed, more, ...follow }: Follow) => {
  const [arrived, setArrived] = useState<{
    key: string;
    shown: readonly DecisionRow[];
    waiting: readonly DecisionRow[];
  }>({ key, shown: [], waiting: [] });
  const now = arrived.key === key ? arrived : { key, shown: [], waiting: [] };
  const kept = useRef({ key, n: 0 });
  if (kept.current.key !== key) kept.current = { key, n: 0 };
  /** Not everything streamed in: between the rows that did there may be others. */
  const holes = useRef(false);
  useEffect(() => {
    if (!holes.current || listed === undefined) return;
    holes.current = false;
    const oldest = listed.at(-1);
    if (!more || oldest === undefined) return;
    // The list has no holes, and what is older than its last row comes with its next page.
    const from_ms = Date.parse(oldest.occurred_at);
    setArrived((before) => ({
      ...before,
      shown: before.shown.filter((row) => Date.parse(row.occurred_at) >= from_ms),
    }));
  }, [listed, more]);
  const state = useDecisionStream({
    enabled: follow.enabled,
    tenant: follow.tenant,
    onGap: () => {
      holes.current = true;
      follow.onGap();
    },
    onRow: (row) => {
      if (!matchesRow(row, search)) return;
      kept.current.n += 1;
      if (kept.current.n > MOST_STREAMED) {
        // The oldest ones fall out from now on; asked this often, the list always reaches those that are left.
        kept.current.n -= MOST_STREAMED / 2;
        follow.onGap();
      }
      const reading = window.scrollY > READING_PX;
      setArrived((before) => {
        const { shown, waiting } = before.key === key ? before : { shown: [], waiting: [] };
        return reading
          ? { key, shown, waiting: [row, ...waiting].slice(0, MOST_STREAMED) }
          : { key, shown: [row, ...waiting, ...shown].slice(0, MOST_STREAMED), waiting: [] };
      });
    },
  });
  const showWaiting = useCallback(() => {
    setArrived(({ shown, waiting }) => ({ key, shown: [...waiting, ...shown], waiting: [] }));
  }, [key]);
  return { state, shown: now.shown, waiting: now.waiting, showWaiting };
};

/** Fetches the next page before the reader comes to the end. */
const useEndless = (more: boolean, fetchMore: () => void) => {
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(fetchMore);
  latest.current = fetchMore;
  useEffect(() => {
    const element = end.current;
    if (element === null || !more) return;
    const watch = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) latest.current();
      },
      { rootMargin: `${AHEAD_PX}px` },
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, [more]);
  return end;
};

/** Every decision that fits the filters, newest first, following the present. The address holds the whole search. */
export function DecisionsPage() {
  useTitle('Decisions');
  const format = useFormat();
  const search = useSearch({ from: '/app/decisions' });
  const { session } = useRouteContext({ from: '/app/decisions' });
  const navigate = useNavigate({ from: '/decisions' });
  const range = rangeOf(search, { kind: 'any' });
  const criteria = criteriaOf(search);
  const paused = search.paused === true;
  const options = decisionsQuery(criteria, range, paused);
  const query = useInfiniteQuery(options);
  const problem = useProblem(query);
  const listed = useMemo(() => query.data?.pages.flatMap((page) => page.data), [query.data]);
  const columns = parseColumns(search.cols);
  const following = isOpenEnded(range, Date.now());
  const key = JSON.stringify(options.queryKey);
  const catchUp = useCatchUp(query);
  const arrivals = useArrivals(search, key, {
    enabled: following && !paused,
    tenant: session.tenant,
    onGap: catchUp,
    ...(query.isPlaceholderData ? {} : { listed }),
    more: query.hasNextPage,
  });
  // Without the stream the list is asked again, so that the page goes on following. A try under way is let finish: one
  // that is always begun anew never comes to say that it failed.
  const { refetch } = query;
  const alone = arrivals.state === 'lost' || arrivals.state === 'connecting';
  useEffect(() => {
    if (!alone) return;
    const timer = setInterval(() => void refetch({ cancelRefetch: false }), ALONE_POLL_MS);
    return () => clearInterval(timer);
  }, [alone, refetch]);
  const rows = useMemo(() => {
    if (listed === undefined || query.isPlaceholderData) return listed;
    // What waits for the reader must not come in through the list meanwhile.
    const waiting = new Set(arrivals.waiting.map(({ id }) => id));
    return mergeRows(
      arrivals.shown,
      waiting.size === 0 ? listed : listed.filter(({ id }) => !waiting.has(id)),
    );
  }, [listed, arrivals.shown, arrivals.waiting, query.isPlaceholderData]);
  const page = useRef<HTMLDivElement>(null);
  const end = useEndless(query.hasNextPage && !query.isFetchingNextPage, () => void query.fetchNextPage());

  const go = (next: DecisionsSearch, replace = false): void => {
    void navigate({ search: next, replace });
  };
  const filtered = FILTER_NAMES.some((name) => search[name] !== undefined) || range.kind !== 'any';
  const note =
    rows === undefined
      ? undefined
      : `${format.count(rows.length)}${query.hasNextPage ? ' or more' : ''}, newest first`;

  return (
    <div className="page" data-testid="decisions-page" ref={page}>
      <div className="page-head">
        <h1>Decisions</h1>
        <div className="page-controls">
          <ViewMenu search={search} mayWrite={session.scopes.includes('feedback:write')} />
          <RangePicker
            range={range}
            allowAny
            onChange={(to) =>
              go({ ...parseDecisionsSearch({ ...search, range: '', from: '', to: '' }), ...to })
            }
          />
          <LiveToggle
            state={liveState(following, paused, arrivals.state)}
            onToggle={() => go(parseDecisionsSearch({ ...search, paused: paused ? '' : 'true' }), true)}
          />
        </div>
      </div>
      <DecisionFilters search={search} onChange={go} />
      <ActiveFilters search={search} onChange={go} />
      <Panel
        title="Results"
        testId="results"
        flush
        stale={query.isPlaceholderData}
        {...(note === undefined ? {} : { note: <span role="status">{note}</span> })}
        actions={
          <>
            {filtered && (
              <button type="button" className="button button-quiet" onClick={() => go({})}>
                Clear
              </button>
            )}
            <ColumnPicker
              columns={columns}
              onChange={(next) =>
                go(parseDecisionsSearch({ ...search, cols: columnsText(next) ?? '' }), true)
              }
            />
            <ExportMenu filter={() => exportFilter(criteria, range)} columns={columns} />
            <button
              type="button"
              className="button button-icon"
              onClick={() => {
                if (!query.isFetching) void query.refetch();
              }}
              aria-disabled={query.isFetching}
              aria-label="Refresh"
              title="Refresh"
            >
              <RefreshIcon />
            </button>
          </>
        }
      >
        {problem !== null && (
          <ProblemNote
            what="The search failed"
            error={problem}
            onRetry={() => void query.refetch()}
            busy={query.isFetching}
            slim={rows !== undefined}
          />
        )}
        {rows === undefined && problem === null && <SkeletonLines lines={16} label="Searching" />}
        {rows !== undefined && rows.length > 0 && (
          <DecisionTable
            rows={rows}
            columns={columns}
            caption="Decisions that fit the filters, newest first"
            keys
            LongRows={VirtualRows}
            {...(query.isPlaceholderData ? {} : { liveScope: key })}
          />
        )}
        {rows !== undefined &&
          rows.length === 0 &&
          (filtered ? (
            <div className="empty" data-testid="empty-search">
              <h3>Nothing fits</h3>
              <p>
                Words are looked for anywhere in a decision; the other filters are compared exactly. Take one
                away, or widen the time range.
              </p>
              <button type="button" className="button" onClick={() => go({})}>
                Show everything
              </button>
            </div>
          ) : (
            <FirstLogin />
          ))}
        <div ref={end} />
        {query.hasNextPage && (
          <div className="more">
            <button
              type="button"
              className="button"
              onClick={() => {
                if (!query.isFetchingNextPage) void query.fetchNextPage();
              }}
              aria-disabled={query.isFetchingNextPage}
              data-testid="load-more"
            >
              {query.isFetchingNextPage ? 'Loading…' : 'Load older decisions'}
            </button>
          </div>
        )}
      </Panel>
      {arrivals.waiting.length > 0 && (
        <button
          type="button"
          className="button button-strong arrivals"
          onClick={() => {
            window.scrollTo({ top: 0 });
            arrivals.showWaiting();
            // The button goes with what it announced; the reading goes on at the newest row.
            requestAnimationFrame(() => page.current?.querySelector<HTMLElement>('.row-link')?.focus());
          }}
          data-testid="arrivals"
        >
          <ArrowUpIcon />
          {format.count(arrivals.waiting.length)} new
        </button>
      )}
    </div>
  );
}
