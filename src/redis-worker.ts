import { createRedisKeyStore } from './adapters/redis/key-store.ts';
import { startStateUpkeep } from './adapters/redis/upkeep.ts';
import type { DependencyState } from './http/services.ts';
import type { AnalyticsStatus } from './ports/analytics.ts';
import type { KeyStore } from './ports/key-store.ts';
import type { ScaledOutParts, SharedStores } from './redis-engine.ts';

/** What a worker does, without its network. */
export interface RedisWorker {
  readonly apiKeys: KeyStore;
  readonly analyticsStatus: () => Promise<AnalyticsStatus>;
  readonly readiness: () => Promise<readonly DependencyState[]>;
  readonly close: () => Promise<void>;
}

/** The state's upkeep, the event sink and the jobs. */
export async function openWorker(
  { config, log, clock }: ScaledOutParts,
  shared: SharedStores,
): Promise<RedisWorker> {
  const { redis, keys, clickhouse } = shared;
  const apiKeys = await createRedisKeyStore({ redis: redis.client, keys, log });
  const upkeep = startStateUpkeep({
    redis: redis.client,
    keys,
    logRetention_h: config.logRetention_h,
    clock,
    log,
  });
  return {
    apiKeys,
    analyticsStatus: () => clickhouse.analytics.status(),
    async readiness() {
      const { ok, problem } = await clickhouse.analytics.status();
      // Without ClickHouse a worker goes on waiting for it: to take it away would help nobody.
      return [
        { name: 'redis', ...redis.status() },
        { name: 'analytics', ok, problem, required: false },
      ];
    },
    async close() {
      await upkeep.close();
      await apiKeys.close();
    },
  };
}
