import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import {
  annotationsQuery,
  campaignsQuery,
  liveDecisionsQuery,
  newestDecisionQuery,
  panelQuery,
} from '../api/queries.ts';
import { useDecisionStream } from '../api/stream.ts';
import type { DecisionRow, PanelRow } from '../api/types.ts';
import { CampaignsPanel } from '../components/campaigns-panel.tsx';
import { ChartPanel } from '../components/chart-panel.tsx';
import { CountriesPanel } from '../components/countries-panel.tsx';
import { DecisionTable } from '../components/decision-table.tsx';
import { FirstLogin } from '../components/first-login.tsx';
import { useFormat } from '../components/format-context.tsx';
import { LiveToggle } from '../components/live-toggle.tsx';
import { Panel } from '../components/panel.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { RangePicker } from '../components/range-picker.tsx';
import { type RankRow, RankTable } from '../components/rank-table.tsx';
import { SkeletonLines } from '../components/skeleton.tsx';
import { StatTiles } from '../components/stat-tiles.tsx';
import { type StackedKey, TimePanel } from '../components/time-panel.tsx';
import { TopReasons } from '../components/top-reasons.tsx';
import { Untrusted } from '../components/untrusted.tsx';
import { useCatchUp } from '../components/use-catch-up.ts';
import { useProblem } from '../components/use-problem.ts';
import { useTitle } from '../components/use-title.ts';
import { mergeRows } from '../lib/decision-filter.ts';
import { clientWords } from '../lib/place-words.ts';
import { type PlotColumn, plotOverTime } from '../lib/plots.ts';
import { countIn, numberIn, textIn } from '../lib/rows.ts';
import { outcomesOf, summaryOf } from '../lib/summary.ts';
import { sentence } from '../lib/text.ts';
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
import { methodWords } from '../lib/words.ts';

/** About a screen; the list of decisions holds the rest. */
const LIVE_ROWS = 15;

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

const STATUS_KEYS: readonly StackedKey[] = [
  { key: 'succeeded', label: 'Succeeded', token: 'lowers' },
  { key: 'attempted', label: 'Attempted', token: 'sum' },
  { key: 'failed', label: 'Failed', token: 'raises' },
];

const RATE_COLUMNS: readonly PlotColumn[] = [
  { column: 'challenge_rate', label: 'Challenged', token: 'action-challenge', kind: 'line' },
  { column: 'block_rate', label: 'Blocked', token: 'action-block', kind: 'line' },
];

/** The map needs every country, not the twenty that the panel gives by itself. */
const ALL_COUNTRIES = { limit: '250' };
const COMPARED = { compare: 'previous' };
const TOP = { limit: '8' };

/** An hour around a moment: enough to see what surrounded it. */
const around = (time: string): Window => {
  const at_ms = Date.parse(time);
  return { from_ms: at_ms - 3_600_000, to_ms: at_ms + 3_600_000 };
};

function NothingInRange({
  newest,
  onShow,
}: {
  readonly newest: DecisionRow;
  readonly onShow: (search: RangeSearch) => void;
}) {
  const format = useFormat();
  const at = newest.occurred_at;
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

const ranked = (row: PanelRow, key: string, label: RankRow['label']): RankRow => ({
  key,
  label,
  n: countIn(row, 'n'),
  failed: countIn(row, 'failed'),
  challenged: countIn(row, 'challenged'),
  blocked: countIn(row, 'blocked'),
});

const networkRow = (row: PanelRow, range: RangeSearch): RankRow => {
  const asn = textIn(row, 'asn');
  const name = textIn(row, 'as_name');
  if (asn === null || asn === '0') return ranked(row, 'unknown', <span className="missing">unknown</span>);
  return ranked(
    row,
    asn,
    <Link to="/network" search={{ ...range, asn }}>
      <Untrusted>{name ?? `AS${asn}`}</Untrusted>
    </Link>,
  );
};

const clientRow = (row: PanelRow, range: RangeSearch): RankRow => {
  const browser = textIn(row, 'browser');
  const os = textIn(row, 'os');
  const kind = textIn(row, 'device_type');
  const words = clientWords({ browser, os });
  const search = { ...range, ...(browser === null ? {} : { browser }), ...(os === null ? {} : { os }) };
  return ranked(
    row,
    `${browser} ${os} ${kind}`,
    words === null ? (
      <span className="missing">unknown</span>
    ) : (
      <>
        <Link to="/decisions" search={search}>
          <Untrusted>{words}</Untrusted>
        </Link>{' '}
        {kind !== null && <span className="category">{sentence(kind).toLowerCase()}</span>}
      </>
    ),
  );
};

export function OverviewPage() {
  useTitle('Overview');
  const format = useFormat();
  const search = useSearch({ from: '/app/' });
  const { session } = useRouteContext({ from: '/app/' });
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

  const following = isOpenEnded(range, Date.now());
  const [streamed, setStreamed] = useState<readonly DecisionRow[]>([]);
  const stream = useDecisionStream({
    enabled: following && !paused,
    tenant: session.tenant,
    onRow: (row) => setStreamed((before) => [row, ...before].slice(0, LIVE_ROWS)),
    onGap: () => catchUp(),
  });
  const live = useQuery(liveDecisionsQuery(LIVE_ROWS, polling, stream === 'live'));
  const catchUp = useCatchUp(live);
  const summary = useQuery(panelQuery('summary', polling, COMPARED));
  const outcomes = useQuery(panelQuery('challenge_outcomes', polling));
  const actions = useQuery(panelQuery('actions_over_time', polling, COMPARED));
  const levels = useQuery(panelQuery('levels_over_time', polling));
  const statuses = useQuery(panelQuery('statuses_over_time', polling));
  const rates = useQuery(panelQuery('rates_over_time', polling));
  const methods = useQuery(panelQuery('challenge_methods', polling));
  const reasons = useQuery(panelQuery('top_reasons', polling));
  const countries = useQuery(panelQuery('countries', polling, ALL_COUNTRIES));
  const routes = useQuery(panelQuery('routes', polling, TOP));
  const networks = useQuery(panelQuery('networks', polling, TOP));
  const clients = useQuery(panelQuery('clients', polling, TOP));
  const campaigns = useQuery(campaignsQuery(polling));
  const annotations = useQuery(annotationsQuery(polling));

  const summaryProblem = useProblem(summary);
  const actionsProblem = useProblem(actions);
  const levelsProblem = useProblem(levels);
  const statusesProblem = useProblem(statuses);
  const ratesProblem = useProblem(rates);
  const reasonsProblem = useProblem(reasons);
  const liveProblem = useProblem(live);
  const countriesProblem = useProblem(countries);
  const campaignsProblem = useProblem(campaigns);
  const networksProblem = useProblem(networks);
  const clientsProblem = useProblem(clients);
  const methodsProblem = useProblem(methods);
  const outcomesProblem = useProblem(outcomes);
  const routesProblem = useProblem(routes);
  const annotationsProblem = useProblem(annotations);

  const listed = live.data?.data;
  const decisions =
    listed === undefined || live.isPlaceholderData
      ? listed
      : mergeRows(following && !paused ? streamed : [], listed, LIVE_ROWS);
  const nothingHere = decisions !== undefined && decisions.length === 0 && !live.isPlaceholderData;
  const newest = useQuery(newestDecisionQuery(nothingHere));
  const newestDecision = newest.data?.data[0];

  const state = !following ? 'still' : paused ? 'paused' : liveProblem !== null ? 'failing' : 'live';
  const rangeSearch: RangeSearch =
    range.kind === 'absolute'
      ? searchOfWindow(range)
      : range.kind === 'relative'
        ? { range: range.preset }
        : {};
  const ratePlot = useMemo(() => {
    if (rates.data === undefined) return null;
    return {
      ...plotOverTime(rates.data, RATE_COLUMNS, null, format),
      write: format.percent,
      scale: 'share' as const,
      spoken: 'Shares of decisions that were challenged and blocked, over time.',
    };
  }, [rates.data, format]);
  const marks = annotations.data ?? [];
  const time = { hidden, onToggle: toggleKey, onSelect: selectWindow, annotations: marks };

  return (
    <div className="page" data-testid="overview-page">
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
            summary.data?.previous == null || summary.isPlaceholderData
              ? null
              : summaryOf(summary.data.previous.rows[0])
          }
          outcomes={outcomes.data === undefined ? null : outcomesOf(outcomes.data.rows[0])}
          outcomesFailed={outcomesProblem !== null}
        />
      )}
      {outcomesProblem !== null && summaryProblem === null && (
        <ProblemNote
          what="What challenges came to could not be loaded"
          error={outcomesProblem}
          onRetry={() => void outcomes.refetch()}
          slim
        />
      )}
      {annotationsProblem !== null && actionsProblem === null && (
        <ProblemNote
          what="Changes of policy and model could not be loaded; the charts do not mark them"
          error={annotationsProblem}
          onRetry={() => void annotations.refetch()}
          slim
        />
      )}

      <div className="overview-grid">
        <TimePanel
          title="Actions over time"
          testId="actions-over-time"
          className="area-actions"
          kind="action"
          keys={ACTION_KEYS}
          result={actions.data}
          error={actionsProblem}
          stale={actions.isPlaceholderData}
          onRetry={() => void actions.refetch()}
          {...time}
        />
        <TimePanel
          title="Levels over time"
          testId="levels-over-time"
          className="area-levels"
          kind="level"
          keys={LEVEL_KEYS}
          result={levels.data}
          error={levelsProblem}
          stale={levels.isPlaceholderData}
          onRetry={() => void levels.refetch()}
          {...time}
        />
        {campaigns.data !== null && (
          <CampaignsPanel
            campaigns={campaigns.data?.data}
            error={campaignsProblem}
            stale={campaigns.isPlaceholderData}
            onRetry={() => void campaigns.refetch()}
          />
        )}
        <CountriesPanel
          result={countries.data}
          routes={(routes.data?.rows ?? []).flatMap((row) => {
            const from = textIn(row, 'from_country');
            const to = textIn(row, 'to_country');
            return from === null || to === null ? [] : [{ from, to, n: countIn(row, 'n') }];
          })}
          error={countriesProblem}
          routesError={routesProblem}
          onRetryRoutes={() => void routes.refetch()}
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
        <TimePanel
          title="Logins over time"
          testId="statuses-over-time"
          className="area-third"
          kind="status"
          keys={STATUS_KEYS}
          result={statuses.data}
          error={statusesProblem}
          stale={statuses.isPlaceholderData}
          onRetry={() => void statuses.refetch()}
          {...time}
        />
        <ChartPanel
          title="Challenge and block rates"
          testId="rates-over-time"
          className="area-third"
          plot={ratePlot}
          error={ratesProblem}
          stale={rates.isPlaceholderData}
          onRetry={() => void rates.refetch()}
          axisName="Interval"
          legend={
            <ul className="legend legend-plain">
              {RATE_COLUMNS.map(({ column, label, token }) => (
                <li key={column}>
                  <span className={`swatch swatch-${token}`} aria-hidden="true" /> {label}
                </li>
              ))}
            </ul>
          }
        />
        <Panel
          title="Challenges by method"
          className="area-third"
          testId="challenge-methods"
          stale={methods.isPlaceholderData}
        >
          {methodsProblem !== null && (
            <ProblemNote
              what="The methods could not be loaded"
              error={methodsProblem}
              onRetry={() => void methods.refetch()}
              slim={methods.data !== undefined}
            />
          )}
          {methods.data === undefined && methodsProblem === null && (
            <SkeletonLines lines={4} label="Loading the methods" />
          )}
          {methods.data !== undefined && <MethodTable rows={methods.data.rows} />}
        </Panel>
        <Panel title="Networks" className="area-half" testId="networks" stale={networks.isPlaceholderData}>
          {networksProblem !== null && (
            <ProblemNote
              what="The networks could not be loaded"
              error={networksProblem}
              onRetry={() => void networks.refetch()}
              slim={networks.data !== undefined}
            />
          )}
          {networks.data === undefined && networksProblem === null && (
            <SkeletonLines lines={8} label="Loading the networks" />
          )}
          {networks.data !== undefined && (
            <RankTable
              caption="Networks by number of decisions"
              what="Network"
              rows={networks.data.rows.map((row) => networkRow(row, rangeSearch))}
              empty="No decision in this range."
            />
          )}
        </Panel>
        <Panel title="Clients" className="area-half" testId="clients" stale={clients.isPlaceholderData}>
          {clientsProblem !== null && (
            <ProblemNote
              what="The clients could not be loaded"
              error={clientsProblem}
              onRetry={() => void clients.refetch()}
              slim={clients.data !== undefined}
            />
          )}
          {clients.data === undefined && clientsProblem === null && (
            <SkeletonLines lines={8} label="Loading the clients" />
          )}
          {clients.data !== undefined && (
            <RankTable
              caption="Clients by number of decisions"
              what="Client"
              rows={clients.data.rows.map((row) => clientRow(row, rangeSearch))}
              empty="No decision in this range."
            />
          )}
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
              rows={decisions}
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
          {nothingHere && newest.isError && <p className="empty-line empty-inset">No login in this range.</p>}
        </Panel>
      </div>
    </div>
  );
}

function MethodTable({ rows }: { readonly rows: readonly PanelRow[] }) {
  const format = useFormat();
  if (rows.length === 0) return <p className="empty-line">No challenge was answered in this range.</p>;
  return (
    <table className="table rank">
      <caption className="visually-hidden">How challenges were answered, by method</caption>
      <thead>
        <tr>
          <th scope="col">Method</th>
          <th scope="col" className="number">
            Answered
          </th>
          <th scope="col" className="number">
            Passed
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const method = textIn(row, 'method');
          const rate = numberIn(row, 'pass_rate');
          return (
            <tr key={method ?? ''}>
              <th scope="row">
                {method === null ? (
                  <span className="missing">not said</span>
                ) : (
                  <Untrusted>{methodWords(method)}</Untrusted>
                )}
              </th>
              <td className="number">{format.compact(countIn(row, 'n'))}</td>
              <td className="number">{rate === null ? '–' : format.percent(rate)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
