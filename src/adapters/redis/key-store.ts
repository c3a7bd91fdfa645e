import type { BaseLogger } from 'pino';
import type { ApiKey, KeyStore } from '../../ports/key-store.ts';
import type { RedisClient } from './connect.ts';
import type { Keys } from './keys.ts';

/** How long a key that another process revoked may live on here at most, while Redis answers; the contract allows 2 s. */
const REREAD_MS = 500;

/**
 * API keys in one Redis hash, answered from a map in memory. A generation number beside it, looked at twice a second,
 * says whether the keys have changed. While Redis is gone the keys last seen go on working: a lost state server is no
 * reason to lock everybody out.
 */
export async function createRedisKeyStore(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly log: Pick<BaseLogger, 'error'>;
}): Promise<KeyStore> {
  const { redis, keys, log } = options;
  let live = new Map<string, ApiKey>();
  let generation: string | null | undefined;
  let told = false;

  const readAll = async (): Promise<readonly ApiKey[]> =>
    Object.values(await redis.hgetall(keys.apiKeys)).map((text) => JSON.parse(text) as ApiKey);

  async function reread(): Promise<void> {
    const current = await redis.get(keys.apiKeysGeneration);
    if (current === generation) return;
    const all = await readAll();
    live = new Map(all.filter(({ revokedAt_ms }) => revokedAt_ms === null).map((key) => [key.hash, key]));
    generation = current;
  }

  async function write(key: ApiKey): Promise<void> {
    await redis.hset(keys.apiKeys, key.id, JSON.stringify(key));
    // Raised after the change: whoever sees the new number sees the key.
    await redis.incr(keys.apiKeysGeneration);
    await reread();
  }

  await reread();
  const timer = setInterval(() => {
    reread().then(
      () => {
        told = false;
      },
      (error: unknown) => {
        if (!told)
          log.error({ err: error, code: 'key_store_unreadable' }, 'API keys could not be read again');
        told = true;
      },
    );
  }, REREAD_MS);
  timer.unref();

  return {
    find: (hash) => live.get(hash),
    async list() {
      return (await readAll()).toSorted((a, b) => a.createdAt_ms - b.createdAt_ms || (a.id < b.id ? -1 : 1));
    },
    put: write,
    async revoke(id, at_ms) {
      const text = await redis.hget(keys.apiKeys, id);
      if (text === null) return false;
      const key = JSON.parse(text) as ApiKey;
      if (key.revokedAt_ms === null) await write({ ...key, revokedAt_ms: at_ms });
      return true;
    },
    async close() {
      clearInterval(timer);
    },
  };
}
