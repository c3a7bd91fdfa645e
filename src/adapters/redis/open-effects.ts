import type { BaseLogger } from 'pino';
import type { Effect } from '../../core/effects.ts';
import type { RedisClient } from './connect.ts';
import type { EntityWriter } from './entity-writer.ts';
import { type Keys, SHARDS, shardOfPosition } from './keys.ts';

/**
 * Effects beyond a record's own shard. Each stored record that has some stands in its shard's open set until they are
 * confirmed; what a killed process leaves there is carried out by a worker (see `reconcile.ts`).
 */
export interface OpenEffects {
  /** Resolves when all of them are carried out; never rejects (then the record stays open). */
  carryOut(outside: ReadonlyMap<string, readonly Effect[]>, position: number): Promise<void>;
  /** Confirms everything that is carried out. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const CONFIRM_MS = 100;

export function createOpenEffects(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly writer: EntityWriter;
  readonly log: Pick<BaseLogger, 'warn'>;
}): OpenEffects {
  const { redis, keys, writer, log } = options;
  const done: string[][] = Array.from({ length: SHARDS }, () => []);
  let failed = 0;

  async function flush(): Promise<void> {
    await Promise.all(
      done.map(async (positions, shard) => {
        if (positions.length === 0) return;
        // Confirmed at most once: a worker that finds one still open carries it out again, which changes nothing.
        const [first = '', ...more] = positions.splice(0);
        await redis.zrem(keys.open(shard), first, ...more);
      }),
    );
  }

  const timer = setInterval(() => {
    if (failed > 0) log.warn({ records: failed }, 'effects of stored records are left to a worker');
    failed = 0;
    flush().catch((error: unknown) =>
      log.warn({ err: error }, 'carried-out effects could not be confirmed; a worker will look at them'),
    );
  }, CONFIRM_MS);
  timer.unref();

  return {
    async carryOut(outside, position) {
      try {
        await Promise.all([...outside].map(([key, effects]) => writer.apply(key, effects, position)));
        done[shardOfPosition(position)]?.push(String(position));
      } catch {
        // Said once a flush, with a number: an outage fails thousands.
        failed += 1;
      }
    },
    flush,
    async close() {
      clearInterval(timer);
      await writer.idle();
      await flush();
    },
  };
}
