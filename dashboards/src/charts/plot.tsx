import type { EChartsType } from 'echarts/core';
import { useEffect, useRef } from 'react';
import { useFormat } from '../components/format-context.tsx';
import type { PlotSeries } from '../lib/plots.ts';
import { reveal } from '../lib/text.ts';
import { usePaintedTheme } from '../lib/theme.ts';
import { createChart } from './echarts.ts';
import { readColors } from './palette.ts';
import { shownLabels } from './shown-labels.ts';

export interface PlotMark {
  /** Position on the axis. */
  readonly index: number;
  readonly text: string;
}

export interface PlotProps {
  /** Under the axis; an empty text leaves a place without a label. */
  readonly labels: readonly string[];
  /** At the head of the tooltip. */
  readonly titles: readonly string[];
  readonly series: readonly PlotSeries[];
  /** Writes a value, on the axis and in the tooltip. */
  readonly write: (value: number) => string;
  /** Says in words what the picture shows. */
  readonly label: string;
  readonly marks?: readonly PlotMark[];
  /** What the values are: counts have whole steps, shares end at 1. */
  readonly scale?: 'count' | 'share' | 'other';
  /** A stretch that was marked with the mouse: first and last place, both inclusive. */
  readonly onSelect?: (first: number, last: number) => void;
  readonly height?: 'small' | 'usual';
}

const element = (name: string, className: string, text?: string): HTMLElement => {
  const node = document.createElement(name);
  node.className = className;
  if (text !== undefined) node.textContent = reveal(text);
  return node;
};

/**
 * Built from nodes with text content: ECharts would set a string as HTML, and its own markup needs style attributes
 * that the Content-Security-Policy refuses.
 */
const tooltipNode = (index: number, { titles, series, write, marks = [] }: PlotProps): HTMLElement => {
  const node = element('div', 'chart-tip');
  const title = titles[index];
  if (title === undefined) return node;
  node.append(element('div', 'chart-tip-time', title));
  for (const { token, label, values, dashed } of series.toReversed()) {
    const row = element('div', 'chart-tip-row');
    const value = values[index];
    row.append(
      element('span', `swatch swatch-${token}${dashed === true ? ' swatch-dashed' : ''}`),
      element('span', 'chart-tip-name', label),
      element('span', 'chart-tip-value', value == null ? '–' : write(value)),
    );
    node.append(row);
  }
  for (const mark of marks) {
    if (mark.index === index) node.append(element('div', 'chart-tip-mark', mark.text));
  }
  return node;
};

const indexOf = (parameters: unknown): number => {
  const first: unknown = Array.isArray(parameters) ? parameters[0] : parameters;
  if (typeof first !== 'object' || first === null || !('dataIndex' in first)) return -1;
  return typeof first.dataIndex === 'number' ? first.dataIndex : -1;
};

/** The places of a finished brush, or null for a mere click. */
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

/** From here a share's axis ends at 1 and not at some round number above it. */
const NEARLY_ALL = 0.7;

const FONT = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

const highest = (series: readonly PlotSeries[]): number =>
  Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));

const draw = (chart: EChartsType, host: HTMLElement, props: PlotProps): void => {
  const { labels, series, write, marks = [], scale = 'other' } = props;
  const colors = readColors(host, ['text-3', 'line', 'text']);
  const own: Readonly<Record<string, string>> = readColors(
    host,
    series.map(({ token }) => token),
  );
  const colorOf = (token: string): string => own[token] ?? colors.text;
  let width_px = Number.NaN;
  let shown: ReadonlySet<number> = new Set();
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
        formatter: (parameters: unknown) => tooltipNode(indexOf(parameters), props),
      },
      ...(props.onSelect === undefined
        ? {}
        : {
            brush: {
              xAxisIndex: 0,
              brushStyle: { color: colors.text, opacity: 0.12, borderWidth: 0 },
              outOfBrush: { colorAlpha: 1 },
              toolbox: [],
              throttleType: 'debounce',
              throttleDelay: 0,
            },
          }),
      xAxis: {
        type: 'category',
        data: labels.map((_, index) => String(index)),
        axisTick: { show: false },
        axisLine: { lineStyle: { color: colors.line } },
        axisLabel: {
          color: colors['text-3'],
          fontSize: 11,
          interval: (index: number) => {
            // Asked for every label each time that the chart is laid out, at whatever width it has by then.
            if (chart.getWidth() !== width_px) {
              width_px = chart.getWidth();
              shown = shownLabels(labels, width_px);
            }
            return shown.has(index);
          },
          hideOverlap: true,
          formatter: (index: string) => labels[Number(index)] ?? '',
        },
      },
      yAxis: {
        type: 'value',
        splitNumber: 3,
        ...(scale === 'count' ? { minInterval: 1 } : {}),
        ...(scale === 'share' && highest(series) > NEARLY_ALL ? { max: 1, interval: 0.25 } : {}),
        axisLabel: { color: colors['text-3'], fontSize: 11, formatter: write },
        splitLine: { lineStyle: { color: colors.line } },
      },
      series: series.map(({ key, label, token, kind, values, dashed, stacked }, order) => ({
        type: kind,
        id: key,
        name: label,
        data: [...values],
        ...(stacked === true ? { stack: 'all' } : {}),
        ...(kind === 'bar'
          ? { barCategoryGap: '22%', itemStyle: { color: colorOf(token) } }
          : {
              symbol: values.length < 3 ? 'circle' : 'none',
              symbolSize: 5,
              itemStyle: { color: colorOf(token) },
              lineStyle: {
                color: colorOf(token),
                width: dashed === true ? 1.5 : 2,
                type: dashed === true ? 'dashed' : 'solid',
              },
              z: 3,
            }),
        emphasis: { disabled: true },
        ...(order === 0 && marks.length > 0
          ? {
              markLine: {
                silent: true,
                symbol: 'none',
                animation: false,
                label: { show: false },
                lineStyle: { color: colors.text, type: 'dotted', width: 1.5 },
                data: marks.map(({ index }) => ({ xAxis: index })),
              },
            }
          : {}),
      })),
    },
    { notMerge: true },
  );
};

/** Marking a stretch would fight with scrolling on a touch screen; the range picker does the same there. */
const hasMouse = (): boolean => window.matchMedia('(pointer: fine)').matches;

const armBrush = (chart: EChartsType, props: PlotProps): void => {
  if (props.onSelect === undefined || !hasMouse()) return;
  chart.dispatchAction({
    type: 'takeGlobalCursor',
    key: 'brush',
    brushOption: { brushType: 'lineX', brushMode: 'single' },
  });
};

/** Bars and lines over one axis. Dragging over a stretch selects it. */
export default function Plot(props: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const format = useFormat();
  const theme = usePaintedTheme();
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = createChart(element);
    chart.current = made;
    made.on('brushEnd', (event: unknown) => {
      const range = brushedRange(event);
      made.dispatchAction({ type: 'brush', areas: [] });
      const { labels, onSelect } = latest.current;
      if (range === null || onSelect === undefined) return;
      const first = Math.max(0, range[0]);
      const last = Math.min(labels.length - 1, range[1]);
      if (first !== last) onSelect(first, last);
    });
    const watch = new ResizeObserver(() => {
      made.resize();
      draw(made, element, latest.current);
      armBrush(made, latest.current);
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and zone change what is painted, not the data
  useEffect(() => {
    if (chart.current === null || host.current === null) return;
    draw(chart.current, host.current, props);
    armBrush(chart.current, props);
  }, [props, theme, format]);

  return (
    <div
      ref={host}
      className={props.height === 'small' ? 'chart chart-small' : 'chart'}
      role="img"
      aria-label={props.label}
    />
  );
}
