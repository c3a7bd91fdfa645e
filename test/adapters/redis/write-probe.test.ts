import { rmSync } from 'node:fs';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { createMetrics } from '../../../src/adapters/prometheus/metrics.ts';
import { createClockWatch } from '../../../src/adapters/redis/clock-watch.ts';
import { connectRedis, untilReady } from '../../../src/adapters/redis/connect.ts';
import { createKeys } from '../../../src/adapters/redis/keys.ts';
import { createSettingsWatch } from '../../../src/adapters/redis/server-settings.ts';
import { createWriteProbe } from '../../../src/adapters/redis/write-probe.ts';
import { readinessOf } from '../../../src/redis-engine.ts';
import { startRedis, startRedisCluster } from '../../support/redis-server.ts';
import { silent } from '../../support/redis-store.ts';

const ANALYTICS = {
  ok: true,
  problem: null,
  lag_ms: 0,
  lagRecords: 0,
  parkedRows: 0,
  insertedRows: 0,
};
const WITHIN_MS = 20_000;

/** What `/readyz` says of a Redis, and an operator's connection to it. */
async function look(url: string, cluster: boolean) {
  const redis = connectRedis({ config: { url, cluster }, log: silent });
  onTestFinished(() => redis.close());
  await untilReady(redis.client, WITHIN_MS);
  const keys = createKeys('probe');
  const redisState = createWriteProbe({ redis, keys });
  const redisSettings = createSettingsWatch({ client: redis.client, accepted: [] });
  const watch = createClockWatch({ client: redis.client, clock: Date.now });
  onTestFinished(() => watch.close());
  const readiness = () =>
    readinessOf({
      redisState,
      redisSettings,
      watch,
      analyticsStatus: async () => ANALYTICS,
    });
  const metrics = createMetrics({ clock: Date.now, analyticsStatus: async () => ANALYTICS, readiness });
  return {
    redis,
    keys,
    redisOf: async () => (await readiness()).find(({ name }) => name === 'redis'),
    scraped: async () => (await metrics.expose()).body,
  };
}

async function single() {
  const server = await startRedis();
  onTestFinished(() => server.dispose());
  const operator = new Redis(server.url);
  operator.on('error', () => undefined);
  onTestFinished(() => operator.disconnect());
  const set = (name: string, value: string) => operator.config('SET', name, value);
  return { ...(await look(server.url, false)), server, operator, set };
}

const READY = { name: 'redis', ok: true, problem: null, reason: null };

test('a full Redis is not ready, for a reason that readiness and metrics name, and is again when there is room', async () => {
  const { redisOf, scraped, set, redis, keys } = await single();
  expect(await redisOf()).toEqual(READY);
  const life_ms = await redis.client.pttl(keys.probe(0));
  expect(life_ms).toBeGreaterThan(0);
  expect(await scraped()).toContain('gatehouse_dependency_up{dependency="redis"} 1');
  await set('maxmemory', '1');
  expect(await redisOf()).toMatchObject({ ok: false, reason: 'redis_out_of_memory' });
  expect((await redisOf())?.problem).toMatch(/full \(maxmemory\).*not recorded/);
  const body = await scraped();
  expect(body).toContain('gatehouse_dependency_up{dependency="redis"} 0');
  expect(body).toContain('gatehouse_dependency_up{dependency="analytics"} 1');
  expect(body).toContain('gatehouse_dependency_problem{dependency="redis",reason="redis_out_of_memory"} 1');
  await set('maxmemory', '0');
  expect(await redisOf()).toEqual(READY);
  const after = await scraped();
  expect(after).toContain('gatehouse_dependency_up{dependency="redis"} 1');
  expect(after).not.toContain('redis_out_of_memory');
});

test('a Redis that became a replica says so at every look, although the connection is made anew', async () => {
  const { redisOf, operator } = await single();
  const primary = await startRedis();
  onTestFinished(() => primary.dispose());
  await operator.call('REPLICAOF', '127.0.0.1', String(primary.port));
  for (let looked = 0; looked < 20; looked++) {
    expect(await redisOf(), `look ${looked}`).toMatchObject({ ok: false, reason: 'redis_read_only' });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await operator.call('REPLICAOF', 'NO', 'ONE');
  await expect.poll(redisOf, { timeout: WITHIN_MS }).toEqual(READY);
}, 60_000);

test('a Redis whose snapshots fail says so, and one that lacks replicas', async () => {
  const { redisOf, operator, set, server } = await single();
  // Its directory goes, and with it every place for a snapshot.
  rmSync(server.directory, { recursive: true, force: true });
  await set('save', '3600 1');
  await operator.bgsave();
  await expect
    .poll(redisOf, { timeout: WITHIN_MS })
    .toMatchObject({ ok: false, reason: 'redis_cannot_persist' });
  await set('stop-writes-on-bgsave-error', 'no');
  expect(await redisOf()).toEqual(READY);
  await set('min-replicas-to-write', '1');
  expect(await redisOf()).toMatchObject({ ok: false, reason: 'redis_lacks_replicas' });
  await set('min-replicas-to-write', '0');
  expect(await redisOf()).toEqual(READY);
}, 60_000);

test('a Redis that is killed is silent, and ready again after its start', async () => {
  const { redisOf, server } = await single();
  await server.kill();
  expect(await redisOf()).toMatchObject({ ok: false, reason: 'redis_silent' });
  await server.start();
  await expect.poll(redisOf, { timeout: WITHIN_MS }).toEqual(READY);
}, 60_000);

test('in a cluster one full primary of three is enough', async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.dispose());
  const { redisOf } = await look(cluster.url, true);
  expect(await redisOf()).toEqual(READY);
  const operator = new Redis(cluster.nodes[1]?.url ?? '');
  onTestFinished(() => operator.disconnect());
  await operator.config('SET', 'maxmemory', '1');
  expect(await redisOf()).toMatchObject({ ok: false, reason: 'redis_out_of_memory' });
  await operator.config('SET', 'maxmemory', '0');
  expect(await redisOf()).toEqual(READY);
}, 120_000);
