import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { grafanaDashboards } from '../../src/analytics/grafana.ts';
import { PANELS } from '../../src/analytics/panels/index.ts';
import { openClickHouse } from '../support/clickhouse.ts';
import { decisionRecord, feedbackRecord, outcomeRecord } from '../support/log-records.ts';

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly rawSql: string }[];
  }[];
}

const FOLDER = new URL('../../dashboards/grafana/', import.meta.url);
const HOUR_MS = 3_600_000;
const NOON_MS = Date.UTC(2026, 8, 21, 12);

const variable = (name: string): string => `$\{${name}}`;

/** What Grafana puts in the place of its variables. */
const filledIn = (sql: string, tenant: string): string =>
  sql
    .replaceAll(variable('tenant:sqlstring'), `'${tenant.replaceAll("'", "''")}'`)
    .replaceAll(variable('__from'), String(NOON_MS - 24 * HOUR_MS))
    .replaceAll(variable('__to'), String(NOON_MS + HOUR_MS))
    .replaceAll(variable('__interval_ms'), '60000');

test('every query of the provisioned Grafana dashboards runs, gives its panel’s columns, and keeps to its tenant', async () => {
  const clickhouse = await openClickHouse({ clock: () => NOON_MS });
  const records = Array.from({ length: 40 }, (_, i) =>
    decisionRecord({
      position: (NOON_MS - i * 20 * 60_000) * 1000,
      action: i % 4 === 0 ? 'challenge' : 'allow',
      score: (i + 0.5) / 40,
      signals: 2,
      ...(i % 8 === 0 ? { travelledFrom: 'NZ' } : {}),
    }),
  );
  const challenged = records.filter(({ challenge }) => challenge !== null);
  await clickhouse.sink.insert('b1', [
    ...records,
    ...challenged.map((record, i) => outcomeRecord(record, NOON_MS * 1000 + i + 1)),
    ...challenged.slice(0, 2).map((record, i) => feedbackRecord(record, NOON_MS * 1000 + 100 + i)),
  ]);
  const files = readdirSync(FOLDER);
  expect(files.toSorted()).toEqual(
    grafanaDashboards()
      .map(({ name }) => name)
      .toSorted(),
  );
  const seen: string[] = [];
  for (const file of files) {
    const { panels } = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Dashboard;
    for (const { title, targets } of panels) {
      const panel = PANELS.find((candidate) => candidate.title === title);
      if (panel === undefined) throw new Error(`no panel is called ${title}`);
      seen.push(panel.id);
      for (const { rawSql } of targets) {
        const rows = await clickhouse.database.query<object>('read', filledIn(rawSql, 'default'));
        expect(rows.length, title).toBeGreaterThan(0);
        for (const row of rows) expect(Object.keys(row), title).toEqual(panel.schema.map(({ name }) => name));
        const others = await clickhouse.database.query<Record<string, unknown>>(
          'read',
          filledIn(rawSql, "o'ther"),
        );
        const figures = others.flatMap((row) => Object.values(row)).filter((value) => value !== null);
        expect(
          figures.every((value) => value === 0),
          title,
        ).toBe(true);
      }
    }
  }
  expect(seen.toSorted()).toEqual(PANELS.map(({ id }) => id).toSorted());
});
