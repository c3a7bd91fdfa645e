import { createRedisKeyStore } from './adapters/redis/key-store.ts';
import { startStateUpkeep } from './adapters/redis/upkeep.ts';
import type { DependencyState } from './http/services.ts';
import type { AnalyticsStatus } from './ports/analytics.ts';
import type { KeyStore } from './ports/key-store.ts';
import { readinessOf, type ScaledOutParts, type SharedStores } from './redis-engine.ts';
import { startSinkWorkers } from './start-workers.ts';

/** What a worker does, without its network. */
export interface RedisWorker {
  readonly apiKeys: KeyStore;
  readonly analyticsStatus: () => Promise<AnalyticsStatus>;
  readonly readiness: () => Promise<readonly DependencyState[]>;
  readonly close: () => Promise<void>;
}

/** The state's upkeep and the event sink. */
export async function openWorker(
  { config, log, clock }: ScaledOutParts,
  shared: SharedStores,
): Promise<RedisWorker> {
  const { keys, scripts, streams, clickhouse } = shared;
  const redis = shared.redis.client;
  const apiKeys = await createRedisKeyStore({ redis, keys, log });
  const upkeep = startStateUpkeep({ redis, keys, logRetention_h: config.logRetention_h, clock, log });
  const sinks = startSinkWorkers({ redis, keys, scripts, streams, clickhouse, clock, log });
  return {
    apiKeys,
    analyticsStatus: shared.analyticsStatus,
    readiness: () => readinessOf(shared),
    async close() {
      await sinks.close();
      await upkeep.close();
      await apiKeys.close();
    },
  };
}
