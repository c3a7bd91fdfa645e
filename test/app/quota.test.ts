import { beforeEach, describe, expect, it } from 'vitest';
import { createQuota, DEFAULT_QUOTA, type Quota } from '../../src/app/quota.ts';

let now_ms: number;
beforeEach(() => {
  now_ms = 1_000_000;
});
const create = (config: Partial<typeof DEFAULT_QUOTA> = {}): Quota =>
  createQuota({ config: { ...DEFAULT_QUOTA, ...config }, clock: () => now_ms });
const HOLDER = { id: 'key_1', quota_rps: null };

describe('a quota', () => {
  it('lets a burst through, then its sustained rate', () => {
    const quota = create({ default_rps: 10, burst_s: 2 });
    for (let i = 0; i < 20; i++) expect(quota.request(HOLDER)).toBe(0);
    expect(quota.request(HOLDER)).toBe(1);
    let passed = 0;
    for (let i = 0; i < 100; i++) {
      now_ms += 100;
      for (let tries = 0; tries < 10; tries++) if (quota.request(HOLDER) === 0) passed += 1;
    }
    expect(passed).toBe(100);
  });

  it('of a key goes before the default', () => {
    const quota = create({ default_rps: 1_000, burst_s: 1 });
    const small = { id: 'key_small', quota_rps: 1 };
    expect(quota.request(small)).toBe(0);
    expect(quota.request(small)).toBe(1);
    expect(quota.request(HOLDER)).toBe(0);
  });

  it('below one a second says how many seconds to wait', () => {
    const quota = create();
    const slow = { id: 'key_slow', quota_rps: 0.1 };
    expect(quota.request(slow)).toBe(0);
    expect(quota.request(slow)).toBe(10);
    now_ms += 4_000;
    expect(quota.request(slow)).toBe(6);
    now_ms += 6_000;
    expect(quota.request(slow)).toBe(0);
  });

  it('is not refilled by a clock that is set back and forth', () => {
    const quota = create({ default_rps: 1, burst_s: 1 });
    expect(quota.request(HOLDER)).toBe(0);
    now_ms -= 60_000;
    expect(quota.request(HOLDER)).toBe(1);
    now_ms += 500;
    expect(quota.request(HOLDER)).toBe(1);
  });

  it('of dry runs and of failures is counted apart', () => {
    const quota = create({ dryRunBurst: 1, failureBurst: 1 });
    expect(quota.dryRun(HOLDER)).toBe(0);
    expect(quota.dryRun(HOLDER)).toBe(1);
    expect(quota.request(HOLDER)).toBe(0);
    expect(quota.failure('192.0.2.1')).toBe(0);
    expect(quota.failure('192.0.2.1')).toBe(1);
    expect(quota.failure('192.0.2.2')).toBe(0);
  });
});
