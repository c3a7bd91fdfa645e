import { AnalyticsUnavailable } from '../../ports/analytics-errors.ts';
import type { Held } from '../../ports/write-gate.ts';
import type { Database } from './database.ts';

/** What a writer is told whose permission to write may be over: it knows no more what is in, and has to look. */
export const noLongerHeld = (): AnalyticsUnavailable =>
  new AnalyticsUnavailable('Somebody else may be writing to analytics by now.');

/** The database as long as the permission to write holds: asked again before each statement that writes. */
export const whileHeld = (database: Database, held: Held): Database => ({
  ...database,
  async command(sql, parameters) {
    if (!held()) throw noLongerHeld();
    await database.command(sql, parameters);
  },
  async insert(table, columns, rows) {
    if (!held()) throw noLongerHeld();
    await database.insert(table, columns, rows);
  },
});
