import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createKeys } from '../../../src/adapters/redis/keys.ts';
import { defineScripts } from '../../../src/adapters/redis/scripts.ts';
import { createSharedBuckets } from '../../../src/adapters/redis/shared-buckets.ts';
import { createQuota, DEFAULT_QUOTA, type Quota } from '../../../src/app/quota.ts';
import type { SharedBuckets } from '../../../src/ports/shared-buckets.ts';
import { testRedis } from '../../support/redis-store.ts';

const quotaOn = (shared: SharedBuckets): Quota =>
  createQuota({ config: { ...DEFAULT_QUOTA, burst_s: 1 }, clock: Date.now, shared });

for (const kind of ['single', 'cluster'] as const) {
  const redis = testRedis(kind);
  const nodes = async (count: number): Promise<readonly SharedBuckets[]> => {
    const keys = createKeys(redis.prefix());
    const connections = await Promise.all(Array.from({ length: count }, () => redis.connect()));
    return connections.map(({ client }) => createSharedBuckets({ keys, scripts: defineScripts(client) }));
  };

  test(`${kind}: a bucket is full at first, is drawn from by all, refills, and owes at most its size`, async () => {
    const [one, other] = (await nodes(2)) as [SharedBuckets, SharedBuckets];
    expect(await one.spend('a', 3, 0.001, 10)).toBeCloseTo(7, 1);
    expect(await other.spend('a', 4, 0.001, 10)).toBeCloseTo(3, 1);
    expect(await one.spend('a', 500, 0.001, 10)).toBe(-10);
    expect(await one.spend('b', 10, 100, 10)).toBeCloseTo(0, 1);
    await wait(150);
    expect(await other.spend('b', 0, 100, 10)).toBe(10);
  });

  test(`${kind}: three nodes together let through what one key may, not three times as much`, async () => {
    const quotas = (await nodes(3)).map(quotaOn);
    const key = { id: 'key_1', quota_rps: 100 };
    const other = { id: 'key_2', quota_rps: 100 };
    let passed = 0;
    let waits = 0;
    const from_ms = Date.now();
    while (Date.now() - from_ms < 2_000) {
      for (const quota of quotas) {
        for (let i = 0; i < 3; i++) {
          const wait_s = quota.request(key);
          if (wait_s === 0) passed += 1;
          else waits = Math.max(waits, wait_s);
        }
      }
      await wait(5);
    }
    const took_s = (Date.now() - from_ms) / 1_000;
    // A burst of 100 and 100 a second; each node may give out what it can in the time that news take.
    const most = 100 + 100 * took_s;
    expect(passed).toBeGreaterThan(0.8 * most);
    expect(passed).toBeLessThan(most + 3 * 60);
    expect(waits).toBeGreaterThanOrEqual(1);
    // Nobody else's quota was touched.
    for (const quota of quotas) expect(quota.request(other)).toBe(0);
  }, 30_000);
}

test('a store that does not answer leaves each node with its own count', async () => {
  const quota = quotaOn({ spend: () => Promise.reject(new Error('Redis is gone')) });
  const key = { id: 'key_1', quota_rps: 10 };
  let passed = 0;
  for (let i = 0; i < 50; i++) if (quota.request(key) === 0) passed += 1;
  await wait(150);
  for (let i = 0; i < 50; i++) if (quota.request(key) === 0) passed += 1;
  expect(passed).toBeGreaterThanOrEqual(10);
  expect(passed).toBeLessThan(20);
});
