import type { Panel } from '../contracts/rows/panel.ts';
import { PANELS } from './panels/index.ts';

/** How Grafana writes a variable in a text. */
const variable = (name: string): string => `$\{${name}}`;

/** Type of the official data source plugin ("ClickHouse data source for Grafana"). */
const DATASOURCE = { type: 'grafana-clickhouse-datasource', uid: variable('datasource') };
const WIDTH = 24;
const TALL = 8;
const SHORT = 5;
const ROWS = 20;

export interface GrafanaFile {
  /** Below `dashboards/grafana/`. */
  readonly name: string;
  readonly text: string;
}

const TITLES: Readonly<Record<Panel['group'], string>> = {
  overview: 'Gatehouse: overview',
  health: 'Gatehouse: health of data and model',
};

/** The panels as dashboards to be provisioned in Grafana, one for each page. */
export function grafanaDashboards(panels: readonly Panel[] = PANELS): readonly GrafanaFile[] {
  return (Object.keys(TITLES) as Panel['group'][]).map((group) => ({
    name: `${group}.json`,
    text: `${JSON.stringify(
      dashboard(
        group,
        panels.filter((panel) => panel.group === group),
      ),
      null,
      2,
    )}\n`,
  }));
}

/**
 * A panel's SQL with Grafana's variables in the place of bound parameters: `$__from` and `$__to` are milliseconds, the
 * tenant is quoted by Grafana (`sqlstring`). Counts are those by the hour, whatever the window: Grafana's panels cannot
 * choose.
 */
export function grafanaSql(panel: Panel): string {
  const counts = panel.counts.reduce(
    (text, name) =>
      text.replaceAll(
        `{{${name}}}`,
        `(SELECT * FROM ${name}_by_hour WHERE tenant = {tenant:String}
AND bucket >= toDateTime(intDiv({from:Int64}, 1000), 'UTC') AND bucket < toDateTime(intDiv({to:Int64}, 1000), 'UTC'))`,
      ),
    panel.sql,
  );
  return counts
    .replaceAll('{tenant:String}', variable('tenant:sqlstring'))
    .replaceAll('{from:Int64}', `toInt64(${variable('__from')})`)
    .replaceAll('{to:Int64}', `toInt64(${variable('__to')})`)
    .replaceAll('{step:UInt32}', `toUInt32(greatest(3600, intDiv(${variable('__interval_ms')}, 1000)))`)
    .replaceAll('{limit:UInt32}', String(ROWS))
    .trim();
}

function dashboard(group: Panel['group'], panels: readonly Panel[]): object {
  let y = 0;
  let x = 0;
  let lineHeight = 0;
  const placed = panels.map((panel, index) => {
    const tiles = panel.chart === 'tiles';
    const w = tiles ? WIDTH : WIDTH / 2;
    const h = tiles ? SHORT : TALL;
    if (x + w > WIDTH) {
      x = 0;
      y += lineHeight;
      lineHeight = 0;
    }
    const gridPos = { h, w, x, y };
    x += w;
    lineHeight = Math.max(lineHeight, h);
    return grafanaPanel(panel, index + 1, gridPos);
  });
  return {
    uid: `gatehouse-${group}`,
    title: TITLES[group],
    description: 'Generated from the panels of Gatehouse; changes here are lost with the next version.',
    tags: ['gatehouse'],
    editable: false,
    schemaVersion: 39,
    timezone: 'browser',
    refresh: '1m',
    time: { from: 'now-24h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: DATASOURCE.type },
        {
          name: 'tenant',
          label: 'Tenant',
          type: 'textbox',
          query: 'default',
          current: { text: 'default', value: 'default' },
        },
      ],
    },
    panels: placed,
  };
}

function grafanaPanel(panel: Panel, id: number, gridPos: object): object {
  const overTime = panel.series !== null;
  return {
    id,
    title: panel.title,
    description: panel.description,
    type: typeOf(panel),
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: {
      defaults: {
        ...(panel.chart === 'stacked_area'
          ? { custom: { stacking: { mode: 'normal' }, fillOpacity: 40, lineWidth: 1 } }
          : {}),
      },
      overrides: panel.schema
        .filter(({ unit }) => unit === 'ratio')
        .map(({ name }) => ({
          matcher: { id: 'byName', options: name },
          properties: [{ id: 'unit', value: 'percentunit' }],
        })),
    },
    ...(panel.chart === 'tiles'
      ? { options: { reduceOptions: { calcs: ['lastNotNull'], fields: '/.*/' } } }
      : {}),
    targets: [
      {
        refId: 'A',
        datasource: DATASOURCE,
        editorType: 'sql',
        queryType: overTime ? 'timeseries' : 'table',
        format: overTime ? 0 : 1,
        rawSql: named(panel, grafanaSql(panel)),
      },
    ],
  };
}

/** Columns as the panel's schema calls them, for Grafana shows what the SQL calls them. */
function named(panel: Panel, sql: string): string {
  const inner = panel.schema.map((_, index) => `c${index}`).join(', ');
  const outer = panel.schema.map(({ name }, index) => `c${index} AS \`${name}\``).join(', ');
  return `WITH panel(${inner}) AS (\n${sql}\n)\nSELECT ${outer} FROM panel`;
}

function typeOf({ chart }: Panel): string {
  switch (chart) {
    case 'tiles':
      return 'stat';
    case 'stacked_area':
    case 'lines':
      return 'timeseries';
    case 'bars':
    case 'histogram':
      return 'barchart';
    default:
      return 'table';
  }
}
