import { describe, expect, it } from 'vitest';
import { campaignId } from '../../../src/core/campaign/campaign-id.ts';
import { addDistinct, countDistinct, type Distinct, NOBODY } from '../../../src/core/campaign/distinct.ts';
import { addNetwork, NO_NETWORKS, type TopNetworks } from '../../../src/core/campaign/top-networks.ts';
import { hash32 } from '../../../src/core/hash.ts';

const people = (n: number): Distinct => {
  let map: Distinct = NOBODY;
  for (let i = 0; i < n; i++) map = addDistinct(map, hash32(`person ${i}`));
  return map;
};

describe('distinct people', () => {
  it('are counted within 5 % up to 10,000, and saturate instead of overflowing', () => {
    expect(countDistinct(NOBODY)).toBe(0);
    for (const n of [1, 7, 50, 240, 1_000, 10_000]) {
      expect(Math.abs(countDistinct(people(n)) - n), String(n)).toBeLessThanOrEqual(Math.max(1, 0.05 * n));
    }
    expect(countDistinct(people(200_000))).toBe(30_000);
  });

  it('count once, and the map before stays as it was', () => {
    const one = addDistinct(NOBODY, 42);
    expect(addDistinct(one, 42)).toBe(one);
    expect(countDistinct(NOBODY)).toBe(0);
  });
});

describe('top networks', () => {
  it('keep the most frequent ones within eight, never counted too low', () => {
    let top: TopNetworks = NO_NETWORKS;
    for (let i = 0; i < 1_000; i++) {
      top = addNetwork(top, i % 2 === 0 ? '203.0.113.0/24' : `198.51.${i % 100}.0/24`);
    }
    expect(top.networks).toHaveLength(8);
    const i = top.networks.indexOf('203.0.113.0/24');
    expect(top.attempts[i]).toBeGreaterThanOrEqual(500);
    expect(top.attempts.reduce((a, b) => a + b, 0)).toBe(1_000);
  });
});

describe('a campaign’s id', () => {
  it('is a UUIDv7 of the alarm that only tenant, cell and time decide', () => {
    const at_ms = Date.UTC(2026, 2, 1, 12);
    const id = campaignId('default|k|a64500|chrome', at_ms);
    expect(id).toMatch(/^cmp_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(campaignId('default|k|a64500|chrome', at_ms)).toBe(id);
    expect(campaignId('other|k|a64500|chrome', at_ms)).not.toBe(id);
    expect(Number.parseInt(id.slice(4, 12) + id.slice(13, 17), 16)).toBe(at_ms);
  });
});
