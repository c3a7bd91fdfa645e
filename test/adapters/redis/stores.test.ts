import { createRedisKeyStore } from '../../../src/adapters/redis/key-store.ts';
import { createKeys } from '../../../src/adapters/redis/keys.ts';
import { createRedisSecretStore } from '../../../src/adapters/redis/secret-store.ts';
import { createRedisSignInStore } from '../../../src/adapters/redis/sign-in-store.ts';
import { keyStoreContract } from '../../contracts/key-store.ts';
import { secretStoreContract } from '../../contracts/secret-store.ts';
import { signInStoreContract } from '../../contracts/sign-in-store.ts';
import { silent, testRedis } from '../../support/redis-store.ts';

for (const kind of ['single', 'cluster'] as const) {
  const redis = testRedis(kind);
  keyStoreContract(`Redis (${kind})`, () => {
    const keys = createKeys(redis.prefix());
    return {
      open: async () => {
        const { client } = await redis.connect();
        return createRedisKeyStore({ redis: client, keys, log: silent });
      },
      pass: () => undefined,
    };
  });
  secretStoreContract(`Redis (${kind})`, () => {
    const keys = createKeys(redis.prefix());
    return {
      open: async () => createRedisSecretStore({ redis: (await redis.connect()).client, keys }),
    };
  });
  signInStoreContract(`Redis (${kind})`, () => {
    const keys = createKeys(redis.prefix());
    const open = async () =>
      createRedisSignInStore({ redis: (await redis.connect()).client, keys, clock: Date.now });
    return { open: async () => [await open(), await open()], now: Date.now };
  });
}
