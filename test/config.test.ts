import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../src/config.ts';

const REDIS = { REDIS_URL: 'redis://127.0.0.1:6379', CLICKHOUSE_URL: 'http://127.0.0.1:8123' };

describe('combinations that would lose or split state', () => {
  const refused: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ['an api role without Redis', { GATEHOUSE_ROLE: 'api' }, /GATEHOUSE_ROLE=api needs REDIS_URL/],
    ['a worker role without Redis', { GATEHOUSE_ROLE: 'worker' }, /GATEHOUSE_ROLE=worker needs REDIS_URL/],
    ['Redis without ClickHouse', { REDIS_URL: REDIS.REDIS_URL }, /REDIS_URL needs CLICKHOUSE_URL/],
    ['ClickHouse without Redis', { CLICKHOUSE_URL: REDIS.CLICKHOUSE_URL }, /CLICKHOUSE_URL needs REDIS_URL/],
    ['a cluster without addresses', { REDIS_CLUSTER: 'on' }, /REDIS_CLUSTER=on needs REDIS_URL/],
    [
      'several servers that are no cluster',
      { ...REDIS, REDIS_URL: 'redis://a:1,redis://b:1' },
      /needs REDIS_CLUSTER=on/,
    ],
    ['the embedded durability for Redis', { ...REDIS, GATEHOUSE_DURABILITY: 'power' }, /appendfsync always/],
    ['an address that is no Redis', { ...REDIS, REDIS_URL: 'http://a:1' }, /REDIS_URL must be like redis/],
  ];
  for (const [name, env, message] of refused) {
    it(`${name}: refused in one sentence that says what to do`, () => {
      expect(() => parseConfig(env)).toThrow(ConfigError);
      expect(() => parseConfig(env)).toThrow(message);
      expect(() => parseConfig(env)).not.toThrow(/\n/);
    });
  }

  it('Redis with ClickHouse is taken in every role', () => {
    for (const role of ['all', 'api', 'worker']) {
      expect(parseConfig({ ...REDIS, GATEHOUSE_ROLE: role }).role).toBe(role);
    }
  });
});
