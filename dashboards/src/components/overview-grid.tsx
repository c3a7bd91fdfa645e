import { useQuery } from '@tanstack/react-query';
import { memo, useMemo } from 'react';
import { annotationsQuery, campaignsQuery, type Polling, panelQuery } from '../api/queries.ts';
import type { Annotation } from '../api/types.ts';
import { type PlotColumn, plotOverTime } from '../lib/plots.ts';
import { countIn, textIn } from '../lib/rows.ts';
import type { RangeSearch, Window } from '../lib/time-range.ts';
import { CampaignsPanel } from './campaigns-panel.tsx';
import { ChartPanel } from './chart-panel.tsx';
import { CountriesPanel } from './countries-panel.tsx';
import { useFormat } from './format-context.tsx';
import { Gradual, type StandIn } from './gradual.tsx';
import { MethodTable } from './method-table.tsx';
import { ProblemNote } from './problem-note.tsx';
import { QueryPanel } from './query-panel.tsx';
import { Ranking } from './ranking.tsx';
import { type StackedKey, TimePanel } from './time-panel.tsx';
import { TopReasons } from './top-reasons.tsx';
import { useProblem } from './use-problem.ts';

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

/** Places and least heights of the panels, in their order: what is not made yet has its room. */
const SIZES: readonly StandIn[] = [
  { className: 'area-actions', block_px: 300 },
  { className: 'area-levels', block_px: 300 },
  { className: 'area-campaigns', block_px: 86 },
  { className: 'area-map', block_px: 380 },
  { className: 'area-reasons', block_px: 380 },
  { className: 'area-third', block_px: 300 },
  { className: 'area-third', block_px: 300 },
  { className: 'area-third', block_px: 300 },
  { className: 'area-half', block_px: 330 },
  { className: 'area-half', block_px: 330 },
];

const NO_ANNOTATIONS: readonly Annotation[] = [];

interface OverTimeProps {
  readonly title: string;
  readonly panel: string;
  readonly kind: 'action' | 'level' | 'status';
  readonly keys: readonly StackedKey[];
  readonly testId: string;
  readonly className: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly polling: Polling;
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
  readonly onSelect: (window: Window) => void;
  readonly annotations: readonly Annotation[];
}

function OverTime({ panel, parameters, polling, ...shown }: OverTimeProps) {
  const counts = useQuery(panelQuery(panel, polling, parameters));
  return (
    <TimePanel
      {...shown}
      result={counts.data}
      error={useProblem(counts)}
      stale={counts.isPlaceholderData}
      onRetry={() => void counts.refetch()}
    />
  );
}

function Rates({ polling }: { readonly polling: Polling }) {
  const format = useFormat();
  const rates = useQuery(panelQuery('rates_over_time', polling));
  const plot = useMemo(() => {
    if (rates.data === undefined) return null;
    return {
      ...plotOverTime(rates.data, RATE_COLUMNS, null, format),
      write: format.percent,
      scale: 'share' as const,
      spoken: 'Shares of decisions that were challenged and blocked, over time.',
    };
  }, [rates.data, format]);
  return (
    <ChartPanel
      title="Challenge and block rates"
      testId="rates-over-time"
      className="area-third"
      plot={plot}
      error={useProblem(rates)}
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
  );
}

/** What is live goes on until its answer came; of another range's answer, shown meanwhile, that is not known. */
const answeredAt = ({ dataUpdatedAt }: { readonly dataUpdatedAt: number }): number =>
  dataUpdatedAt === 0 ? Date.now() : dataUpdatedAt;

function Campaigns({ polling }: { readonly polling: Polling }) {
  const campaigns = useQuery(campaignsQuery(polling));
  const problem = useProblem(campaigns);
  if (campaigns.data === null) return null;
  return (
    <CampaignsPanel
      campaigns={campaigns.data?.data}
      error={problem}
      stale={campaigns.isPlaceholderData}
      onRetry={() => void campaigns.refetch()}
      now_ms={answeredAt(campaigns)}
    />
  );
}

function Countries({ polling, range }: { readonly polling: Polling; readonly range: RangeSearch }) {
  const countries = useQuery(panelQuery('countries', polling, ALL_COUNTRIES));
  const routes = useQuery(panelQuery('routes', polling, TOP));
  return (
    <CountriesPanel
      result={countries.data}
      routes={(routes.data?.rows ?? []).flatMap((row) => {
        const from = textIn(row, 'from_country');
        const to = textIn(row, 'to_country');
        return from === null || to === null ? [] : [{ from, to, n: countIn(row, 'n') }];
      })}
      error={useProblem(countries)}
      routesError={useProblem(routes)}
      onRetryRoutes={() => void routes.refetch()}
      stale={countries.isPlaceholderData}
      onRetry={() => void countries.refetch()}
      range={range}
    />
  );
}

/** That the charts lack marks is worth a line only where there are charts. */
function AnnotationsNote({ polling }: { readonly polling: Polling }) {
  const annotations = useQuery({ ...annotationsQuery(polling), refetchInterval: false });
  const actions = useQuery({ ...panelQuery('actions_over_time', polling, COMPARED), refetchInterval: false });
  const problem = useProblem(annotations);
  if (useProblem(actions) !== null || problem === null) return null;
  return (
    <ProblemNote
      what="Changes of policy and model could not be loaded; the charts do not mark them"
      error={problem}
      onRetry={() => void annotations.refetch()}
      slim
    />
  );
}

interface OverviewGridProps {
  readonly polling: Polling;
  readonly range: RangeSearch;
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
  readonly onSelect: (window: Window) => void;
}

/** The panels of the overview. Each asks for its own figures: what comes draws its panel anew and nothing else. */
export const OverviewGrid = memo(function OverviewGrid({
  polling,
  range,
  hidden,
  onToggle,
  onSelect,
}: OverviewGridProps) {
  const annotations = useQuery(annotationsQuery(polling));
  const time = { polling, hidden, onToggle, onSelect, annotations: annotations.data ?? NO_ANNOTATIONS };
  return (
    <>
      <AnnotationsNote polling={polling} />
      <Gradual sizes={SIZES}>
        <OverTime
          title="Actions over time"
          panel="actions_over_time"
          testId="actions-over-time"
          className="area-actions"
          kind="action"
          keys={ACTION_KEYS}
          parameters={COMPARED}
          {...time}
        />
        <OverTime
          title="Levels over time"
          panel="levels_over_time"
          testId="levels-over-time"
          className="area-levels"
          kind="level"
          keys={LEVEL_KEYS}
          {...time}
        />
        <Campaigns polling={polling} />
        <Countries polling={polling} range={range} />
        <QueryPanel
          title="Top reasons"
          what="the reasons"
          testId="top-reasons-panel"
          className="area-reasons"
          query={panelQuery('top_reasons', polling)}
          lines={8}
        >
          {({ rows }) => <TopReasons rows={rows} range={range} />}
        </QueryPanel>
        <OverTime
          title="Logins over time"
          panel="statuses_over_time"
          testId="statuses-over-time"
          className="area-third"
          kind="status"
          keys={STATUS_KEYS}
          {...time}
        />
        <Rates polling={polling} />
        <QueryPanel
          title="Challenges by method"
          what="the methods"
          testId="challenge-methods"
          className="area-third"
          query={panelQuery('challenge_methods', polling)}
          lines={4}
        >
          {({ rows }) => <MethodTable rows={rows} />}
        </QueryPanel>
        <Ranking of="networks" polling={polling} range={range} />
        <Ranking of="clients" polling={polling} range={range} />
      </Gradual>
    </>
  );
});
