import { useMemo } from 'react';
import type { Annotation, PanelResult } from '../api/types.ts';
import { labelledBuckets, previousTotals, type Series, toSeries } from '../lib/series.ts';
import type { Window } from '../lib/time-range.ts';
import { annotationWords } from '../lib/words.ts';
import { ChartPanel } from './chart-panel.tsx';
import { useFormat } from './format-context.tsx';
import { ActionGlyph, LevelGlyph } from './marks.tsx';

/** More bars than this cannot be told apart or pointed at. */
const MOST_BARS = 96;
/** Labels that fit under the narrowest and the widest chart without touching. */
const MOST_LABELS = 8;

export interface StackedKey {
  readonly key: string;
  readonly label: string;
  /** Token of its colour, without the dashes. */
  readonly token: string;
}

interface TimePanelProps {
  readonly title: string;
  readonly testId: string;
  readonly className?: string;
  /** Column of the keys. */
  readonly kind: 'action' | 'level' | 'status';
  readonly keys: readonly StackedKey[];
  readonly hidden: ReadonlySet<string>;
  readonly onToggle: (key: string) => void;
  readonly onSelect: (window: Window) => void;
  readonly result: PanelResult | undefined;
  readonly annotations: readonly Annotation[];
  readonly error: unknown;
  readonly stale: boolean;
  readonly onRetry: () => void;
}

/** Changes of policy or model, each on the bucket in which it happened. */
const marksOf = (annotations: readonly Annotation[], series: Series) =>
  annotations.flatMap((annotation) => {
    const first_ms = series.times_ms[0] ?? 0;
    const index = Math.floor((Date.parse(annotation.at) - first_ms) / (series.bucket_s * 1000));
    return index >= 0 && index < series.times_ms.length ? [{ index, text: annotationWords(annotation) }] : [];
  });

function KeyGlyph({ kind, item }: { readonly kind: TimePanelProps['kind']; readonly item: StackedKey }) {
  if (kind === 'action') return <ActionGlyph action={item.key} />;
  if (kind === 'level') return <LevelGlyph level={item.key} />;
  return <span className={`swatch swatch-${item.token}`} aria-hidden="true" />;
}

/** Counts over time as stacked bars, with a legend whose entries hide and show their series. */
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
  annotations,
  error,
  stale,
  onRetry,
}: TimePanelProps) {
  const format = useFormat();
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
  const hiddenText = [...hidden].join();
  const plot = useMemo(() => {
    if (series === null || result === undefined) return null;
    const off = new Set(hiddenText.split(','));
    const shown = keys.filter(({ key }) => !off.has(key));
    const labelled = labelledBuckets(series.times_ms, series.bucket_s, MOST_LABELS, format.offset_s);
    const before = previousTotals(
      result.previous ?? null,
      { time: 't', key: kind, value: 'n' },
      shown.map(({ key }) => key),
      series,
    );
    return {
      labels: series.times_ms.map((time_ms, index) =>
        labelled[index] === true ? format.axis(time_ms, series.bucket_s) : '',
      ),
      titles: series.times_ms.map((time_ms) => format.bucket(time_ms, series.bucket_s)),
      series: [
        ...shown.map(({ key, label, token }) => ({
          key,
          label,
          token,
          kind: 'bar' as const,
          stacked: true,
          values: series.values[key] ?? [],
        })),
        ...(before === null
          ? []
          : [
              {
                key: 'before',
                label: 'Period before',
                token: 'text-3',
                kind: 'line' as const,
                dashed: true,
                values: before,
              },
            ]),
      ],
      write: format.compact,
      scale: 'count' as const,
      marks: marksOf(annotations, series),
      spoken: `${keys.map(({ key, label }) => `${label} ${format.count(series.totals[key] ?? 0)}`).join(', ')}.`,
      onSelect: (first: number, last: number) => {
        const from_ms = series.times_ms[first];
        const last_ms = series.times_ms[last];
        if (from_ms !== undefined && last_ms !== undefined)
          onSelect({ from_ms, to_ms: last_ms + series.bucket_s * 1000 });
      },
    };
  }, [series, result, keys, kind, hiddenText, annotations, format, onSelect]);
  const legend = (
    <ul className="legend">
      {keys.map((item) => (
        <li key={item.key}>
          <button
            type="button"
            aria-pressed={!hidden.has(item.key)}
            onClick={() => onToggle(item.key)}
            title={hidden.has(item.key) ? `Show ${item.label}` : `Hide ${item.label}`}
          >
            <KeyGlyph kind={kind} item={item} />
            {item.label}
            <span className="legend-n">
              {series === null ? '' : format.compact(series.totals[item.key] ?? 0)}
            </span>
          </button>
        </li>
      ))}
      {plot?.series.some(({ key }) => key === 'before') === true && (
        <li className="legend-before">
          <span className="swatch swatch-text-3 swatch-dashed" aria-hidden="true" />
          Period before
        </li>
      )}
    </ul>
  );
  return (
    <ChartPanel
      title={title}
      testId={testId}
      plot={plot}
      error={error}
      stale={stale}
      onRetry={onRetry}
      legend={legend}
      axisName="Interval"
      {...(className === undefined ? {} : { className })}
    />
  );
}
