import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { PlotProps } from '../charts/plot.tsx';
import { reveal } from '../lib/text.ts';
import { TableIcon } from './icons.tsx';
import { Panel } from './panel.tsx';
import { ProblemNote } from './problem-note.tsx';
import { SkeletonBlock } from './skeleton.tsx';

// The chart library is several times the size of all else: it comes only when a chart is drawn.
const Plot = lazy(() => import('../charts/plot.tsx'));

interface ChartPanelProps {
  readonly title: string;
  readonly note?: ReactNode;
  readonly testId: string;
  readonly className?: string;
  /** Null while it loads. `spoken`: the figures that matter, in words. */
  readonly plot: (Omit<PlotProps, 'label'> & { readonly spoken: string }) | null;
  readonly error: unknown;
  readonly stale?: boolean;
  readonly onRetry: () => void;
  /** Between head and chart: a legend whose entries can be switched, for example. */
  readonly legend?: ReactNode;
  /** First column of the table. */
  readonly axisName: string;
  /** When there is nothing to draw. */
  readonly empty?: string | undefined;
  readonly foot?: ReactNode;
}

function PlotTable({
  title,
  axisName,
  plot,
}: {
  readonly title: string;
  readonly axisName: string;
  readonly plot: NonNullable<ChartPanelProps['plot']>;
}) {
  const rows = plot.titles
    .map((head, index) => ({ head, values: plot.series.map(({ values }) => values[index] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null && value !== 0));
  if (rows.length === 0) return <p className="empty-line">Nothing in this range.</p>;
  return (
    // A scrolling region must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className="table-scroll chart-table" tabIndex={0} aria-label={`${title}, table`}>
      <table className="table">
        <caption className="visually-hidden">{title}; rows without any are left out</caption>
        <thead>
          <tr>
            <th scope="col">{axisName}</th>
            {plot.series.map(({ key, label }) => (
              <th key={key} scope="col" className="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ head, values }) => (
            <tr key={head}>
              <th scope="row">{reveal(head)}</th>
              {values.map((value, index) => (
                <td key={plot.series[index]?.key} className="number">
                  {value === null ? '–' : plot.write(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A chart with its title, its legend, its table and whatever can go wrong. */
export function ChartPanel({
  title,
  note,
  testId,
  className,
  plot,
  error,
  stale = false,
  onRetry,
  legend,
  axisName,
  empty,
  foot,
}: ChartPanelProps) {
  const [asTable, setAsTable] = useState(false);
  const toggle = (
    <button
      type="button"
      className="button button-quiet"
      aria-pressed={asTable}
      onClick={() => setAsTable(!asTable)}
      data-testid={`${testId}-as-table`}
    >
      <TableIcon />
      Table
      <span className="visually-hidden"> of {title}</span>
    </button>
  );
  return (
    <Panel
      title={title}
      testId={testId}
      stale={stale}
      actions={toggle}
      {...(note === undefined ? {} : { note })}
      {...(className === undefined ? {} : { className })}
    >
      {legend}
      {error != null && (
        <ProblemNote
          what={`${title} could not be loaded`}
          error={error}
          onRetry={onRetry}
          slim={plot !== null}
        />
      )}
      {plot === null && error == null && <SkeletonBlock label={`Loading ${title}`} />}
      {plot !== null && empty !== undefined && <p className="empty-line">{empty}</p>}
      {plot !== null &&
        empty === undefined &&
        (asTable ? (
          <PlotTable title={title} axisName={axisName} plot={plot} />
        ) : (
          <Suspense fallback={<SkeletonBlock label={`Loading ${title}`} />}>
            <Plot {...plot} label={`${title}. ${plot.spoken} The table button shows the same as numbers.`} />
          </Suspense>
        ))}
      {foot}
    </Panel>
  );
}
