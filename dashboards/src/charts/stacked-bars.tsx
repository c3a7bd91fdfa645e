import type { EChartsType } from 'echarts/core';
import { useEffect, useRef } from 'react';
import { useFormat } from '../components/format-context.tsx';
import type { Format } from '../lib/format.ts';
import { labelledBuckets, type Series } from '../lib/series.ts';
import { usePaintedTheme } from '../lib/theme.ts';
import type { Window } from '../lib/time-range.ts';
import { createChart } from './echarts.ts';
import { readColors } from './palette.ts';

export interface StackedKey {
  readonly key: string;
  readonly label: string;
  /** Token of its colour, without the dashes. */
  readonly token: string;
}

interface StackedBarsProps {
  readonly series: Series;
  readonly keys: readonly StackedKey[];
  readonly hidden: ReadonlySet<string>;
  /** Says in words what the picture shows. */
  readonly label: string;
  /** A stretch that was marked with the mouse. */
  readonly onSelect: (window: Window) => void;
}

const element = (name: string, className: string, text?: string): HTMLElement => {
  const node = document.createElement(name);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

/**
 * Built from nodes with text content: ECharts would set a string as HTML, and its own markup needs style attributes
 * that the Content-Security-Policy refuses.
 */
const tooltipNode = (
  index: number,
  series: Series,
  shown: readonly StackedKey[],
  format: Format,
): HTMLElement => {
  const node = element('div', 'chart-tip');
  const time_ms = series.times_ms[index];
  if (time_ms === undefined) return node;
  node.append(element('div', 'chart-tip-time', format.bucket(time_ms, series.bucket_s)));
  for (const { key, label } of shown.toReversed()) {
    const row = element('div', 'chart-tip-row');
    row.append(
      element('span', `swatch swatch-${key}`),
      element('span', 'chart-tip-name', label),
      element('span', 'chart-tip-value', format.count(series.values[key]?.[index] ?? 0)),
    );
    node.append(row);
  }
  return node;
};

const indexOf = (parameters: unknown): number => {
  const first: unknown = Array.isArray(parameters) ? parameters[0] : parameters;
  if (typeof first !== 'object' || first === null || !('dataIndex' in first)) return -1;
  return typeof first.dataIndex === 'number' ? first.dataIndex : -1;
};

/** The bucket range of a finished brush, or null for a mere click. */
const brushedRange = (event: unknown): readonly [number, number] | null => {
  if (typeof event !== 'object' || event === null || !('areas' in event) || !Array.isArray(event.areas))
    return null;
  const area: unknown = event.areas[0];
  if (typeof area !== 'object' || area === null || !('coordRange' in area)) return null;
  const range: unknown = area.coordRange;
  if (!Array.isArray(range)) return null;
  const [from, to] = range as unknown[];
  return typeof from === 'number' && typeof to === 'number' ? [from, to] : null;
};

const FONT = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** Wide enough for `14:00` and `23 Nov` with air around it. */
const LABEL_PX = 72;

const draw = (
  chart: EChartsType,
  host: HTMLElement,
  { series, keys, hidden }: Pick<StackedBarsProps, 'series' | 'keys' | 'hidden'>,
  format: Format,
): void => {
  const shown = keys.filter(({ key }) => !hidden.has(key));
  const colors = readColors(host, [...keys.map(({ token }) => token), 'text-3', 'line', 'surface', 'text']);
  const most = Math.max(2, Math.floor(host.clientWidth / LABEL_PX));
  const labelled = labelledBuckets(series.times_ms, series.bucket_s, most, format.offset_s);
  chart.setOption(
    {
      animation: false,
      textStyle: { fontFamily: FONT },
      grid: {
        left: 4,
        right: 4,
        top: 10,
        bottom: 0,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      tooltip: {
        trigger: 'axis',
        confine: true,
        transitionDuration: 0,
        axisPointer: { type: 'shadow', shadowStyle: { color: colors.text, opacity: 0.06 } },
        backgroundColor: 'transparent',
        borderWidth: 0,
        padding: 0,
        shadowBlur: 0,
        formatter: (parameters: unknown) => tooltipNode(indexOf(parameters), series, shown, format),
      },
      brush: {
        xAxisIndex: 0,
        brushStyle: { color: colors.text, opacity: 0.12, borderWidth: 0 },
        outOfBrush: { colorAlpha: 1 },
        toolbox: [],
        throttleType: 'debounce',
        throttleDelay: 0,
      },
      xAxis: {
        type: 'category',
        data: series.times_ms.map((time_ms) => String(time_ms)),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colors.line } },
        axisLabel: {
          color: colors['text-3'],
          fontSize: 11,
          interval: (index: number) => labelled[index] === true,
          formatter: (time: string) => format.axis(Number(time), series.bucket_s),
        },
      },
      yAxis: {
        type: 'value',
        minInterval: 1,
        splitNumber: 3,
        axisLabel: {
          color: colors['text-3'],
          fontSize: 11,
          formatter: (value: number) => format.compact(value),
        },
        splitLine: { lineStyle: { color: colors.line } },
      },
      series: shown.map(({ key, label, token }) => ({
        type: 'bar',
        id: key,
        name: label,
        stack: 'all',
        data: [...(series.values[key] ?? [])],
        barCategoryGap: '22%',
        itemStyle: { color: colors[token] ?? colors.text },
        emphasis: { disabled: true },
      })),
    },
    { notMerge: true },
  );
};

/** Marking a stretch would fight with scrolling on a touch screen; the range picker does the same there. */
const hasMouse = (): boolean => window.matchMedia('(pointer: fine)').matches;

const armBrush = (chart: EChartsType): void => {
  if (!hasMouse()) return;
  chart.dispatchAction({
    type: 'takeGlobalCursor',
    key: 'brush',
    brushOption: { brushType: 'lineX', brushMode: 'single' },
  });
};

/** Counts over time, stacked in a fixed order. Dragging over a stretch selects it. */
export default function StackedBars({ series, keys, hidden, label, onSelect }: StackedBarsProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const format = useFormat();
  const theme = usePaintedTheme();
  const latest = useRef({ series, keys, hidden, onSelect });
  latest.current = { series, keys, hidden, onSelect };

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = createChart(element);
    chart.current = made;
    made.on('brushEnd', (event: unknown) => {
      const range = brushedRange(event);
      made.dispatchAction({ type: 'brush', areas: [] });
      const { series: now, onSelect: select } = latest.current;
      const from_ms = range === null ? undefined : now.times_ms[Math.max(0, range[0])];
      const last_ms = range === null ? undefined : now.times_ms[Math.min(now.times_ms.length - 1, range[1])];
      if (from_ms === undefined || last_ms === undefined || from_ms === last_ms) return;
      select({ from_ms, to_ms: last_ms + now.bucket_s * 1000 });
    });
    const watch = new ResizeObserver(() => {
      made.resize();
      draw(made, element, latest.current, format);
      armBrush(made);
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, [format]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read from the page while drawing
  useEffect(() => {
    if (chart.current === null || host.current === null) return;
    draw(chart.current, host.current, { series, keys, hidden }, format);
    armBrush(chart.current);
  }, [series, keys, hidden, format, theme]);

  return <div ref={host} className="chart" role="img" aria-label={label} />;
}
