import type { RedisClient } from './connect.ts';
import { whenFull } from './scripts.ts';

/**
 * The sink's scripts. All of their keys share one hash tag. Times are the server's: workers' clocks may differ.
 */

/** Writes down a batch of a track: 1, or 0 when the track is somebody else's or stands elsewhere by now. */
const BEGIN = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
return 1`;

const RETRY = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
return 1`;

const ACKNOWLEDGE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if (redis.call('GET', KEYS[2]) or '') ~= ARGV[4] then return 0 end
redis.call('SET', KEYS[2], ARGV[3])
redis.call('HDEL', KEYS[3], ARGV[2])
return 1`;

/** Position and bytes in turn, after the holder. */
const PARK = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 2 do
  redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  redis.call('ZADD', KEYS[3], ARGV[i], ARGV[i])
end
return 1`;

const UNPARK = `
for i = 1, #ARGV do
  redis.call('HDEL', KEYS[1], ARGV[i])
  redis.call('ZREM', KEYS[2], ARGV[i])
end
return 1`;

/** Prolongs a lease that is still one's own. */
const KEEP = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** Enters, or stays, beside others: 0 while somebody writes alone. */
const TOGETHER = `${NOW}
local alone = redis.call('GET', KEYS[1])
if alone and not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
return 1`;

/** Asks to write alone: -1 while somebody else does; else how many are still writing beside each other. */
const ALONE = `${NOW}
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return -1 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
return redis.call('ZCARD', KEYS[2])`;

const LEAVE = `
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1`;

/** Says that a worker lives; how many do. */
const BEAT = `${NOW}
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do
  redis.call('ZREM', KEYS[1], gone)
  redis.call('HDEL', KEYS[2], gone)
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return redis.call('ZCARD', KEYS[1])`;

const SCRIPTS = {
  gatehouseSinkBegin: { lua: BEGIN, numberOfKeys: 3 },
  gatehouseSinkRetry: { lua: RETRY, numberOfKeys: 3 },
  gatehouseSinkAcknowledge: { lua: ACKNOWLEDGE, numberOfKeys: 3 },
  gatehouseSinkPark: { lua: PARK, numberOfKeys: 3 },
  gatehouseSinkUnpark: { lua: UNPARK, numberOfKeys: 2 },
  gatehouseTrackKeep: { lua: KEEP, numberOfKeys: 1 },
  gatehouseGateTogether: { lua: TOGETHER, numberOfKeys: 2 },
  gatehouseGateAlone: { lua: ALONE, numberOfKeys: 2 },
  gatehouseGateLeave: { lua: LEAVE, numberOfKeys: 2 },
  gatehouseWorkerBeat: { lua: BEAT, numberOfKeys: 2 },
} as const;

export type SinkScript = keyof typeof SCRIPTS;
export type RunSinkScript = (
  name: SinkScript,
  keys: readonly string[],
  args: readonly (string | Buffer | number)[],
) => Promise<number>;

type Defined = {
  readonly [Name in SinkScript]: (...keysAndArgs: readonly (string | Buffer | number)[]) => Promise<unknown>;
};

/** Defines the scripts on a client. */
export function defineSinkScripts(client: RedisClient): RunSinkScript {
  for (const [name, { lua, numberOfKeys }] of Object.entries(SCRIPTS)) {
    client.defineCommand(name, { lua: whenFull(lua), numberOfKeys });
  }
  const defined = client as RedisClient & Defined;
  return async (name, keys, args) => Number(await defined[name](...keys, ...args));
}
