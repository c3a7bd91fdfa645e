import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { healthQuery, panelQuery } from '../api/queries.ts';
import type { Health, PanelResult } from '../api/types.ts';
import { ChartPanel } from '../components/chart-panel.tsx';
import { FactList } from '../components/fact-list.tsx';
import { useFormat } from '../components/format-context.tsx';
import { Panel } from '../components/panel.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { RangePicker } from '../components/range-picker.tsx';
import { SkeletonLines } from '../components/skeleton.tsx';
import { Untrusted } from '../components/untrusted.tsx';
import { useProblem } from '../components/use-problem.ts';
import { useTitle } from '../components/use-title.ts';
import type { Format } from '../lib/format.ts';
import { type PlotColumn, type PlotData, pivot, plotOverBins, plotOverTime } from '../lib/plots.ts';
import { numberIn } from '../lib/rows.ts';
import { sentence } from '../lib/text.ts';
import { rangeOf } from '../lib/time-range.ts';
import { durationWords } from '../lib/words.ts';

/** PSI from which a shift is worth a look, and from which the model no longer fits (industry's rule of thumb). */
const DRIFT_WATCH = 0.1;
const DRIFT_BAD = 0.25;
/** Labelled decisions of a bin below which a share says nothing. */
const FEW = 5;

interface HealthChart {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly axisName: string;
  readonly columns: readonly PlotColumn[];
  readonly draw: (result: PanelResult, columns: readonly PlotColumn[], format: Format) => PlotData;
  readonly write: (format: Format) => (value: number) => string;
  readonly scale: 'count' | 'share' | 'other';
  /** What it means that there is nothing to draw. */
  readonly empty?: string;
}

const overTime: HealthChart['draw'] = (result, columns, format) => plotOverTime(result, columns, 0, format);
const overBins: HealthChart['draw'] = (result, columns, format) => plotOverBins(result.rows, columns, format);

const CHARTS: readonly HealthChart[] = [
  {
    id: 'degraded_over_time',
    title: 'Degraded decisions',
    note: 'Judged with something missing',
    axisName: 'Interval',
    columns: [
      { column: 'n', label: 'All', token: 'sum', kind: 'line' },
      { column: 'degraded', label: 'Degraded', token: 'warn', kind: 'bar' },
    ],
    draw: overTime,
    write: (format) => format.compact,
    scale: 'count',
  },
  {
    id: 'score_distribution',
    title: 'Scores',
    note: 'How many decisions got which score',
    axisName: 'Score',
    columns: [{ column: 'n', label: 'Decisions', token: 'sum', kind: 'bar' }],
    draw: overBins,
    write: (format) => format.compact,
    scale: 'count',
  },
  {
    id: 'score_drift',
    title: 'Drift of scores',
    note: `A week of known users against four before (PSI): from ${DRIFT_WATCH} worth a look, from ${DRIFT_BAD} the model may not fit; no line: too few`,
    axisName: 'Day',
    columns: [{ column: 'psi', label: 'PSI', token: 'raises', kind: 'line' }],
    draw: (result, columns, format) => plotOverTime(result, columns, null, format),
    write: (format) => format.number,
    scale: 'other',
    empty:
      'Too few logins to compare: it takes 500 that succeeded of users with ten logins or more, within a week and before it.',
  },
  {
    id: 'calibration',
    title: 'Calibration',
    note: `Bad ones among those that a challenge or a person labelled, from ${FEW} on`,
    axisName: 'Score',
    columns: [
      { column: 'mean_score', label: 'Stated', token: 'sum', kind: 'line', dashed: true },
      { column: 'observed', label: 'Observed', token: 'raises', kind: 'bar' },
    ],
    draw: (result, columns, format) =>
      plotOverBins(
        result.rows.filter((row) => (numberIn(row, 'labelled') ?? 0) >= FEW),
        columns,
        format,
      ),
    write: (format) => format.percent,
    scale: 'share',
    empty: `No score has ${FEW} decisions yet that a challenge or a person labelled.`,
  },
  {
    id: 'verdicts_over_time',
    title: 'Verdicts',
    note: 'Given by people',
    axisName: 'Interval',
    columns: [
      { column: 'legitimate', label: 'Legitimate', token: 'lowers', kind: 'bar', stacked: true },
      { column: 'compromised', label: 'Compromised', token: 'raises', kind: 'bar', stacked: true },
      { column: 'dismissed', label: 'Dismissed', token: 'sum', kind: 'bar', stacked: true },
    ],
    draw: (result, columns, format) =>
      plotOverTime({ ...result, rows: pivot(result.rows, 'verdict', 'n') }, columns, 0, format),
    write: (format) => format.compact,
    scale: 'count',
  },
];

function HealthPlot({
  chart,
  range,
}: {
  readonly chart: HealthChart;
  readonly range: ReturnType<typeof rangeOf>;
}) {
  const format = useFormat();
  const query = useQuery(panelQuery(chart.id, { range, paused: false }));
  const problem = useProblem(query);
  const plot = useMemo(() => {
    if (query.data === undefined) return null;
    const drawn = chart.draw(query.data, chart.columns, format);
    const write = chart.write(format);
    const newest = chart.columns
      .map(({ column, label }) => {
        const value = query.data.rows.map((row) => numberIn(row, column)).findLast((found) => found !== null);
        return value === undefined || value === null ? null : `${label} at last ${write(value)}`;
      })
      .filter((words) => words !== null);
    return {
      ...drawn,
      write,
      scale: chart.scale,
      spoken: newest.length === 0 ? 'No data.' : `${newest.join(', ')}.`,
    };
  }, [query.data, chart, format]);
  const none =
    plot?.series.every(({ values }) => values.every((value) => value === null || value === 0)) === true;
  return (
    <ChartPanel
      title={chart.title}
      note={chart.note}
      testId={chart.id.replaceAll('_', '-')}
      plot={plot}
      error={problem}
      stale={query.isPlaceholderData}
      onRetry={() => void query.refetch()}
      axisName={chart.axisName}
      empty={none ? (chart.empty ?? 'There is nothing to show in this range yet.') : undefined}
      legend={
        chart.columns.length > 1 ? (
          <ul className="legend legend-plain">
            {chart.columns.map(({ column, label, token }) => (
              <li key={column}>
                <span className={`swatch swatch-${token}`} aria-hidden="true" /> {label}
              </li>
            ))}
          </ul>
        ) : undefined
      }
    />
  );
}

const latencyWords = (ms: number, format: Format): string => `${format.number(ms)} ms`;

function Tiles({ health }: { readonly health: Health }) {
  const format = useFormat();
  const { analytics, latency } = health;
  const figures: readonly (readonly [label: string, value: string, note: string, bad: boolean])[] = [
    [
      'Analytics behind by',
      analytics.lag_ms === null ? '–' : durationWords(analytics.lag_ms),
      analytics.lag_records === null ? 'not known' : `${format.count(analytics.lag_records)} records wait`,
      !analytics.ok,
    ],
    [
      'Rows that could not be inserted',
      analytics.parked_rows === null ? '–' : format.count(analytics.parked_rows),
      analytics.parked_rows === 0 ? 'none is parked' : 'parked, see below',
      (analytics.parked_rows ?? 0) > 0,
    ],
    [
      'Decision, median',
      latency === null ? '–' : latencyWords(latency.p50_ms, format),
      latency === null ? 'none since the start' : `p95 ${latencyWords(latency.p95_ms, format)}`,
      false,
    ],
    [
      'Decision, p99',
      latency === null ? '–' : latencyWords(latency.p99_ms, format),
      latency === null ? 'none since the start' : `of ${format.count(latency.n)} since the start`,
      false,
    ],
  ];
  return (
    <dl className="tiles" data-testid="health-tiles">
      {figures.map(([label, value, note, bad]) => (
        <div key={label} className={bad ? 'tile tile-bad' : 'tile'}>
          <dt>{label}</dt>
          <dd>
            <span className="tile-value">{value}</span>
            <span className="tile-note">{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Parts({ health }: { readonly health: Health }) {
  return (
    <ul className="parts" data-testid="parts">
      {health.dependencies.map(({ name, ok, problem, required }) => (
        <li key={name}>
          <span className={ok ? 'part-state part-ok' : 'part-state part-bad'}>
            <span className="live-dot" aria-hidden="true" />
            {ok ? 'works' : required ? 'does not work' : 'missing, not required'}
          </span>
          <span>{sentence(name)}</span>
          {problem !== null && (
            <span className="muted">
              <Untrusted>{problem}</Untrusted>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Parked({ health }: { readonly health: Health }) {
  const format = useFormat();
  if (health.parked.length === 0) return <p className="empty-line">Every row went in.</p>;
  return (
    <div className="table-scroll">
      <table className="table">
        <caption className="visually-hidden">Rows that could not be inserted</caption>
        <thead>
          <tr>
            <th scope="col">Parked</th>
            <th scope="col">Kind</th>
            <th scope="col">Why</th>
            <th scope="col">Position in the log</th>
          </tr>
        </thead>
        <tbody>
          {health.parked.map(({ position, kind, reason, parked_at }) => (
            <tr key={position}>
              <td>{format.stamp(parked_at)}</td>
              <td>{kind}</td>
              <td>
                <Untrusted>{reason}</Untrusted>
              </td>
              <td className="mono">{position}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Whether Gatehouse itself is well: what lags, what is missing, and whether the model still fits. */
export function HealthPage() {
  useTitle('Health');
  const search = useSearch({ from: '/app/health' });
  const navigate = useNavigate({ from: '/health' });
  const range = rangeOf(search, { kind: 'relative', preset: '30d' });
  const query = useQuery(healthQuery());
  const problem = useProblem(query);
  return (
    <div className="page" data-testid="health-page">
      <div className="page-head">
        <h1>Health</h1>
        <div className="page-controls">
          <RangePicker range={range} onChange={(to) => void navigate({ search: to })} />
        </div>
      </div>
      {problem !== null && (
        <ProblemNote
          what="The state of this server could not be loaded"
          error={problem}
          onRetry={() => void query.refetch()}
          slim={query.data !== undefined}
        />
      )}
      {query.data === undefined && problem === null && <SkeletonLines lines={4} label="Loading the state" />}
      {query.data !== undefined && (
        <>
          <Tiles health={query.data} />
          <div className="overview-grid">
            <Panel title="Parts" className="area-half">
              <Parts health={query.data} />
            </Panel>
            <Panel title="This server" className="area-half">
              <FactList
                facts={[
                  { label: 'Engine', value: query.data.versions.engine },
                  {
                    label: 'Rows inserted',
                    value:
                      query.data.analytics.inserted_rows === null
                        ? null
                        : query.data.analytics.inserted_rows.toLocaleString(),
                  },
                  {
                    label: 'Analytics',
                    value: query.data.analytics.ok ? 'keeps up' : query.data.analytics.problem,
                  },
                ]}
              />
            </Panel>
          </div>
        </>
      )}
      <div className="overview-grid">
        {CHARTS.map((chart) => (
          <div key={chart.id} className="area-half">
            <HealthPlot chart={chart} range={range} />
          </div>
        ))}
        {(query.data !== undefined || problem === null) && (
          <Panel title="Parked rows" className="area-half" testId="parked">
            {query.data === undefined ? (
              <SkeletonLines lines={2} label="Loading parked rows" />
            ) : (
              <Parked health={query.data} />
            )}
          </Panel>
        )}
      </div>
    </div>
  );
}
