import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { createRedisJobRunner } from '../../../src/adapters/redis/job-runner.ts';
import { jobRunnerContract, TEST_JOBS } from '../../contracts/job-runner.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';

const log = pino({ level: 'silent' });
let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.dispose());

jobRunnerContract('BullMQ', async () => {
  const prefix = `t${randomUUID().slice(0, 8)}`;
  return async (handlers) => {
    const redis = new Redis(server.url, { maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
    const runner = createRedisJobRunner({
      catalog: TEST_JOBS,
      handlers,
      redis,
      prefix,
      clock: Date.now,
      log,
      lock_ms: 1_000,
    });
    let killed = false;
    onTestFinished(async () => {
      if (!killed) await runner.close();
      redis.disconnect();
    });
    return {
      runner,
      kill() {
        killed = true;
        redis.disconnect();
      },
    };
  };
});
