import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BaseLogger } from 'pino';
import type {
  Analytics,
  AnalyticsStatus,
  PanelInfo,
  ParkedSummary,
  ResentRows,
} from '../../ports/analytics.ts';
import { AnalyticsUnavailable } from '../../ports/analytics-errors.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type FromThread,
  fromPlainError,
  type HistoryMark,
  type ThreadCalls,
  type ThreadConfig,
  type ToThread,
} from './analytics-messages.ts';

export interface AnalyticsThreadOptions {
  /** Holds `log` (written by this process), `sink` and `analytics`. */
  readonly dataDir: string;
  /** Days that decisions stay, by the clock of receipt. */
  readonly retention_days?: number;
  /** Days that the rollups stay; their defaults are in `DEFAULT_RETENTION`. */
  readonly rollupRetention_days?: { readonly minute: number; readonly hour: number; readonly day: number };
  /** As the decision log's: the journal must not survive less than the log. */
  readonly durability?: 'process' | 'power';
  readonly clock: Clock;
  readonly log: Pick<BaseLogger, 'info' | 'warn' | 'error'>;
  readonly maxRows?: number;
  readonly maxWait_ms?: number;
  /** How long `close` waits for the last flush. */
  readonly closeWait_ms?: number;
  /** Module that the thread runs; another one in tests. */
  readonly entry?: URL;
}

export interface AnalyticsThread extends Analytics {
  /** Rows of a tenant that analytics refused, oldest first. */
  parked(tenant: string, limit: number): Promise<readonly ParkedSummary[]>;
  /** Tries rows of a tenant again that analytics refused; `null`: all of them. */
  resendParked(tenant: string, positions: readonly number[] | null): Promise<ResentRows>;
  /** Removes what was logged of a user up to a position, again. */
  eraseUpTo(tenant: string, userKey: string, position: number, loginKeys: readonly string[]): Promise<number>;
  /** Removes rows of a user that analytics refused, up to a position; the number of decisions among them. */
  eraseParked(tenant: string, userKey: string, upTo: number, loginKeys: readonly string[]): Promise<number>;
  /** Something was appended to the log. Cheap; may be called for every record. */
  nudge(): void;
  /** Resolves when everything durable by now can be searched. */
  flush(): Promise<void>;
  /** Log position up to which everything is in analytics (or parked). */
  acknowledged(): Promise<number>;
}

const CLOSE_WAIT_MS = 10_000;
const MAX_ROWS = 5_000;
const MAX_WAIT_MS = 500;
/** A nudge starts the sink's wait for company, so those that follow within less than that wait say nothing new. */
const NUDGE_EVERY_MS = 100;
const FIRST_RESTART_MS = 100;
const LAST_RESTART_MS = 30_000;
/** A thread that ran this long was not felled by its start. */
const STABLE_MS = 60_000;

/** Rows live until their insert: in the default young generation each collection would copy thousands of them. */
const RESOURCES = { maxYoungGenerationSizeMb: 96 };

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Analytics of the embedded mode, in a thread of its own: chDB, its schema, panels and searches, and the event sink,
 * which reads the log's LMDB directly. Decisions share no event loop with any of it.
 *
 * A thread that fails is started again after a pause; until then every call fails with `AnalyticsUnavailable`, and
 * the log keeps what the sink could not carry over.
 *
 * @throws SchemaTooNew, DataDirLocked, AnalyticsUnavailable when the first start fails
 */
export async function createAnalyticsThread(options: AnalyticsThreadOptions): Promise<AnalyticsThread> {
  const { clock, log } = options;
  const config = configOf(options);
  const entry = options.entry ?? defaultEntry();
  const pending = new Map<number, Pending>();
  let worker: Worker | null = null;
  let panels: readonly PanelInfo[] = [];
  let lastId = 0;
  let closed = false;
  let failures = 0;
  let nudgedAt_ms = Number.NEGATIVE_INFINITY;
  let restart: NodeJS.Timeout | null = null;
  let closing: Promise<void> | null = null;

  function start(): Promise<void> {
    const thread = startWorker(entry, config);
    const startedAt_ms = performance.now();
    return new Promise((resolve, reject) => {
      let ready = false;
      let failure: Error | null = null;
      thread.on('message', (message: FromThread) => {
        switch (message.kind) {
          case 'ready':
            ready = true;
            worker = thread;
            panels = message.panels;
            resolve();
            return;
          case 'failed':
            failure = fromPlainError(message.error);
            return;
          case 'log':
            log[message.level](message.fields, message.message);
            return;
          case 'answer':
            take(message.id)?.resolve(message.value);
            return;
          case 'refusal':
            take(message.id)?.reject(fromPlainError(message.error));
        }
      });
      thread.on('error', (error) => {
        failure ??= error;
      });
      thread.on('exit', () => {
        if (worker === thread) worker = null;
        const cause = failure ?? new Error('the analytics thread ended');
        for (const id of [...pending.keys()]) {
          take(id)?.reject(new AnalyticsUnavailable('Analytics stopped while it answered.', { cause }));
        }
        if (!ready) {
          reject(cause);
        } else if (!closed) {
          log.error({ err: cause }, 'the analytics thread failed; it will be started again');
          if (performance.now() - startedAt_ms > STABLE_MS) failures = 0;
          startAgain();
        }
      });
    });
  }

  function startAgain(): void {
    if (closed) return;
    const pause_ms = Math.min(FIRST_RESTART_MS * 2 ** Math.min(failures, 20), LAST_RESTART_MS);
    failures++;
    restart = setTimeout(() => {
      restart = null;
      start().catch((error: unknown) => {
        log.error({ err: error }, 'the analytics thread did not start');
        startAgain();
      });
    }, pause_ms);
    restart.unref();
  }

  function take(id: number): Pending | undefined {
    const found = pending.get(id);
    pending.delete(id);
    return found;
  }

  function call<Name extends keyof ThreadCalls>(
    name: Name,
    ...args: ThreadCalls[Name]['args']
  ): Promise<ThreadCalls[Name]['answer']> {
    const thread = worker;
    if (thread === null) return Promise.reject(new AnalyticsUnavailable('Analytics is not running.'));
    return new Promise((resolve, reject) => {
      const id = ++lastId;
      pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      thread.postMessage({ kind: 'call', id, name, args, now_ms: clock() } satisfies ToThread);
    });
  }

  async function shutDown(): Promise<void> {
    closed = true;
    if (restart !== null) clearTimeout(restart);
    const thread = worker;
    if (thread === null) return;
    const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
    const wait_ms = options.closeWait_ms ?? CLOSE_WAIT_MS;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), wait_ms);
    });
    const outcome = await Promise.race([flushAndClose(), late]);
    if (outcome === 'late') {
      log.warn({ wait_ms }, 'analytics did not take the last records in time; they stay in the log');
      await Promise.race([quietly(call('close')), delay(wait_ms)]);
    }
    clearTimeout(timer);
    await thread.terminate();
    await ended;
  }

  async function flushAndClose(): Promise<void> {
    await quietly(call('flush'));
    await quietly(call('close'));
  }

  /** What fails while closing is in the log already, and stops nothing. */
  async function quietly(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      log.warn({ err: error }, 'analytics failed while closing');
    }
  }

  // Loaded here too, and never used: a library that only the thread had loaded is unloaded when the thread ends, while
  // native threads of it still run, and the process dies of a segmentation fault at the end of a clean stop.
  await import('chdb');
  await start();

  return {
    // The thread brings the schema up to date before it says that it is ready, too.
    migrate: () => call('migrate'),
    decision: (tenant, id) => call('decision', tenant, id),
    search: (tenant, filter, limit, cursor) => call('search', tenant, filter, limit, cursor),
    rows: (tenant, filter, limit, cursor) => call('rows', tenant, filter, limit, cursor),
    count: (tenant, filter) => call('count', tenant, filter),
    entity: (tenant, subject, window) => call('entity', tenant, subject, window),
    userActivity: (tenant, userKey, window) => call('userActivity', tenant, userKey, window),
    reviewCandidates: (...args) => call('reviewCandidates', ...args),
    versionChanges: (tenant, window) => call('versionChanges', tenant, window),
    parked: (tenant, limit) => call('parked', tenant, limit),
    resendParked: (tenant, positions) => call('resendParked', tenant, positions),
    campaigns: (tenant, filter, limit, cursor) => call('campaigns', tenant, filter, limit, cursor),
    async *history(tenant, userKey) {
      let mark: HistoryMark | null = null;
      do {
        const page: ThreadCalls['historyPage']['answer'] = await call('historyPage', tenant, userKey, mark);
        yield* page.views;
        mark = page.next;
      } while (mark !== null);
    },
    forgottenDevices: (tenant, userKey) => call('forgottenDevices', tenant, userKey),
    panels: () => panels,
    panel: (tenant, id, parameters) => call('panel', tenant, id, parameters),
    erase: (tenant, userKey) => call('erase', tenant, userKey),
    eraseUpTo: (tenant, userKey, position, loginKeys) =>
      call('eraseUpTo', tenant, userKey, position, loginKeys),
    eraseParked: (...args) => call('eraseParked', ...args),
    async status(): Promise<AnalyticsStatus> {
      try {
        return await call('status');
      } catch (error) {
        const problem = error instanceof Error ? error.message : 'Analytics is not running.';
        return { ok: false, problem, lagRecords: null, lag_ms: null, parkedRows: 0, insertedRows: 0 };
      }
    },
    acknowledged: () => call('acknowledged'),
    flush: () => call('flush'),
    nudge() {
      const now_ms = performance.now();
      if (now_ms - nudgedAt_ms < NUDGE_EVERY_MS) return;
      nudgedAt_ms = now_ms;
      worker?.postMessage({ kind: 'nudge' } satisfies ToThread);
    },
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

const delay = (wait_ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, wait_ms).unref();
  });

function configOf(options: AnalyticsThreadOptions): ThreadConfig {
  const rollups = options.rollupRetention_days;
  return {
    logPath: join(options.dataDir, 'log'),
    journalPath: join(options.dataDir, 'sink'),
    analyticsPath: join(options.dataDir, 'analytics'),
    durability: options.durability ?? 'process',
    retention: {
      ...(options.retention_days === undefined ? {} : { raw_days: options.retention_days }),
      ...(rollups === undefined
        ? {}
        : { minute_days: rollups.minute, hour_days: rollups.hour, day_days: rollups.day }),
    },
    maxRows: options.maxRows ?? MAX_ROWS,
    maxWait_ms: options.maxWait_ms ?? MAX_WAIT_MS,
  };
}

const isSource = (url: string | URL): boolean => String(url).endsWith('.ts');

/** The composition root of the thread lies beside the process's own. */
const defaultEntry = (): URL =>
  new URL(`../../analytics-thread${isSource(import.meta.url) ? '.ts' : '.js'}`, import.meta.url);

function startWorker(entry: URL, config: ThreadConfig): Worker {
  if (!isSource(entry)) return new Worker(entry, { workerData: config, resourceLimits: RESOURCES });
  // Sources need tsx, and on Node 20 `--import tsx` does not reach the modules of a thread: it registers itself.
  const api = import.meta.resolve('tsx/esm/api');
  const bootstrap = `import { register } from ${JSON.stringify(api)}; register(); await import(${JSON.stringify(entry.href)});`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(bootstrap)}`), {
    workerData: config,
    resourceLimits: RESOURCES,
    execArgv: [],
  });
}
