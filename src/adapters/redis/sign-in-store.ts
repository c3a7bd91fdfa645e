import type { Clock } from '../../ports/clock.ts';
import type { DashboardSession, SignInLink, SignInStore } from '../../ports/sign-in-store.ts';
import type { RedisClient } from './connect.ts';
import type { Keys } from './keys.ts';

/**
 * In Redis, for all API nodes: a browser may meet another one at each request. Only hashes of secrets are kept, each
 * until its end.
 */
export function createRedisSignInStore(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly clock: Clock;
}): SignInStore {
  const { redis, keys, clock } = options;
  const put = async (key: string, value: { readonly expiresAt_ms: number }): Promise<void> => {
    const life_ms = value.expiresAt_ms - clock();
    if (life_ms > 0) await redis.set(key, JSON.stringify(value), 'PX', Math.ceil(life_ms));
  };
  return {
    putLink: (hash, link) => put(keys.signInLink(hash), link),
    async takeLink(hash) {
      const text = await redis.getdel(keys.signInLink(hash));
      return text === null ? undefined : (JSON.parse(text) as SignInLink);
    },
    putSession: (hash, session) => put(keys.session(hash), session),
    async session(hash) {
      const text = await redis.get(keys.session(hash));
      return text === null ? undefined : (JSON.parse(text) as DashboardSession);
    },
    async endSession(hash) {
      await redis.del(keys.session(hash));
    },
  };
}
