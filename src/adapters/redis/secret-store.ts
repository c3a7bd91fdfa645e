import type { SecretStore } from '../../ports/secret-store.ts';
import type { RedisClient } from './connect.ts';
import type { Keys } from './keys.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * Secrets that all processes of an installation share. When several make one at once, all get the one that was there
 * first. Whoever may read this Redis may read them: it is protected as the data directory of the embedded mode is.
 *
 * @throws RangeError for a name that is not 1–64 of a–z, 0–9 and “-”.
 */
export function createRedisSecretStore(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
}): SecretStore {
  const { redis, keys } = options;
  const keyOf = (name: string): string => {
    if (!NAME.test(name)) throw new RangeError('A secret is named by 1–64 of a–z, 0–9 and “-”.');
    return keys.secret(name);
  };
  return {
    async get(name, make) {
      const key = keyOf(name);
      const present = await redis.getBuffer(key);
      if (present !== null) return present;
      const made = make();
      await redis.set(key, Buffer.from(made), 'NX');
      return (await redis.getBuffer(key)) ?? made;
    },
    async put(name, value) {
      await redis.set(keyOf(name), Buffer.from(value));
    },
  };
}
