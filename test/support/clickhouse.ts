import { basename } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { ClickHouseConnection } from '../../src/adapters/clickhouse/connect.ts';
import { type ClickHouse, createClickHouse } from '../../src/adapters/clickhouse/create-clickhouse.ts';
import type { Migration } from '../../src/adapters/clickhouse/migrate.ts';
import type { Retention } from '../../src/adapters/clickhouse/retention.ts';
import { PANELS } from '../../src/analytics/panels/index.ts';
import type { WriteGate } from '../../src/ports/write-gate.ts';
import { type ClickHouseProcess, startClickHouseProcess } from './clickhouse-process.ts';
import { tempDir, tempDirOfFile } from './temp-dir.ts';

/** Test data has fixed times, and the tables expire by the true clock. */
export const FOR_EVER: Retention = {
  raw_days: 20_000,
  minute_days: 20_000,
  hour_days: 20_000,
  day_days: 20_000,
};

const CREDENTIALS = { username: 'gatehouse', password: "it's a secret: \u00e9" };
let server: ClickHouseProcess | null = null;

/** All tests of this file meet ClickHouse over HTTP (see clickhouse-server.ts) instead of within their process. */
export function overHttp(): void {
  const path = tempDirOfFile();
  beforeAll(async () => {
    server = await startClickHouseProcess({ path, ...CREDENTIALS });
  });
  afterAll(() => server?.stop());
}

/** Where a ClickHouse of that directory is: a database of its own where the tests run over HTTP. */
export function connectionOf(path: string): ClickHouseConnection {
  return server === null
    ? { kind: 'embedded', path }
    : { kind: 'server', url: server.url, ...CREDENTIALS, database: basename(path).replace(/\W/g, '_') };
}

/** A migrated ClickHouse of this test alone. */
export async function openClickHouse(
  options: {
    readonly path?: string;
    readonly clock?: () => number;
    readonly migrations?: readonly Migration[];
    readonly retention?: Partial<Retention>;
    readonly gate?: WriteGate;
  } = {},
): Promise<ClickHouse> {
  const clickhouse = createClickHouse({
    connection: connectionOf(options.path ?? tempDir()),
    panels: PANELS,
    retention: { ...FOR_EVER, ...options.retention },
    clock: options.clock ?? Date.now,
    log: pino({ level: 'silent' }),
    ...(options.gate === undefined ? {} : { gate: options.gate }),
    ...(options.migrations === undefined ? {} : { migrations: options.migrations }),
  });
  onTestFinished(() => clickhouse.close());
  await clickhouse.analytics.migrate();
  return clickhouse;
}
