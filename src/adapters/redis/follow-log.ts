import type { BaseLogger } from 'pino';
import type { LogRecord } from '../../core/record.ts';
import { SHARDS } from './keys.ts';
import type { LogStreams } from './log-streams.ts';

const LOOK_MS = 400;
/** A shard's records in one look; who watches a stream of decisions reads no more of them anyway. */
const A_SHARD = 100;

/**
 * Hands over what all processes append, as long as somebody watches. What comes faster than it can be read is left out:
 * it is there to be looked at, and lists have everything.
 */
export function followLog(options: {
  readonly streams: LogStreams;
  readonly isWatched: () => boolean;
  readonly publish: (record: LogRecord) => void;
  readonly log: Pick<BaseLogger, 'warn'>;
}): { close(): void } {
  const { streams, isWatched, publish, log } = options;
  let places: number[] | null = null;
  let looking = false;

  async function look(): Promise<void> {
    const heads = await streams.heads();
    const from = places ?? heads;
    places = [...heads];
    const parts = await Promise.all(
      Array.from({ length: SHARDS }, (_, shard) => {
        const after = from[shard] ?? 0;
        return (heads[shard] ?? 0) > after ? streams.read(shard, after, A_SHARD, heads[shard]) : [];
      }),
    );
    for (const record of parts.flat().sort((a, b) => a.position - b.position)) publish(record);
  }

  const timer = setInterval(() => {
    if (!isWatched()) {
      places = null;
      return;
    }
    if (looking) return;
    looking = true;
    look()
      .catch((error: unknown) => log.warn({ err: error }, 'the log could not be followed; trying again'))
      .finally(() => {
        looking = false;
      });
  }, LOOK_MS);
  timer.unref();
  return { close: () => clearInterval(timer) };
}
