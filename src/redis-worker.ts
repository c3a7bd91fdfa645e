import type { Jobs } from '../workers/catalog.ts';
import { raiseFeedsGeneration } from './adapters/redis/feeds-generation.ts';
import { createRedisKeyStore } from './adapters/redis/key-store.ts';
import { startStateUpkeep } from './adapters/redis/upkeep.ts';
import type { LogRecord } from './core/record.ts';
import type { AnalyticsStatus } from './ports/analytics.ts';
import type { DependencyState } from './ports/dependency-state.ts';
import type { JobRunner } from './ports/job-runner.ts';
import type { KeyStore } from './ports/key-store.ts';
import { oneLook, readinessOf, type ScaledOutParts, type SharedStores } from './redis-engine.ts';
import { startJobsOnRedis } from './start-redis-jobs.ts';
import { startSinkWorkers } from './start-workers.ts';

/** What a worker does, without its network. */
export interface RedisWorker {
  readonly apiKeys: KeyStore;
  readonly analyticsStatus: () => Promise<AnalyticsStatus>;
  readonly readiness: () => Promise<readonly DependencyState[]>;
  readonly jobs: Pick<JobRunner<Jobs>, 'counts'>;
  readonly close: () => Promise<void>;
}

/** The state's upkeep, the event sink and the jobs. */
export async function openWorker(
  { config, log, clock }: ScaledOutParts,
  shared: SharedStores,
): Promise<RedisWorker> {
  const { keys, scripts, streams, clickhouse } = shared;
  const redis = shared.redis.client;
  const apiKeys = await createRedisKeyStore({ redis, keys, log });
  const upkeep = startStateUpkeep({ redis, keys, logRetention_h: config.logRetention_h, clock, log });
  const jobs = startJobsOnRedis({
    redis: { url: config.redisUrl ?? '', cluster: config.redisCluster },
    prefix: config.redisPrefix,
    listReload_s: config.ipListReload_s,
    dependencies: {
      carriedLog: { heads: () => streams.heads(), carried: () => streams.sinkPositions() },
      async eraseUpTo(tenant, userKey, position, loginKeys) {
        await shared.parked.erase(tenant, userKey, position, loginKeys);
        await clickhouse.eraseUpTo(tenant, userKey, position, loginKeys);
      },
      applyRetention: () => clickhouse.analytics.migrate(),
      refreshFeeds: () => raiseFeedsGeneration(redis, keys),
      population: upkeep.population,
    },
    clock,
    log,
  });
  const sinks = startSinkWorkers({
    redis,
    keys,
    scripts,
    streams,
    clickhouse,
    async beforeErasure({ tenant, userKey, position }, batch) {
      const named = await clickhouse.loginKeysOf(tenant, userKey);
      const login_keys = [...new Set([...named, ...loginKeysIn(batch, tenant, userKey)])];
      await jobs.add('erasure-sweep', { tenant, user_key: userKey, login_keys, position });
    },
    clock,
    log,
  });
  return {
    apiKeys,
    analyticsStatus: shared.analyticsStatus,
    readiness: oneLook(() => readinessOf(shared)),
    jobs,
    async close() {
      // Together: a sink that waits for a queue that is gone is told so.
      await Promise.all([
        sinks.close().then(() => log.info('the event sink has ended')),
        jobs.close().then(() => log.info('the jobs have ended')),
      ]);
      await upkeep.close();
      await apiKeys.close();
      log.info('the upkeep of the state has ended');
    },
  };
}

/** Names that a user's logins of a batch came with, before the batch is in analytics. */
function loginKeysIn(batch: readonly LogRecord[], tenant: string, userKey: string): readonly string[] {
  return batch.flatMap((record) => {
    if (record.kind !== 'decision' || record.tenant !== tenant) return [];
    const { key, loginKey } = record.event.user;
    return key === userKey && loginKey !== null ? [loginKey] : [];
  });
}
