import { Redis } from 'ioredis';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { connectRedis, untilReady } from '../../../src/adapters/redis/connect.ts';
import {
  checkSettings,
  createSettingsWatch,
  readServerSettings,
} from '../../../src/adapters/redis/server-settings.ts';
import { parseConfig } from '../../../src/config.ts';
import { openSharedStores, type SharedStores } from '../../../src/redis-engine.ts';
import { startRedis, startRedisCluster } from '../../support/redis-server.ts';

const WITHIN_MS = 20_000;

async function server() {
  const one = await startRedis();
  onTestFinished(() => one.dispose());
  const operator = new Redis(one.url);
  onTestFinished(() => operator.disconnect());
  return {
    url: one.url,
    set: (name: string, value: string) => operator.config('SET', name, value),
    operator,
  };
}

/** Starts what every scaled-out process starts with; what it logged. */
async function start(url: string, env: Readonly<Record<string, string>> = {}) {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const config = parseConfig({
    REDIS_URL: url,
    // Nobody listens there: the start does not wait for analytics.
    CLICKHOUSE_URL: 'http://127.0.0.1:9',
    GATEHOUSE_ROLE: 'api',
    ...env,
  });
  const shared: SharedStores = await openSharedStores({ config, log, clock: Date.now });
  onTestFinished(() => shared.close());
  return { logged: () => lines.join('') };
}

test('an evicting policy refuses the start in one sentence that says what is lost and what to do', async () => {
  const { url, set } = await server();
  await start(url);
  await set('maxmemory-policy', 'allkeys-lru');
  await expect(start(url)).rejects.toMatchObject({
    code: 'config',
    message: expect.stringMatching(
      /acknowledged decisions.*allkeys-lru.*noeviction.*GATEHOUSE_REDIS_ACCEPT=eviction/,
    ),
  });
  await set('maxmemory-policy', 'volatile-ttl');
  await expect(start(url)).rejects.toMatchObject({
    code: 'config',
    message: expect.stringMatching(/event ids.*tombstones.*volatile-ttl.*noeviction/),
  });
  await start(url, { GATEHOUSE_REDIS_ACCEPT: 'eviction' });
  expect(() => parseConfig({ GATEHOUSE_REDIS_ACCEPT: 'eviction,everything' })).toThrow(
    'GATEHOUSE_REDIS_ACCEPT holds "everything"',
  );
}, 60_000);

test('without an append-only file it starts with a warning, which can be accepted', async () => {
  const { url, set } = await server();
  expect((await start(url)).logged()).not.toContain('redis_without_aof');
  await set('appendonly', 'no');
  expect((await start(url)).logged()).toContain('redis_without_aof');
  expect((await start(url, { GATEHOUSE_REDIS_ACCEPT: 'no_aof' })).logged()).not.toContain(
    'redis_without_aof',
  );
}, 60_000);

test('who may not ask by CONFIG is answered by INFO; who may ask nothing is warned and starts', async () => {
  const { url, set, operator } = await server();
  const port = new URL(url).port;
  await operator.call('ACL', 'SETUSER', 'managed', 'on', '>pw', '~*', '&*', '+@all', '-config');
  await operator.call('ACL', 'SETUSER', 'mute', 'on', '>pw', '~*', '&*', '+@all', '-info', '-config');
  await set('maxmemory-policy', 'allkeys-random');
  await expect(start(`redis://managed:pw@127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'config' });
  const { logged } = await start(`redis://mute:pw@127.0.0.1:${port}`);
  expect(logged()).toContain('redis_settings_unknown');
}, 60_000);

test('a policy that is changed while it runs is a reason of readiness, until it is changed back', async () => {
  const { url, set } = await server();
  const redis = connectRedis({ config: { url, cluster: false }, log: pino({ level: 'silent' }) });
  onTestFinished(() => redis.close());
  await untilReady(redis.client, WITHIN_MS);
  const watch = (accepted: readonly 'eviction'[] = []) =>
    createSettingsWatch({ client: redis.client, accepted })();
  expect(await watch()).toEqual({ ok: true, problem: null, reason: null });
  await set('maxmemory-policy', 'allkeys-lfu');
  expect(await watch()).toMatchObject({ ok: false, reason: 'redis_evicts' });
  expect(await watch(['eviction'])).toMatchObject({ ok: true });
  await set('maxmemory-policy', 'noeviction');
  expect(await watch()).toEqual({ ok: true, problem: null, reason: null });
});

test('in a cluster every primary is asked, and one is enough', async () => {
  const cluster = await startRedisCluster();
  onTestFinished(() => cluster.dispose());
  const redis = connectRedis({
    config: { url: cluster.url, cluster: true },
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => redis.close());
  await untilReady(redis.client, WITHIN_MS);
  expect(await readServerSettings(redis.client)).toEqual({ eviction: 'noeviction', appendOnly: true });
  const operator = new Redis(cluster.nodes[2]?.url ?? '');
  onTestFinished(() => operator.disconnect());
  await operator.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await operator.config('SET', 'appendonly', 'no');
  expect(await readServerSettings(redis.client)).toEqual({ eviction: 'allkeys-lru', appendOnly: false });
  const refusal = await checkSettings({
    client: redis.client,
    accepted: [],
    log: pino({ level: 'silent' }),
  });
  expect(refusal?.reason).toBe('redis_evicts');
}, 120_000);
