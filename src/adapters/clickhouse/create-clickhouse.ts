import type { BaseLogger } from 'pino';
import type { Panel } from '../../contracts/rows/panel.ts';
import type { Analytics, AnalyticsSink, PanelInfo } from '../../ports/analytics.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WriteGate } from '../../ports/write-gate.ts';
import { createCampaignReads } from './campaigns.ts';
import type { ClickHouseConnection } from './connect.ts';
import { type Database, openDatabase } from './database.ts';
import { createDecisionRows } from './decision-rows.ts';
import { createEntityReads } from './entity.ts';
import { createErase, type EraseUser, loginKeysOf } from './erase.ts';
import { errorTypeOf } from './error-type.ts';
import { type Migration, migrate, readMigrations } from './migrate.ts';
import { createReads, type Reads } from './reads.ts';
import { applyRetention, DEFAULT_RETENTION, type Retention } from './retention.ts';
import { createReviewCandidates } from './review-candidates.ts';
import type { RebuildRules } from './rollups.ts';
import { createPanelRunner } from './run-panel.ts';
import { createSink } from './sink.ts';
import { createUserActivity } from './user-activity.ts';
import { createVersionChanges } from './version-changes.ts';
import { whileHeld } from './while-held.ts';

export interface ClickHouseOptions {
  readonly connection: ClickHouseConnection;
  readonly panels: readonly Panel[];
  readonly retention?: Partial<Retention>;
  readonly clock: Clock;
  readonly log: Pick<BaseLogger, 'info' | 'warn' | 'error'>;
  /** Who else writes to the same database; only this process unless said otherwise. */
  readonly gate?: WriteGate;
  /** The schema's versions; all that are known unless a test says otherwise. */
  readonly migrations?: readonly Migration[];
}

export interface ClickHouse {
  readonly analytics: Analytics;
  /** Takes the batches of one reader of the log, which must come in the log's order. */
  readonly sink: AnalyticsSink;
  /** Another one, for another part of the log. */
  newSink(): AnalyticsSink;
  /** Removes what was logged of a user up to a position, again: for rows that came after the tombstone's turn. */
  eraseUpTo(tenant: string, userKey: string, position: number, loginKeys: readonly string[]): Promise<number>;
  /** Names that a user's logins came with, as keyed hashes: after an erasure no row tells. */
  loginKeysOf(tenant: string, userKey: string): Promise<readonly string[]>;
  /** A page of `analytics.history`, for callers that are far away. */
  readonly historyPage: Reads['historyPage'];
  /** For checks that need SQL of their own. */
  readonly database: Database;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;

/**
 * Analytics on ClickHouse, within this process or on a server: the same client, SQL and migrations. Call
 * `analytics.migrate()` before anything else.
 *
 * A repair must not meet another writer's insert in the same bucket: processes that share a database share a gate.
 *
 * @throws DataDirLocked, AnalyticsUnavailable when the embedded directory cannot be opened.
 */
export function createClickHouse(options: ClickHouseOptions): ClickHouse {
  const { connection, panels, clock, log } = options;
  const retention: Retention = { ...DEFAULT_RETENTION, ...options.retention };
  const database = openDatabase(connection);
  const exclusive = oneAfterTheOther();
  const gate: WriteGate = options.gate ?? {
    together: (work) => exclusive(() => work(() => true)),
    alone: (work) => exclusive(() => work(() => true)),
  };
  let since_ms = Number.POSITIVE_INFINITY;
  const rules = (): RebuildRules => rebuildRules(retention, since_ms, clock());
  const eraseOn = (on: Database): EraseUser => createErase(on, rules);
  const reads = createReads(database, clock);
  const rows = createDecisionRows(database, reads);
  const infos: readonly PanelInfo[] = panels.map(
    ({ id, title, description, parameters, schema, chart, group }) => ({
      id,
      title,
      description,
      parameters,
      schema,
      chart,
      group,
    }),
  );
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= exclusive(() => database.close());
    return closing;
  };

  const analytics: Analytics = {
    migrate: () =>
      exclusive(async () => {
        since_ms = await migrate(
          database,
          options.migrations ?? readMigrations(),
          clock,
          () => closing !== null,
        );
        await applyRetention(database, retention);
      }),
    decision: reads.decision,
    search: reads.search,
    history: reads.history,
    forgottenDevices: reads.forgottenDevices,
    rows: rows.rows,
    count: rows.count,
    ...createEntityReads(database, rows),
    ...createUserActivity(database),
    ...createReviewCandidates(database, reads),
    ...createVersionChanges(database),
    ...createCampaignReads(database, clock),
    ...createPanelRunner({ database, panels, clock, retention }),
    panels: () => infos,
    erase: (tenant, userKey) =>
      gate.alone((held) => eraseOn(whileHeld(database, held))(tenant, userKey, null)),
    async status() {
      const base = { lagRecords: null, lag_ms: null, parkedRows: 0, insertedRows: 0 };
      try {
        await database.query('lookup', 'SELECT 1 AS one');
        return { ok: true, problem: null, ...base };
      } catch (error) {
        log.warn({ err: error }, 'analytics does not answer');
        return { ok: false, problem: 'ClickHouse does not answer.', ...base };
      }
    },
    close,
  };
  /** A server that came back without its data takes rows again once it has tables; whoever failed tries again. */
  const onSchema = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (lacksSchema(error)) await analytics.migrate();
      throw error;
    }
  };
  const newSink = (): AnalyticsSink => {
    const sink = createSink({ database, rules, eraseOn, gate });
    return {
      ...sink,
      insert: (batchId, records) => onSchema(() => sink.insert(batchId, records)),
      repair: (batchId, records) => onSchema(() => sink.repair(batchId, records)),
    };
  };
  return {
    analytics,
    sink: newSink(),
    newSink,
    eraseUpTo: (tenant, userKey, position, loginKeys) =>
      gate.alone((held) => eraseOn(whileHeld(database, held))(tenant, userKey, position, loginKeys)),
    loginKeysOf: (tenant, userKey) => loginKeysOf(database, tenant, userKey),
    historyPage: reads.historyPage,
    database,
    close,
  };
}

const lacksSchema = (error: unknown): boolean => {
  const type = errorTypeOf(error);
  return type === 'UNKNOWN_DATABASE' || type === 'UNKNOWN_TABLE';
};

/**
 * Raw rows expire by the clock of receipt. While nothing can have expired yet every bucket may be counted again from
 * them; later only buckets whose rows are surely all there. Buckets near their own end are not worth it.
 */
function rebuildRules(retention: Retention, since_ms: number, now_ms: number): RebuildRules {
  const rawFrom_ms =
    now_ms - since_ms < (retention.raw_days - 1) * DAY_MS ? 0 : now_ms - (retention.raw_days - 1) * DAY_MS;
  const from = (days: number): number => Math.max(rawFrom_ms, now_ms - days * DAY_MS);
  return {
    oldest_ms: {
      minute: from(retention.minute_days),
      hour: from(retention.hour_days),
      day: from(retention.day_days),
    },
  };
}

function oneAfterTheOther(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}
