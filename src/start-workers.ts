import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createEventSink, type EventSink } from '../workers/event-sink.ts';
import { createTrackKeeper } from '../workers/track-keeper.ts';
import type { ClickHouse } from './adapters/clickhouse/create-clickhouse.ts';
import type { RedisClient } from './adapters/redis/connect.ts';
import type { Keys } from './adapters/redis/keys.ts';
import type { LogStreams } from './adapters/redis/log-streams.ts';
import { createParkedRows } from './adapters/redis/parked-rows.ts';
import type { Scripts } from './adapters/redis/scripts.ts';
import { openSinkJournal } from './adapters/redis/sink-journal.ts';
import { defineSinkScripts } from './adapters/redis/sink-scripts.ts';
import type { WorkerReport } from './adapters/redis/sink-status.ts';
import { createTrackLeases } from './adapters/redis/track-leases.ts';
import { createTrackSource } from './adapters/redis/track-source.ts';
import type { ErasureRecord, LogRecord } from './core/record.ts';
import type { AnalyticsSink } from './ports/analytics.ts';
import type { Clock } from './ports/clock.ts';

export interface SinkWorkersOptions {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly streams: LogStreams;
  /** With a gate that all processes share (see `createWriteGate`). */
  readonly clickhouse: Pick<ClickHouse, 'newSink'>;
  /** Told of a tombstone before its turn in analytics: afterwards no row says which names were the user's. */
  readonly beforeErasure?: (record: ErasureRecord, batch: readonly LogRecord[]) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly maxRows?: number;
  readonly maxWait_ms?: number;
  readonly poll_ms?: number;
  readonly lease_ms?: number;
  /** Between looks at who carries what. */
  readonly interval_ms?: number;
  readonly backoff_ms?: readonly [first: number, last: number];
}

export interface SinkWorkers {
  /** Tracks of the log that this process carries now. */
  tracks(): readonly number[];
  report(): WorkerReport;
  /** Ends after the batches under way; what is left stays in the log for other workers. */
  close(): Promise<void>;
}

/** Without being told of appends, which happen in other processes. */
const POLL_MS = 150;
/**
 * What waits no longer than this goes to ClickHouse in one batch. Each track makes batches of its own, and each batch a
 * part in every table and rollup: at 0.35 s the inserts were so many that rows waited longer for them (docs/BENCH-REDIS.md).
 */
const MAX_WAIT_MS = 600;
/** Rows of a batch when the log is full: what each track reads ahead is in memory at once. */
const MAX_ROWS = 3_000;

/** Carries this process's share of the log on Redis Streams into ClickHouse. */
export function startSinkWorkers(options: SinkWorkersOptions): SinkWorkers {
  const { redis, keys, scripts, streams, clickhouse, clock, log } = options;
  const run = defineSinkScripts(redis);
  const worker = randomUUID();
  const parked = createParkedRows({ redis, keys, run });
  const sinks = new Map<number, EventSink>();
  let ended = { insertedRows: 0, failures: 0 };

  const report = (): WorkerReport => {
    const all = [...sinks.values()];
    const counts = all.map((sink) => sink.counts());
    return {
      at_ms: clock(),
      tracks: [...sinks.keys()],
      insertedRows: counts.reduce((sum, each) => sum + each.insertedRows, ended.insertedRows),
      failures: counts.reduce((sum, each) => sum + each.failures, ended.failures),
      problem: all.map((sink) => sink.problem()).find((problem) => problem !== null) ?? null,
    };
  };
  /** Unless the track has another sink by now. */
  const forget = (track: number, sink: EventSink): void => {
    if (sinks.get(track) !== sink) return;
    const counts = sink.counts();
    ended = {
      insertedRows: ended.insertedRows + counts.insertedRows,
      failures: ended.failures + counts.failures,
    };
    sinks.delete(track);
  };
  const keeper = createTrackKeeper({
    leases: createTrackLeases({
      redis,
      keys,
      scripts,
      run,
      worker,
      ...(options.lease_ms === undefined ? {} : { lease_ms: options.lease_ms }),
    }),
    status: () => JSON.stringify(report()),
    log,
    ...(options.interval_ms === undefined ? {} : { interval_ms: options.interval_ms }),
    async carry(track, holder, lost) {
      const journal = await openSinkJournal({ redis, keys, scripts, run, track, holder });
      const sink: EventSink = createEventSink({
        source: createTrackSource({ streams, track }),
        journal,
        sink: telling(clickhouse.newSink(), options.beforeErasure),
        parkedRows: () => parked.count(),
        clock,
        logger: log,
        poll_ms: options.poll_ms ?? POLL_MS,
        maxRows: options.maxRows ?? MAX_ROWS,
        maxWait_ms: options.maxWait_ms ?? MAX_WAIT_MS,
        ...(options.backoff_ms === undefined ? {} : { backoff_ms: options.backoff_ms }),
        onLost: () => {
          forget(track, sink);
          lost();
        },
      });
      sinks.set(track, sink);
      return {
        async close() {
          await sink.close();
          forget(track, sink);
          await journal.close();
        },
      };
    },
  });
  return { tracks: keeper.held, report, close: () => keeper.close() };
}

function telling(sink: AnalyticsSink, beforeErasure: SinkWorkersOptions['beforeErasure']): AnalyticsSink {
  if (beforeErasure === undefined) return sink;
  const tell = async (records: readonly LogRecord[]): Promise<void> => {
    for (const record of records) if (record.kind === 'erasure') await beforeErasure(record, records);
  };
  return {
    ...sink,
    async insert(batchId, records) {
      await tell(records);
      await sink.insert(batchId, records);
    },
    async repair(batchId, records) {
      await tell(records);
      await sink.repair(batchId, records);
    },
  };
}
