import type { BaseLogger } from 'pino';
import type { RedisClient } from './connect.ts';
import type { Keys } from './keys.ts';

const LOOK_MS = 2_000;

/** Tells every node to read its network lists again. */
export async function raiseFeedsGeneration(redis: RedisClient, keys: Keys): Promise<void> {
  await redis.incr(keys.feedsGeneration);
}

/**
 * Calls `refresh` once for each time that the lists are to be read again. A failure is tried again at the next look;
 * while Redis is gone nothing is read.
 */
export function followFeeds(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly refresh: () => Promise<void>;
  readonly log: Pick<BaseLogger, 'info' | 'warn'>;
  readonly look_ms?: number;
}): { close(): Promise<void> } {
  const { redis, keys, refresh, log, look_ms = LOOK_MS } = options;
  /** `undefined`: the lists that were read at the start are as new as any. */
  let seen: string | null | undefined;
  let told = false;
  let looking: Promise<void> = Promise.resolve();
  let busy = false;

  async function look(): Promise<void> {
    try {
      const generation = await redis.get(keys.feedsGeneration);
      if (seen !== undefined && generation !== seen) {
        await refresh();
        log.info({ code: 'feeds_refreshed' }, 'the network lists were read again');
      }
      seen = generation;
      told = false;
    } catch (error) {
      if (!told)
        log.warn({ err: error }, 'the network lists could not be read again; it will be tried again');
      told = true;
    }
  }

  const start = (): void => {
    if (busy) return;
    busy = true;
    looking = look().finally(() => {
      busy = false;
    });
  };
  const timer = setInterval(start, look_ms);
  timer.unref();
  start();
  return {
    async close() {
      clearInterval(timer);
      await looking;
    },
  };
}
