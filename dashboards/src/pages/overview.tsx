import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { liveDecisionsQuery, newestDecisionQuery, panelBeforeQuery, panelQuery } from '../api/queries.ts';
import type { Decision } from '../api/types.ts';
import type { StackedKey } from '../charts/stacked-bars.tsx';
import { CountriesPanel } from '../components/countries-panel.tsx';
import { DecisionTable } from '../components/decision-table.tsx';
import { FirstLogin } from '../components/first-login.tsx';
import { useFormat } from '../components/format-context.tsx';
import { LiveToggle } from '../components/live-toggle.tsx';
import { Panel } from '../components/panel.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { RangePicker } from '../components/range-picker.tsx';
import { SkeletonLines } from '../components/skeleton.tsx';
import { StatTiles } from '../components/stat-tiles.tsx';
import { TimePanel } from '../components/time-panel.tsx';
import { TopReasons } from '../components/top-reasons.tsx';
import { useProblem } from '../components/use-problem.ts';
import { useTitle } from '../components/use-title.ts';
import { summaryOf } from '../lib/summary.ts';
import {
  DEFAULT_PRESET,
  isOpenEnded,
  type RangeSearch,
  rangeKey,
  rangeOf,
  searchOfWindow,
  type Window,
} from '../lib/time-range.ts';
import { hiddenText, type OverviewSearch, parseHidden } from '../lib/url-state.ts';

/** About a screen; the list of decisions holds the rest. */
const LIVE_ROWS = 15;

/** The map needs every country, not the twenty that the panel gives by itself. */
const ALL_COUNTRIES = { limit: '250' };

/** From the bottom of the stack up: what is most, and matters least, lies below. */
const ACTION_KEYS: readonly StackedKey[] = [
  { key: 'allow', label: 'Allow', token: 'action-allow' },
  { key: 'challenge', label: 'Challenge', token: 'action-challenge' },
  { key: 'block', label: 'Block', token: 'action-block' },
];

const LEVEL_KEYS: readonly StackedKey[] = [
  { key: 'low', label: 'Low', token: 'level-low' },
  { key: 'medium', label: 'Medium', token: 'level-medium' },
  { key: 'high', label: 'High', token: 'level-high' },
];

/** An hour around a moment: enough to see what surrounded it. */
const around = (time: string): Window => {
  const at_ms = Date.parse(time);
  return { from_ms: at_ms - 3_600_000, to_ms: at_ms + 3_600_000 };
};

function NothingInRange({
  newest,
  onShow,
}: {
  readonly newest: Decision;
  readonly onShow: (search: RangeSearch) => void;
}) {
  const format = useFormat();
  const at = newest.event.occurred_at;
  return (
    <div className="empty" data-testid="empty-range">
      <h3>No login in this range</h3>
      <p>The newest one happened on {format.full(at)}.</p>
      <button
        type="button"
        className="button button-strong"
        onClick={() => onShow(searchOfWindow(around(at)))}
      >
        Show the hours around it
      </button>
    </div>
  );
}

export function OverviewPage() {
  useTitle('Overview');
  const search = useSearch({ from: '/app/' });
  const navigate = useNavigate({ from: '/' });
  const range = rangeOf(search, { kind: 'relative', preset: DEFAULT_PRESET });
  const paused = search.paused === true;
  const polling = { range, paused };
  const hidden = parseHidden(search.hide);

  const change = useCallback(
    (next: (before: OverviewSearch) => OverviewSearch, replace = false) => {
      void navigate({ search: next, replace });
    },
    [navigate],
  );
  const setRange = useCallback(
    (to: RangeSearch) => change(({ range: _range, from: _from, to: _to, ...rest }) => ({ ...rest, ...to })),
    [change],
  );
  const selectWindow = useCallback((window: Window) => setRange(searchOfWindow(window)), [setRange]);
  const toggleKey = (key: string): void => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    const hide = hiddenText(next);
    change(({ hide: _hide, ...rest }) => (hide === undefined ? rest : { ...rest, hide }), true);
  };

  const live = useQuery(liveDecisionsQuery(LIVE_ROWS, polling));
  const summary = useQuery(panelQuery('summary', polling));
  const before = useQuery(panelBeforeQuery('summary', polling));
  const actions = useQuery(panelQuery('actions_over_time', polling));
  const levels = useQuery(panelQuery('levels_over_time', polling));
  const reasons = useQuery(panelQuery('top_reasons', polling));
  const countries = useQuery(panelQuery('countries', polling, ALL_COUNTRIES));

  const summaryProblem = useProblem(summary);
  const actionsProblem = useProblem(actions);
  const levelsProblem = useProblem(levels);
  const reasonsProblem = useProblem(reasons);
  const liveProblem = useProblem(live);
  const countriesProblem = useProblem(countries);

  const decisions = live.data?.data;
  const nothingHere = decisions !== undefined && decisions.length === 0 && !live.isPlaceholderData;
  const newest = useQuery(newestDecisionQuery(nothingHere));
  const newestDecision = newest.data?.data[0];

  const following = isOpenEnded(range, Date.now());
  const state = !following ? 'still' : paused ? 'paused' : liveProblem !== null ? 'failing' : 'live';
  const rangeSearch: RangeSearch =
    range.kind === 'absolute'
      ? searchOfWindow(range)
      : range.kind === 'relative'
        ? { range: range.preset }
        : {};

  return (
    <div className="page">
      <div className="page-head">
        <h1>Overview</h1>
        <div className="page-controls">
          <RangePicker range={range} onChange={setRange} />
          <LiveToggle
            state={state}
            onToggle={() =>
              change(
                ({ paused: was, ...rest }) => (was === true ? rest : { ...rest, paused: true as const }),
                true,
              )
            }
          />
        </div>
      </div>

      {summaryProblem !== null && (
        <ProblemNote
          what="The summary could not be loaded"
          error={summaryProblem}
          onRetry={() => void summary.refetch()}
          slim={summary.data !== undefined}
        />
      )}
      {(summary.data !== undefined || summaryProblem === null) && (
        <StatTiles
          summary={summary.data === undefined ? null : summaryOf(summary.data.rows[0])}
          before={
            before.data === undefined || summary.isPlaceholderData ? null : summaryOf(before.data.rows[0])
          }
        />
      )}

      <div className="overview-grid">
        <TimePanel
          title="Actions over time"
          testId="actions-over-time"
          className="area-actions"
          kind="action"
          keys={ACTION_KEYS}
          hidden={hidden}
          onToggle={toggleKey}
          onSelect={selectWindow}
          result={actions.data}
          error={actionsProblem}
          stale={actions.isPlaceholderData}
          onRetry={() => void actions.refetch()}
        />
        <TimePanel
          title="Levels over time"
          testId="levels-over-time"
          className="area-levels"
          kind="level"
          keys={LEVEL_KEYS}
          hidden={hidden}
          onToggle={toggleKey}
          onSelect={selectWindow}
          result={levels.data}
          error={levelsProblem}
          stale={levels.isPlaceholderData}
          onRetry={() => void levels.refetch()}
        />
        <CountriesPanel
          result={countries.data}
          routes={[]}
          error={countriesProblem}
          stale={countries.isPlaceholderData}
          onRetry={() => void countries.refetch()}
          range={rangeSearch}
        />
        <Panel
          title="Top reasons"
          testId="top-reasons-panel"
          className="area-reasons"
          stale={reasons.isPlaceholderData}
        >
          {reasonsProblem !== null && (
            <ProblemNote
              what="The reasons could not be loaded"
              error={reasonsProblem}
              onRetry={() => void reasons.refetch()}
              slim={reasons.data !== undefined}
            />
          )}
          {reasons.data === undefined && reasonsProblem === null && (
            <SkeletonLines lines={8} label="Loading the reasons" />
          )}
          {reasons.data !== undefined && <TopReasons rows={reasons.data.rows} range={rangeSearch} />}
        </Panel>
        <Panel
          title={following ? 'Latest decisions' : 'Newest decisions of the range'}
          testId="live-decisions"
          className="area-live"
          flush
          stale={live.isPlaceholderData}
          actions={
            <Link to="/decisions" search={rangeSearch} className="button button-quiet">
              Search all
            </Link>
          }
        >
          {liveProblem !== null && (
            <ProblemNote
              what="The latest decisions could not be loaded"
              error={liveProblem}
              onRetry={() => void live.refetch()}
              slim={decisions !== undefined}
            />
          )}
          {decisions === undefined && liveProblem === null && (
            <SkeletonLines lines={12} label="Loading the latest decisions" />
          )}
          {decisions !== undefined && decisions.length > 0 && (
            <DecisionTable
              decisions={decisions}
              caption="Latest decisions, newest first"
              {...(live.isPlaceholderData ? {} : { liveScope: rangeKey(range) })}
            />
          )}
          {nothingHere && newest.isSuccess && newestDecision === undefined && <FirstLogin />}
          {nothingHere && newestDecision !== undefined && (
            <NothingInRange newest={newestDecision} onShow={setRange} />
          )}
          {nothingHere && newest.isPending && (
            <SkeletonLines lines={6} label="Looking for the newest decision" />
          )}
          {nothingHere && newest.isError && <p className="empty-line">No login in this range.</p>}
        </Panel>
      </div>
    </div>
  );
}
