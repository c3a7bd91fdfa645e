import type { BaseLogger } from 'pino';
import type { PopulationState } from '../../../workers/population-snapshots.ts';
import type { Clock } from '../../ports/clock.ts';
import { redisTime_ms } from './clock-watch.ts';
import type { RedisClient } from './connect.ts';
import { createEntityWriter } from './entity-writer.ts';
import { type Keys, SHARDS } from './keys.ts';
import { createLogStreams } from './log-streams.ts';
import { reconcile } from './reconcile.ts';
import { defineScripts } from './scripts.ts';
import { createTenantFolder, parsePlaces } from './tenant-folder.ts';

/** What workers do for the state in Redis, all the time. */
export interface StateUpkeep {
  /** Each once, now. */
  run(): Promise<void>;
  readonly population: PopulationState;
  close(): Promise<void>;
}

const FOLD_MS = 1_000;
const RECONCILE_MS = 1_000;
const TRIM_MS = 30_000;
const HOUR_MS = 3_600_000;
const MICROS_PER_MS = 1_000;

/**
 * Carries out what killed processes left, folds what tenants have in common, and forgets the part of the log that
 * analytics holds, the state has folded and nobody may ask for any more. Any number of workers may do it at once.
 */
export function startStateUpkeep(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  /** How long records stay in the log after they reached analytics. */
  readonly logRetention_h: number;
  readonly clock: Clock;
  readonly log: Pick<BaseLogger, 'info' | 'warn' | 'error'>;
}): StateUpkeep {
  const { redis, keys, logRetention_h, clock, log } = options;
  const scripts = defineScripts(redis);
  const streams = createLogStreams({ redis, keys });
  const writer = createEntityWriter(scripts);
  const folder = createTenantFolder({ redis, keys, streams, scripts, log });

  async function trim(): Promise<void> {
    // Of two clocks the earlier: what one that is wrong forgets is gone.
    const now_ms = Math.min(clock(), await redisTime_ms(redis));
    const old = (now_ms - logRetention_h * HOUR_MS) * 1_000;
    const folded = parsePlaces(await redis.get(keys.tenantsFolded));
    const sunk = await streams.sinkPositions();
    for (let shard = 0; shard < SHARDS; shard++) {
      const upTo = Math.min(old, folded[shard] ?? 0, sunk[shard] ?? 0);
      if (upTo > 0) await streams.trim(shard, upTo);
    }
  }

  const folding = repeat('tenants', FOLD_MS, () => folder.fold(), log);
  const tasks = [
    folding,
    repeat('reconcile', RECONCILE_MS, () => reconcile({ redis, keys, streams, writer, clock, log }), log),
    repeat('trim', TRIM_MS, trim, log),
  ];
  return {
    async run() {
      for (const task of tasks) await task.run();
    },
    population: {
      async snapshot() {
        await folding.run();
      },
      async behind_ms() {
        const folded = parsePlaces(await redis.get(keys.tenantsFolded));
        const firsts = await Promise.all(folded.map((place, shard) => streams.firstAfter(shard, place)));
        const waiting = firsts.filter((position) => position !== undefined);
        return waiting.length === 0 ? 0 : Math.max(0, clock() - Math.min(...waiting) / MICROS_PER_MS);
      },
    },
    async close() {
      for (const task of tasks) await task.stop();
      try {
        await folder.close();
      } catch (error) {
        log.warn({ err: error }, 'the lease of the tenants could not be given back; it expires');
      }
    },
  };
}

interface Task {
  run(): Promise<unknown>;
  /** Resolves when it does not run any more. */
  stop(): Promise<void>;
}

function repeat(
  name: string,
  every_ms: number,
  work: () => Promise<unknown>,
  log: Pick<BaseLogger, 'error'>,
): Task {
  let running: Promise<unknown> | null = null;
  let told = false;
  const run = (): Promise<unknown> => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
  const timer = setInterval(() => {
    run().then(
      () => {
        told = false;
      },
      (error: unknown) => {
        if (!told) log.error({ err: error, task: name }, 'upkeep failed; it will be tried again');
        told = true;
      },
    );
  }, every_ms);
  timer.unref();
  return {
    run,
    async stop() {
      clearInterval(timer);
      try {
        await running;
      } catch (error) {
        log.error({ err: error, task: name }, 'upkeep failed while it was stopped');
      }
    },
  };
}
