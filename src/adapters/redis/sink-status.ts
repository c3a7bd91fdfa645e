import type { AnalyticsStatus } from '../../ports/analytics.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RedisClient } from './connect.ts';
import { type Keys, SHARDS } from './keys.ts';
import type { LogStreams } from './log-streams.ts';

/** What a worker says of its sinks, once a second. */
export interface WorkerReport {
  readonly at_ms: number;
  readonly tracks: readonly number[];
  readonly insertedRows: number;
  readonly failures: number;
  readonly problem: string | null;
}

export type SinkStatusReader = () => Promise<
  Omit<AnalyticsStatus, 'ok'> & { readonly workers: number; readonly failures: number }
>;

const MICROS_PER_MS = 1_000;
/** Nobody carries the log for so long while something waits: more than a worker takes to begin. */
const UNCARRIED_MS = 15_000;

/** How far the log is carried into analytics, from any process: the oldest record that is not, and what workers say. */
export function createSinkStatus(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly streams: Pick<LogStreams, 'sinkPositions' | 'firstAfter' | 'above'>;
  readonly clock: Clock;
}): SinkStatusReader {
  const { redis, streams, clock } = options;
  const { parkedOrder, status } = options.keys.sinkState;
  return async () => {
    const positions = await streams.sinkPositions();
    const [reports, parkedRows, ...firsts] = await Promise.all([
      redis.hvals(status),
      redis.zcard(parkedOrder),
      ...Array.from({ length: SHARDS }, (_, shard) => streams.firstAfter(shard, positions[shard] ?? 0)),
    ]);
    const waiting = firsts.filter((position) => position !== undefined);
    const counts = await Promise.all(
      firsts.map((first, shard) =>
        first === undefined ? Promise.resolve(0) : streams.above(shard, positions[shard] ?? 0),
      ),
    );
    const lag_ms = waiting.length === 0 ? 0 : Math.max(0, clock() - Math.min(...waiting) / MICROS_PER_MS);
    const workers = reports.map((text) => JSON.parse(text) as WorkerReport);
    const problem = workers.find((report) => report.problem !== null)?.problem ?? null;
    const idle =
      workers.length === 0 && lag_ms > UNCARRIED_MS
        ? 'No worker carries the log into analytics; records stay in the log.'
        : null;
    return {
      problem: problem ?? idle,
      lagRecords: counts.reduce((sum, count) => sum + count, 0),
      lag_ms,
      parkedRows,
      insertedRows: workers.reduce((sum, report) => sum + report.insertedRows, 0),
      workers: workers.length,
      failures: workers.reduce((sum, report) => sum + report.failures, 0),
    };
  };
}
