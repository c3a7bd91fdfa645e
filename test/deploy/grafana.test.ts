import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openClickHouse } from '../support/clickhouse.ts';

const DIRECTORY = new URL('../../dashboards/grafana/', import.meta.url);

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly rawSql?: string }[];
  }[];
}

/** The data source's macros and the dashboard's variable, as they would be filled in for six hours. */
const filledIn = (sql: string): string =>
  sql
    .replaceAll(/\$__timeFilter\((\w+)\)/g, "$1 >= toDateTime('2026-09-21 00:00:00', 'UTC')")
    .replaceAll('$__interval_s', '60')
    .replaceAll(/\$\{?tenant\}?/g, 'default');

test('every query of the hand-written Grafana dashboard runs on our schema', async () => {
  const { database } = await openClickHouse();
  const names = readdirSync(DIRECTORY).filter((name) => name === 'logins.json');
  expect(names.length).toBe(1);
  for (const name of names) {
    const { panels } = JSON.parse(readFileSync(new URL(name, DIRECTORY), 'utf8')) as Dashboard;
    const queries = panels.flatMap(({ targets = [] }) => targets.flatMap(({ rawSql }) => rawSql ?? []));
    expect(queries.length).toBeGreaterThan(0);
    for (const sql of queries) await expect(database.query('read', filledIn(sql))).resolves.toEqual([]);
  }
});
