import type { RedisClient } from './connect.ts';

/**
 * What must happen at once happens in a script, and every script stays within one hash tag.
 *
 * Values that change by compare-and-set begin with an eight-byte version (see `versioned.ts`).
 */

/**
 * Appends a record and, with it, all that lives in its shard. Answers {1} when stored, {2, entry} when the event id
 * was decided already, {3, value} when the user's value has changed, {4, value} when what was said of the decision has,
 * {5, last id} when the place in the log is taken, {6, last id, server's milliseconds} when the place is too far ahead of
 * the server's time and of what stands there already. Only {1} has changed anything. The very same record again is {1}.
 */
const COMMIT = `
local log, open, user, event, notes = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local id, record, position, isOpen = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local userVersion, userValue, userLife = ARGV[5], ARGV[6], ARGV[7]
local eventValue, eventLife = ARGV[8], ARGV[9]
local notesVersion, notesValue, notesLife = ARGV[10], ARGV[11], ARGV[12]
local mostAhead = ARGV[13]
local function lastId()
  local info = redis.pcall('XINFO', 'STREAM', log)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return info[i + 1] end
  end
  return '0-0'
end
local function isStored()
  local same = redis.call('XRANGE', log, id, id)
  return same[1] and same[1][2][2] == record
end
if eventValue ~= '' then
  local entry = redis.call('GET', event)
  if entry and entry == eventValue and isStored() then return {1} end
  if entry then return {2, entry} end
end
if userValue ~= '' and redis.call('GETRANGE', user, 0, 7) ~= userVersion then
  return {3, redis.call('GET', user)}
end
if notesValue ~= '' and redis.call('GETRANGE', notes, 0, 7) ~= notesVersion then
  return {4, redis.call('GET', notes)}
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if tonumber(position) > (now + mostAhead) * 1000 then
  local last = lastId()
  -- A stream that is ahead already goes on from its end, and not by leaps.
  if tonumber(string.match(id, '^%d+')) > tonumber(string.match(last, '^%d+')) + 10000 then
    return {6, last, string.format('%.0f', now)}
  end
end
local added = redis.pcall('XADD', log, id, 'r', record)
if type(added) == 'table' and added.err then
  if not string.find(added.err, 'equal or smaller', 1, true) then return added end
  if isStored() then return {1} end
  return {5, lastId()}
end
if isOpen == '1' then redis.call('ZADD', open, position, position) end
if userValue ~= '' then redis.call('SET', user, userValue, 'PX', userLife) end
if eventValue ~= '' then redis.call('SET', event, eventValue, 'PX', eventLife) end
if notesValue ~= '' then redis.call('SET', notes, notesValue, 'PX', notesLife) end
return {1}`;

/** Sets a versioned value if it still has the version that was read ('' for none): 1, or else what is there now. */
const COMPARE_AND_SET = `
if redis.call('GETRANGE', KEYS[1], 0, 7) ~= ARGV[1] then return {0, redis.call('GET', KEYS[1])} end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return {1}`;

/** Moves a position forward, never back. */
const RAISE = `
local now = redis.call('GET', KEYS[1])
if now and tonumber(now) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1`;

/** Keeps a lease that is one's own or nobody's: 1 when held. */
const LEASE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** Gives a lease back, if it is one's own. */
const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/** A bucket of tokens that refills by Redis' clock: takes what was spent, tells what is left. */
const SPEND = `
local spent, rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local known = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if known[1] then
  local elapsed = math.max(0, now - tonumber(known[2]))
  tokens = math.min(burst, tonumber(known[1]) + elapsed / 1000 * rate)
end
tokens = math.max(-burst, tokens - spent)
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(2 * burst / rate * 1000) + 1000)
return tostring(tokens)`;

/** Sets a value, whatever stands there. */
const PUT = `
redis.call('SET', KEYS[1], ARGV[1])
return 1`;

/** Takes a lease that nobody has. */
const TAKE = `
if redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then return 1 end
return 0`;

type Value = string | Buffer | number;

/** What `COMMIT` takes, by its names. As many and in this order: what is missing would be found by the server alone. */
export type CommitKeys = readonly [log: string, open: string, user: string, event: string, notes: string];
export type CommitArguments = readonly [
  id: string,
  record: Buffer,
  position: string,
  isOpen: '0' | '1',
  userVersion: Buffer | string,
  userValue: Buffer | '',
  userLife_ms: number,
  eventValue: string,
  eventLife_ms: number,
  notesVersion: Buffer | string,
  notesValue: Buffer | '',
  notesLife_ms: number,
  mostAhead_ms: number,
];

/** The answer of `COMMIT` that says that everything stands. */
export const STORED = 1;

export interface Scripts {
  commit(
    keys: CommitKeys,
    args: CommitArguments,
  ): Promise<readonly [outcome: number, found?: Buffer | null, now_ms?: Buffer]>;
  /** `null`: set. Else what stands there now (`value: null`: nothing). */
  compareAndSet(
    key: string,
    version: Buffer | string,
    value: Buffer,
    life_ms: number,
  ): Promise<{ readonly value: Buffer | null } | null>;
  /** The same for what a worker keeps: it goes on when Redis is full, for it is what makes room again. */
  compareAndSetWhenFull: Scripts['compareAndSet'];
  /** Also when Redis is full. */
  put(key: string, value: string): Promise<void>;
  /** Takes a lease that nobody has; also when Redis is full. */
  take(key: string, holder: string, life_ms: number): Promise<boolean>;
  /** Moves a position that is kept as text forward. */
  raise(key: string, position: number): Promise<boolean>;
  /** Takes or keeps a lease. */
  lease(key: string, holder: string, life_ms: number): Promise<boolean>;
  release(key: string, holder: string): Promise<void>;
  /** Takes tokens of a bucket; how many are left. */
  spend(key: string, spent: number, rate_rps: number, burst: number): Promise<number>;
}

/**
 * A full Redis (`maxmemory`) refuses scripts that write, but for these: what carries the log away, and what keeps order
 * among those who do, replaces values as long as those before. Programs with flags came with Redis 7.
 */
export const whenFull = (lua: string): string => `#!lua flags=allow-oom\n${lua}`;

/** The number of keys is fixed: ioredis then finds the first key, and with it the cluster's server, by itself. */
const SCRIPTS = {
  gatehouseCommit: { lua: COMMIT, numberOfKeys: 5 },
  gatehouseCompareAndSet: { lua: COMPARE_AND_SET, numberOfKeys: 1 },
  gatehouseCompareAndSetWhenFull: { lua: whenFull(COMPARE_AND_SET), numberOfKeys: 1 },
  gatehousePut: { lua: whenFull(PUT), numberOfKeys: 1 },
  gatehouseTake: { lua: whenFull(TAKE), numberOfKeys: 1 },
  gatehouseRaise: { lua: whenFull(RAISE), numberOfKeys: 1 },
  gatehouseLease: { lua: whenFull(LEASE), numberOfKeys: 1 },
  gatehouseRelease: { lua: whenFull(RELEASE), numberOfKeys: 1 },
  gatehouseSpend: { lua: SPEND, numberOfKeys: 1 },
} as const;

type Defined = {
  readonly [Name in keyof typeof SCRIPTS as `${Name}Buffer`]: (
    ...keysAndArgs: readonly Value[]
  ) => Promise<unknown>;
};

/** Defines the scripts on a client; ioredis sends their text once a connection and their hash afterwards. */
export function defineScripts(client: RedisClient): Scripts {
  for (const [name, script] of Object.entries(SCRIPTS)) client.defineCommand(name, script);
  const run = client as RedisClient & Defined;
  return {
    async commit(keys, args) {
      const answer = await run.gatehouseCommitBuffer(...keys, ...args);
      return answer as readonly [number, (Buffer | null)?, Buffer?];
    },
    compareAndSet: async (...args) => lostTo(await run.gatehouseCompareAndSetBuffer(...args)),
    compareAndSetWhenFull: async (...args) => lostTo(await run.gatehouseCompareAndSetWhenFullBuffer(...args)),
    async put(key, value) {
      await run.gatehousePutBuffer(key, value);
    },
    take: async (key, holder, life_ms) => (await run.gatehouseTakeBuffer(key, holder, life_ms)) === 1,
    raise: async (key, position) => (await run.gatehouseRaiseBuffer(key, String(position))) === 1,
    lease: async (key, holder, life_ms) => (await run.gatehouseLeaseBuffer(key, holder, life_ms)) === 1,
    async release(key, holder) {
      await run.gatehouseReleaseBuffer(key, holder);
    },
    spend: async (key, spent, rate_rps, burst) =>
      Number(String(await run.gatehouseSpendBuffer(key, spent, rate_rps, burst))),
  };
}

/** What a compare-and-set lost to; `null`: it won. */
function lostTo(answer: unknown): { readonly value: Buffer | null } | null {
  const [done, now] = answer as readonly [number, (Buffer | null)?];
  return done === 1 ? null : { value: now ?? null };
}
