import { lazy, Suspense, useMemo, useState } from 'react';
import type { PanelResult } from '../api/types.ts';
import type { StackedKey } from '../charts/stacked-bars.tsx';
import { type Series, toSeries } from '../lib/series.ts';
import type { Window } from '../lib/time-range.ts';
import { useFormat } from './format-context.tsx';
import { TableIcon } from './icons.tsx';
import { ActionGlyph, LevelGlyph } from './marks.tsx';
import { Panel } from './panel.tsx';
import { ProblemNote } from './problem-note.tsx';
import { SkeletonBlock } from './skeleton.tsx';

// The chart library is several times the size of all else: it comes only when a chart is drawn.
const StackedBars = lazy(() => import('../charts/stacked-bars.tsx'));

/** More bars than this cannot be told apart or pointed at. */
const MOST_BARS = 96;

interface TimePanelProps {
  readonly title: string;
  readonly testId: string;
  readonly className?: string;
  readonly kind: 'action' | 'level';
  readonly keys: readonly StackedKey[];
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
  readonly onSelect: (window: Window) => void;
  readonly result: PanelResult | undefined;
  readonly error: unknown;
  readonly stale: boolean;
  readonly onRetry: () => void;
}

function SeriesTable({
  title,
  series,
  keys,
}: {
  readonly title: string;
  readonly series: Series;
  readonly keys: readonly StackedKey[];
}) {
  const format = useFormat();
  const rows = series.times_ms
    .map((time_ms, index) => ({ time_ms, counts: keys.map(({ key }) => series.values[key]?.[index] ?? 0) }))
    .filter(({ counts }) => counts.some((count) => count > 0))
    .toReversed();
  if (rows.length === 0) return <p className="empty-line">Nothing in this range.</p>;
  return (
    // A scrolling region must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className="table-scroll chart-table" tabIndex={0} aria-label={`${title}, table`}>
      <table className="table">
        <caption className="visually-hidden">{title}; intervals without any are left out</caption>
        <thead>
          <tr>
            <th scope="col">Interval</th>
            {keys.map(({ key, label }) => (
              <th key={key} scope="col" className="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time_ms, counts }) => (
            <tr key={time_ms}>
              <th scope="row">{format.bucket(time_ms, series.bucket_s)}</th>
              {counts.map((count, index) => (
                <td key={keys[index]?.key} className="number">
                  {format.count(count)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Counts over time as a chart or as a table, with a legend whose entries hide and show their series. */
export function TimePanel({
  title,
  testId,
  className,
  kind,
  keys,
  hidden,
  onToggle,
  onSelect,
  result,
  error,
  stale,
  onRetry,
}: TimePanelProps) {
  const format = useFormat();
  const [asTable, setAsTable] = useState(false);
  const series = useMemo(
    () =>
      result === undefined
        ? null
        : toSeries(
            result.rows,
            { time: 't', key: kind, value: 'n' },
            keys.map(({ key }) => key),
            { from_ms: Date.parse(result.from), to_ms: Date.parse(result.to) },
            result.bucket_s,
            MOST_BARS,
          ),
    [result, kind, keys],
  );
  const spoken = keys
    .map(({ key, label }) => `${label} ${format.count(series?.totals[key] ?? 0)}`)
    .join(', ');
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
      {...(className === undefined ? {} : { className })}
    >
      <ul className="legend">
        {keys.map(({ key, label }) => (
          <li key={key}>
            <button
              type="button"
              aria-pressed={!hidden.has(key)}
              onClick={() => onToggle(key)}
              title={hidden.has(key) ? `Show ${label}` : `Hide ${label}`}
            >
              {kind === 'action' ? <ActionGlyph action={key} /> : <LevelGlyph level={key} />}
              {label}
              <span className="legend-n">
                {series === null ? '' : format.compact(series.totals[key] ?? 0)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {error != null && (
        <ProblemNote
          what={`${title} could not be loaded`}
          error={error}
          onRetry={onRetry}
          slim={series !== null}
        />
      )}
      {series === null && error == null && <SkeletonBlock label={`Loading ${title}`} />}
      {series !== null &&
        (asTable ? (
          <SeriesTable title={title} series={series} keys={keys} />
        ) : (
          <Suspense fallback={<SkeletonBlock label={`Loading ${title}`} />}>
            <StackedBars
              series={series}
              keys={keys}
              hidden={hidden}
              label={`${title}, stacked bars. ${spoken}. The table button shows the same as numbers.`}
              onSelect={onSelect}
            />
          </Suspense>
        ))}
    </Panel>
  );
}
