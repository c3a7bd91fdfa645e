import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { createEventSink, type EventSink } from '../workers/event-sink.ts';
import { type ClickHouse, createClickHouse } from './adapters/clickhouse/create-clickhouse.ts';
import {
  type FromThread,
  type ThreadCalls,
  type ThreadConfig,
  type ToThread,
  toPlainError,
} from './adapters/embedded/analytics-messages.ts';
import { createLogReader, type LogReader } from './adapters/embedded/log-reader.ts';
import { createSinkJournal } from './adapters/embedded/sink-journal.ts';
import { createSinkSource } from './adapters/embedded/sink-source.ts';
import { PANELS } from './analytics/panels/index.ts';
import { createParkedRowsUseCase, summarizeParked } from './app/parked-rows.ts';
import type { SinkJournal } from './ports/decision-log.ts';

/**
 * The composition root of the analytics thread: chDB, panels, searches and the event sink, behind messages. Started
 * by `createAnalyticsThread`; only there does importing it do anything.
 */

type Handlers = {
  readonly [Name in keyof ThreadCalls]: (
    ...args: ThreadCalls[Name]['args']
  ) => Promise<ThreadCalls[Name]['answer']>;
};

interface Running {
  readonly clickhouse: ClickHouse;
  readonly reader: LogReader;
  readonly journal: SinkJournal;
  readonly sink: EventSink;
  readonly handlers: Handlers;
}

/**
 * Nice value of this thread and of those that chDB starts from it: logins come first. Under a load that takes all
 * processors the sink falls behind, the log holds what waits, and it catches up afterwards.
 */
const NICE = 10;

/** Linux gives every thread a priority of its own, named by its thread id. Elsewhere all threads stay equal. */
function yieldToDecisions(log: ReturnType<typeof logTo>): void {
  try {
    const id = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(id, NICE);
  } catch (error) {
    log.info(
      { err: error },
      'analytics run at the priority of decisions: this system has no priorities of threads',
    );
  }
}

async function start(config: ThreadConfig, post: (message: FromThread) => void): Promise<void> {
  /** The caller's clock less this thread's. */
  let offset_ms = 0;
  yieldToDecisions(logTo(post));
  const clock = (): number => Date.now() + offset_ms;
  const running = await open(config, clock, logTo(post));
  parentPort?.on('message', (message: ToThread) => {
    if (message.kind === 'nudge') {
      running.sink.nudge();
      return;
    }
    offset_ms = message.now_ms - Date.now();
    const { id } = message;
    const handle = running.handlers[message.name] as (...args: readonly unknown[]) => Promise<unknown>;
    handle(...message.args).then(
      (value) => post({ kind: 'answer', id, value }),
      (error: unknown) => post({ kind: 'refusal', id, error: toPlainError(error) }),
    );
  });
  post({ kind: 'ready', panels: running.clickhouse.analytics.panels() });
}

async function open(
  config: ThreadConfig,
  clock: () => number,
  log: ReturnType<typeof logTo>,
): Promise<Running> {
  // First, because it holds the data directory's lock.
  const clickhouse = createClickHouse({
    connection: { kind: 'embedded', path: config.analyticsPath },
    panels: PANELS,
    retention: config.retention,
    clock,
    log,
  });
  const { analytics } = clickhouse;
  await analytics.migrate();
  const reader = createLogReader({ path: config.logPath });
  const journal = createSinkJournal({ path: config.journalPath, durability: config.durability });
  const sink = createEventSink({
    source: createSinkSource(reader),
    journal,
    parkedRows: () => journal.parked.count(),
    sink: clickhouse.sink,
    clock,
    logger: log,
    maxRows: config.maxRows,
    maxWait_ms: config.maxWait_ms,
  });
  const parkedRows = createParkedRowsUseCase({ parked: journal.parked, sink: clickhouse.sink });
  const handlers: Handlers = {
    decision: (tenant, id) => analytics.decision(tenant, id),
    search: (tenant, filter, limit, cursor) => analytics.search(tenant, filter, limit, cursor),
    rows: (tenant, filter, limit, cursor) => analytics.rows(tenant, filter, limit, cursor),
    count: (tenant, filter) => analytics.count(tenant, filter),
    entity: (tenant, subject, window) => analytics.entity(tenant, subject, window),
    userActivity: (tenant, userKey, window) => analytics.userActivity(tenant, userKey, window),
    reviewCandidates: (...args) => analytics.reviewCandidates(...args),
    versionChanges: (tenant, window) => analytics.versionChanges(tenant, window),
    parked: async (tenant, limit) => (await parkedRows.list(tenant)).slice(0, limit).map(summarizeParked),
    resendParked: (tenant, positions) => parkedRows.resend(tenant, positions),
    campaigns: (tenant, filter, limit, cursor) => analytics.campaigns(tenant, filter, limit, cursor),
    historyPage: (tenant, userKey, from) => clickhouse.historyPage(tenant, userKey, from),
    forgottenDevices: (tenant, userKey) => analytics.forgottenDevices(tenant, userKey),
    panel: (tenant, id, parameters) => analytics.panel(tenant, id, parameters),
    erase: (tenant, userKey) => analytics.erase(tenant, userKey),
    async eraseUpTo(tenant, userKey, position, loginKeys) {
      await parkedRows.erase(tenant, userKey, position, loginKeys);
      return clickhouse.eraseUpTo(tenant, userKey, position, loginKeys);
    },
    eraseParked: (...args) => parkedRows.erase(...args),
    async migrate() {
      await analytics.migrate();
      return undefined;
    },
    async status() {
      const status = await analytics.status();
      const { lagRecords, lag_ms, parkedRows, insertedRows, problem } = await sink.status();
      return {
        ok: status.ok && problem === null,
        problem: status.problem ?? problem,
        lagRecords,
        lag_ms,
        parkedRows,
        insertedRows,
      };
    },
    acknowledged: async () => journal.acknowledged[0] ?? 0,
    async flush() {
      await sink.flush();
      return undefined;
    },
    async close() {
      await sink.close();
      await clickhouse.close();
      await journal.close();
      await reader.close();
      return undefined;
    },
  };
  return { clickhouse, reader, journal, sink, handlers };
}

/** A logger that hands its lines to the process: two writers on one stream would tear each other's. */
function logTo(post: (message: FromThread) => void) {
  const write = (level: 'info' | 'warn' | 'error') => (fields: unknown, message?: string) => {
    const { err, ...rest } = fields as Record<string, unknown>;
    const error = err === undefined ? {} : { err: describe(err) };
    post({ kind: 'log', level, fields: { ...rest, ...error }, message: message ?? '' });
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}

/** As text: an error with its cause does not survive the way between threads. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${describe(error.cause)})`;
}

const port = parentPort;
if (port !== null) {
  const post = (message: FromThread): void => port.postMessage(message);
  start(workerData as ThreadConfig, post).catch((error: unknown) => {
    post({ kind: 'failed', error: toPlainError(error) });
    port.close();
  });
}
