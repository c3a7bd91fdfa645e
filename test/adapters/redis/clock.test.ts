import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createKeys, SHARDS, shardOfLane, shardOfPosition } from '../../../src/adapters/redis/keys.ts';
import { createEntryEncoder, entryId } from '../../../src/adapters/redis/log-entry.ts';
import { startStateUpkeep } from '../../../src/adapters/redis/upkeep.ts';
import type { AssessRequest } from '../../../src/app/gatehouse.ts';
import { parseConfig } from '../../../src/config.ts';
import type { DecisionRecord, LogRecord } from '../../../src/core/record.ts';
import type { DecisionLog } from '../../../src/ports/decision-log.ts';
import { openRedisEngine, openSharedStores } from '../../../src/redis-engine.ts';
import { decisionRecord } from '../../support/log-records.ts';
import { openStore, silent, testRedis } from '../../support/redis-store.ts';
import { tempDir } from '../../support/temp-dir.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
const MINUTE_US = 60_000_000;
const ahead = () => Date.now() + 3 * YEAR_MS;

const isNow = (position: number): boolean => Math.abs(position - Date.now() * 1_000) < MINUTE_US;
const userOn = (shard: number): string =>
  Array.from({ length: 5_000 }, (_, i) => `u${i}`).find((user) => shardOfLane(`uk_${user}`) === shard) ?? '';

const at = (log: DecisionLog, userId: string): DecisionRecord =>
  decisionRecord({ position: log.nextPosition(`uk_${userId}`), userId, signals: 1 });

const redis = testRedis('single');
const cluster = testRedis('cluster');

for (const [kind, servers] of [
  ['single', redis],
  ['cluster', cluster],
] as const) {
  test(`${kind}: records of a clock that is years ahead are refused, nobody follows it, and it is believed again when it is right`, async () => {
    const prefix = servers.prefix();
    let now = ahead;
    const wrong = await openStore(servers, prefix, () => now());
    const right = await openStore(servers, prefix, Date.now);
    onTestFinished(() => Promise.all([wrong.close(), right.close()]).then(() => undefined));
    for (let i = 0; i < 3; i++) {
      const record = at(wrong.decisionLog, 'ada');
      wrong.state.apply(record);
      await expect(wrong.decisionLog.append(record)).rejects.toMatchObject({
        code: 'log_unavailable',
        message: expect.stringContaining('clock'),
      });
    }
    expect(await right.streams.heads()).toEqual(new Array(SHARDS).fill(0));
    const theirs = at(right.decisionLog, 'ada');
    right.state.apply(theirs);
    await right.decisionLog.append(theirs);
    expect(isNow(theirs.position)).toBe(true);
    now = Date.now;
    const mended = at(wrong.decisionLog, 'ada');
    wrong.state.apply(mended);
    await wrong.decisionLog.append(mended);
    expect(isNow(mended.position)).toBe(true);
  });
}

test('a part of the log that a wrong clock wrote to before can be written, and leads no other part there', async () => {
  const prefix = redis.prefix();
  const keys = createKeys(prefix);
  const { client } = await redis.connect();
  const encode = createEntryEncoder();
  const POISONED = 9;
  const early = await openStore(redis, prefix, Date.now);
  const far = (Math.floor((ahead() * 1_000) / SHARDS) + 1) * SHARDS + POISONED;
  await client.xadd(
    keys.log(POISONED),
    entryId(far),
    'r',
    encode(decisionRecord({ position: far, userId: userOn(POISONED) })),
  );
  // One that was open before, and one that begins on what is there.
  for (const store of [early, await openStore(redis, prefix, () => Date.now() - 200)]) {
    onTestFinished(() => store.close());
    const append = async (userId: string): Promise<LogRecord> => {
      for (let tries = 0; ; tries++) {
        const record = at(store.decisionLog, userId);
        store.state.apply(record);
        try {
          await store.decisionLog.append(record);
          return record;
        } catch (error) {
          if (tries > 2) throw error;
        }
      }
    };
    for (const user of [userOn(POISONED), userOn(POISONED + 1)]) {
      const { position } = await append(user);
      expect(isNow(position)).toBe(shardOfPosition(position) !== POISONED);
      const again = await append(user);
      expect(again.position).toBeGreaterThan(position);
    }
  }
});

test('a node whose clock is ahead judges without state, records nothing, says why it is not ready, and heals', async () => {
  const { client } = await redis.connect();
  const { host, port } = client.options as { readonly host: string; readonly port: number };
  let now = ahead;
  const clock = (): number => now();
  const log = pino({ level: 'silent' });
  const config = parseConfig({
    REDIS_URL: `redis://${host}:${port}`,
    GATEHOUSE_REDIS_PREFIX: redis.prefix(),
    GATEHOUSE_DATA_DIR: tempDir(),
    GATEHOUSE_BUDGET_MS: '5000',
    // Nobody listens there: decisions do not need analytics.
    CLICKHOUSE_URL: 'http://127.0.0.1:9',
    GATEHOUSE_ROLE: 'api',
  });
  const shared = await openSharedStores({ config, log, clock });
  const engine = await openRedisEngine({ config, log, clock }, shared);
  onTestFinished(async () => {
    await engine.close();
    await shared.close();
  });
  const assess = (user: string) => {
    const { event } = decisionRecord({ position: clock() * 1_000, userId: user });
    const request: AssessRequest = {
      event,
      warnings: [],
      source: 'risk',
      idempotency: null,
      requestHash: null,
      apiKeyId: null,
    };
    return engine.gatehouse.assessLogin(request);
  };
  const clockState = async () => (await engine.readiness()).find(({ name }) => name === 'clock');
  const { recorded, view } = await assess('ada');
  expect(recorded).toBe(false);
  expect(view.decision.verdict.degraded).toMatchObject({ cause: 'unavailable' });
  expect(await clockState()).toMatchObject({ ok: false, reason: 'clock_ahead' });
  now = Date.now;
  await expect
    .poll(clockState, { timeout: 20_000 })
    .toEqual({ name: 'clock', ok: true, problem: null, reason: null });
  const after = await assess('ada');
  expect(after.recorded).toBe(true);
  expect(after.view.decision.verdict.degraded).toBeNull();
  now = () => Date.now() - HOUR_MS;
  await expect
    .poll(clockState, { timeout: 20_000 })
    .toMatchObject({ ok: false, reason: 'clock_behind', required: false });
}, 60_000);

test('a worker whose clock is ahead forgets no part of the log that is still asked for', async () => {
  const prefix = redis.prefix();
  const keys = createKeys(prefix);
  const store = await openStore(redis, prefix, Date.now);
  onTestFinished(() => store.close());
  const record = at(store.decisionLog, 'ada');
  store.state.apply(record);
  await store.decisionLog.append(record);
  const shard = shardOfPosition(record.position);
  await store.connection.client.set(keys.sink(shard), String(record.position));
  const upkeep = startStateUpkeep({
    redis: store.connection.client,
    keys,
    logRetention_h: 72,
    clock: ahead,
    log: silent,
  });
  onTestFinished(() => upkeep.close());
  await upkeep.run();
  expect(await store.streams.at(shard, record.position)).toBeDefined();
});
