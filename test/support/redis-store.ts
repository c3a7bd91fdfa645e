import pino from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { connectRedis, type RedisConnection, untilReady } from '../../src/adapters/redis/connect.ts';
import { createKeys } from '../../src/adapters/redis/keys.ts';
import { createRedisStore, type RedisStore } from '../../src/adapters/redis/store.ts';
import { startRedis, startRedisCluster } from './redis-server.ts';

export const silent = pino({ level: 'silent' });

/** A Redis for all tests of a file; each test takes a prefix of its own. */
export interface TestRedis {
  readonly connect: () => Promise<RedisConnection>;
  readonly prefix: () => string;
}

const READY_WITHIN_MS = 10_000;
/** Tests judge what is read, never how fast: a busy machine must not make state late. */
const READ_WAIT_MS = 5_000;

export function testRedis(kind: 'single' | 'cluster'): TestRedis {
  let server: { readonly url: string; readonly dispose: () => Promise<void> } | undefined;
  let prefixes = 0;
  const open: RedisConnection[] = [];
  beforeAll(async () => {
    server = kind === 'single' ? await startRedis() : await startRedisCluster();
  }, 60_000);
  afterAll(async () => {
    for (const connection of open) await connection.close();
    await server?.dispose();
  });
  return {
    async connect() {
      const config = { url: server?.url ?? '', cluster: kind === 'cluster' };
      const connection = connectRedis({ config, log: silent });
      open.push(connection);
      await untilReady(connection.client, READY_WITHIN_MS);
      return connection;
    },
    prefix: () => `t${++prefixes}`,
  };
}

/** A store on a connection of its own, as another process would have it. */
export async function openStore(
  redis: TestRedis,
  prefix: string,
  clock: () => number,
): Promise<RedisStore & { readonly connection: RedisConnection }> {
  const connection = await redis.connect();
  const store = await createRedisStore({
    redis: connection,
    keys: createKeys(prefix),
    clock,
    log: silent,
    readWait_ms: READ_WAIT_MS,
  });
  return { ...store, connection };
}
