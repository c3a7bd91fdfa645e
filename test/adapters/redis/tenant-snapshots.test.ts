import { expect, test } from 'vitest';
import { createKeys } from '../../../src/adapters/redis/keys.ts';
import { createTenantSnapshots } from '../../../src/adapters/redis/tenant-snapshots.ts';
import {
  emptyTenantSubjects,
  encodeTenantSubjects,
  foldTenantEffects,
} from '../../../src/adapters/redis/tenant-subjects.ts';
import { createVersions, withVersion } from '../../../src/adapters/redis/versioned.ts';
import { type Effect, subjects } from '../../../src/core/effects.ts';
import { acceptedLogins } from '../../../src/core/sharing.ts';
import { silent, testRedis } from '../../support/redis-store.ts';

const HOUR_MS = 3_600_000;
const AT_MS = Date.UTC(2026, 10, 27);
const POSITION = AT_MS * 1_000;
const login = (user: number): readonly Effect[] => [
  { kind: 'sharer', subject: subjects.tenant('default'), at_ms: AT_MS, user },
];

const redis = testRedis('single');
const nextVersion = createVersions();

async function node() {
  const keys = createKeys(redis.prefix());
  const { client } = await redis.connect();
  const snapshots = createTenantSnapshots({ redis: client, keys, log: silent });
  /** As a worker that folded these positions stores it. */
  const store = async (...positions: readonly number[]): Promise<void> => {
    const subjectsOfTenant = emptyTenantSubjects();
    for (const position of positions) foldTenantEffects(subjectsOfTenant, login(position), position);
    const bytes = withVersion(nextVersion(), encodeTenantSubjects(subjectsOfTenant));
    await client.set(keys.tenant('default'), bytes);
  };
  return {
    snapshots,
    store,
    logins: () => acceptedLogins(snapshots.of('default').sharing, AT_MS + HOUR_MS),
  };
}

test('what a worker has not folded yet counts once on each snapshot that it stores', async () => {
  const { snapshots, store, logins } = await node();
  try {
    snapshots.add('default', login(1), POSITION);
    expect(logins()).toBe(1);
    await store(POSITION - 64);
    await snapshots.refresh();
    expect(logins()).toBe(2);
    await store(POSITION - 64, POSITION);
    await snapshots.refresh();
    expect(logins()).toBe(2);
  } finally {
    snapshots.close();
  }
});

test('a snapshot that stays as it is costs nothing to look at again, however much waits for a worker', async () => {
  const { snapshots, store, logins } = await node();
  try {
    await store(POSITION - 64);
    expect(logins()).toBe(0);
    await snapshots.refresh();
    expect(logins()).toBe(1);
    for (let i = 0; i < 30_000; i++) snapshots.add('default', login(i), POSITION + i * 64);
    const before = snapshots.of('default');
    const counted = logins();
    await snapshots.refresh();
    expect(snapshots.of('default')).toBe(before);
    expect(logins()).toBe(counted);
  } finally {
    snapshots.close();
  }
});
