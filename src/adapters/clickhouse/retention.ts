import { changed, localName } from './cluster.ts';
import type { Database } from './database.ts';
import { ROLLUPS } from './rollups.ts';

/** How long what is kept, in days. */
export interface Retention {
  /** Decisions, outcomes and feedback with everything about a person, by the clock of receipt. */
  readonly raw_days: number;
  readonly minute_days: number;
  readonly hour_days: number;
  readonly day_days: number;
}

/** Rollups hold no person, so they may outlive the rows; minutes are only looked at while they are fresh. */
export const DEFAULT_RETENTION: Retention = {
  raw_days: 400,
  minute_days: 14,
  hour_days: 400,
  day_days: 1_825,
};

/** A row's time and its retention must not add up to more than ClickHouse's `DateTime` holds (2106): it would wrap and expire. */
const MAX_DAYS = 25_000;

const RAW_TABLES = ['decisions', 'outcomes', 'feedback', 'forgotten_devices', 'campaigns'];

/** Makes the tables' TTLs what the configuration says; does nothing where they are so already. */
export async function applyRetention(database: Database, retention: Retention): Promise<void> {
  const wanted = new Map<string, readonly [string, number]>();
  for (const table of RAW_TABLES) wanted.set(table, ['toDateTime(recorded_at)', retention.raw_days]);
  for (const { table, resolution } of ROLLUPS) {
    wanted.set(table, ['bucket', retention[`${resolution}_days`]]);
  }
  const tables = await database.query<{ name: string; definition: string }>(
    'write',
    'SELECT name, engine_full AS definition FROM system.tables WHERE database = currentDatabase()',
  );
  const { cluster } = database;
  for (const { name: found, definition } of tables) {
    const name = cluster === null ? found : found.replace(/_local$/, '');
    if (cluster !== null && found !== localName(name)) continue;
    const want = wanted.get(name);
    if (want === undefined) continue;
    const [time, days] = want;
    const whole = Math.min(Math.max(Math.trunc(days), 1), MAX_DAYS);
    if (definition.includes(`toIntervalDay(${whole})`)) continue;
    await database.command(
      `ALTER TABLE ${changed(name, cluster)} MODIFY TTL ${time} + toIntervalDay(${whole})`,
    );
  }
}
