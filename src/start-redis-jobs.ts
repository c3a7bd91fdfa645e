import { JOBS, type Jobs } from '../workers/catalog.ts';
import { connectQueue, type RedisConfig } from './adapters/redis/connect.ts';
import { createRedisJobRunner } from './adapters/redis/job-runner.ts';
import type { JobRunner } from './ports/job-runner.ts';
import { handlersOf, type JobOptions, scheduleAll } from './start-jobs.ts';

/** Runs the catalog in this process, beside other workers on the same Redis. */
export function startJobsOnRedis(
  options: JobOptions & { readonly redis: RedisConfig; readonly prefix: string },
): JobRunner<Jobs> {
  const { clock, log } = options;
  const redis = connectQueue({ config: options.redis, log });
  const runner = createRedisJobRunner({
    catalog: JOBS,
    handlers: handlersOf(options.dependencies),
    redis,
    prefix: options.prefix,
    clock,
    log,
  });
  scheduleAll(runner, options);
  return {
    ...runner,
    async close() {
      await runner.close();
      redis.disconnect();
    },
  };
}
