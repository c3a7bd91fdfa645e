import { expect, test } from 'vitest';
import { JOBS } from '../../workers/catalog.ts';
import { createErasureSweep } from '../../workers/erasure-sweep.ts';
import { createPopulationSnapshots } from '../../workers/population-snapshots.ts';

const SWEEP = { tenant: 'default', user_key: 'uk_ada', login_keys: ['lk_ada'], position: 100 };

test('an erasure is swept when every part of the log is carried beyond the tombstone, or has nothing more', async () => {
  const erased: unknown[] = [];
  const places = { heads: [250, 80, 0], carried: [90, 80, 0] };
  const sweep = createErasureSweep({
    log: { heads: async () => places.heads, carried: async () => places.carried },
    eraseUpTo: async (...args) => void erased.push(args),
  });
  await expect(sweep(SWEEP)).rejects.toThrow('1 parts of the log are not carried');
  places.carried = [100, 79, 0];
  await expect(sweep(SWEEP)).rejects.toThrow('1 parts of the log are not carried');
  expect(erased).toEqual([]);
  places.carried = [100, 80, 0];
  await sweep(SWEEP);
  expect(erased).toEqual([['default', 'uk_ada', 100, ['lk_ada']]]);
});

test('population snapshots that fall behind are a failed job', async () => {
  let stored = 0;
  let behind_ms = 1_000;
  const job = createPopulationSnapshots({
    async snapshot() {
      stored += 1;
    },
    behind_ms: async () => behind_ms,
  });
  await job();
  behind_ms = 90_000;
  await expect(job()).rejects.toThrow('90 s behind the log');
  expect(stored).toBe(2);
});

test('a job refuses data that this version did not write', () => {
  expect(() => JOBS['erasure-sweep'].parse({ ...SWEEP, position: '100' })).toThrow();
  expect(() => JOBS.retention.parse({ days: 1 })).toThrow();
  expect(JOBS['erasure-sweep'].parse(SWEEP)).toEqual(SWEEP);
});

test('two erasures of different tenants at one position are two sweeps; ids are fit for BullMQ', () => {
  const ids = ['a', 'b', 'a:b', 'ü'].map((tenant) => JOBS['erasure-sweep'].idOf({ tenant, position: 7 }));
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^[\w-]+$/);
});
