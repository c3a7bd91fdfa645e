import pino from 'pino';
import { onTestFinished } from 'vitest';
import { type ClickHouse, createClickHouse } from '../../src/adapters/clickhouse/create-clickhouse.ts';
import type { Migration } from '../../src/adapters/clickhouse/migrate.ts';
import type { Retention } from '../../src/adapters/clickhouse/retention.ts';
import { PANELS } from '../../src/analytics/panels/index.ts';
import { tempDir } from './temp-dir.ts';

/** Test data has fixed times, and the tables expire by the true clock. */
export const FOR_EVER: Retention = {
  raw_days: 20_000,
  minute_days: 20_000,
  hour_days: 20_000,
  day_days: 20_000,
};

/** A migrated chDB in a directory of this test alone. */
export async function openClickHouse(
  options: {
    readonly path?: string;
    readonly clock?: () => number;
    readonly migrations?: readonly Migration[];
    readonly retention?: Partial<Retention>;
  } = {},
): Promise<ClickHouse> {
  const clickhouse = createClickHouse({
    connection: { kind: 'embedded', path: options.path ?? tempDir() },
    panels: PANELS,
    retention: { ...FOR_EVER, ...options.retention },
    clock: options.clock ?? Date.now,
    log: pino({ level: 'silent' }),
    ...(options.migrations === undefined ? {} : { migrations: options.migrations }),
  });
  onTestFinished(() => clickhouse.close());
  await clickhouse.analytics.migrate();
  return clickhouse;
}
