// A bare Fastify route for the bench of Redis, in a process of its own; prints its URL, runs until it is told to stop.
//
// get: one GET of the user's key. commands: what a decision sends: the read of all its keys, the script that stores the
// record with its user, a write for each other subject (not waited for), and their confirmations each 100 ms. Same
// scripts, keys as many and values as long as the product's; nothing is parsed, judged or encoded. Both by ioredis with
// its own auto-pipelining. gathered: the same commands by the product's connection, whose sockets gather them.
import { randomFillSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { Redis } from 'ioredis';
import pino from 'pino';
import { MOST_AHEAD_MS } from '../src/adapters/redis/clock-watch.ts';
import { connectRedis, untilReady } from '../src/adapters/redis/connect.ts';
import { createKeys, LIFE_MS, SHARDS, shardOfLane } from '../src/adapters/redis/keys.ts';
import { entryId } from '../src/adapters/redis/log-entry.ts';
import { defineScripts, STORED } from '../src/adapters/redis/scripts.ts';
import { createVersions, VERSION_BYTES, versionBytes, withVersion } from '../src/adapters/redis/versioned.ts';
import type { ValueBytes } from './redis.ts';

interface Body {
  readonly status: string;
  readonly user: { readonly id: string; readonly login: string };
  readonly context: { readonly ip: string };
  readonly device: { readonly id: string };
}

const [stage = 'get', url = '', bytesJson = '{}'] = process.argv.slice(2);
const bytes = JSON.parse(bytesJson) as ValueBytes;
const CONFIRM_MS = 100;
const READY_WITHIN_MS = 10_000;

const silent = pino({ level: 'silent' });
const redis =
  stage === 'gathered'
    ? connectRedis({ config: { url, cluster: false }, log: silent }).client
    : new Redis(url, { enableAutoPipelining: true, maxRetriesPerRequest: 0 });
await untilReady(redis, READY_WITHIN_MS);
const keys = createKeys('bare');
const scripts = defineScripts(redis);
const nextVersion = createVersions();
const app = fastify();

if (stage === 'get') {
  app.post('/v1/risk', async (request) => {
    const body = request.body as Body;
    await redis.getBuffer(keys.user(`default|u|${body.user.id}`));
    return { action: 'allow' };
  });
} else {
  commandsRoute();
}
await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(
  `${JSON.stringify({ url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` })}\n`,
);
process.on('SIGTERM', async () => {
  await app.close();
  redis.disconnect();
  process.exit(0);
});

function commandsRoute(): void {
  /** Random, as encoded values nearly are. */
  const value = (length: number): Buffer => randomFillSync(Buffer.alloc(Math.max(0, Math.round(length))));
  const record = value(bytes.record);
  const userValue = value(bytes.user - VERSION_BYTES);
  const subjectValue = value(bytes.subject - VERSION_BYTES);
  const versions = new Map<string, bigint>();
  const given = new Float64Array(SHARDS);
  const done: string[][] = Array.from({ length: SHARDS }, () => []);

  const fresh = (key: string, template: Buffer): { before: Buffer | string; after: Buffer } => {
    const version = nextVersion();
    const before = versionBytes(versions.get(key) ?? null);
    versions.set(key, version);
    return { before, after: withVersion(version, template) };
  };
  /** As the product does: what meets on one key while a write is under way shares the next one. */
  const writing = new Map<string, { dirty: boolean; done: Promise<void> }>();
  const write = (key: string): Promise<void> => {
    const running = writing.get(key);
    if (running !== undefined) {
      running.dirty = true;
      return running.done;
    }
    const state = { dirty: true, done: Promise.resolve() };
    const run = async (): Promise<void> => {
      while (state.dirty) {
        state.dirty = false;
        const { before, after } = fresh(key, subjectValue);
        await scripts.compareAndSet(key, before, after, LIFE_MS.sharing);
      }
      writing.delete(key);
    };
    writing.set(key, state);
    state.done = run();
    return state.done;
  };
  setInterval(() => {
    for (const [shard, positions] of done.entries()) {
      const [first, ...more] = positions.splice(0);
      if (first !== undefined) void redis.zrem(keys.open(shard), first, ...more);
    }
  }, CONFIRM_MS).unref();

  app.post('/v1/risk', async (request) => {
    const { user, context, device, status } = request.body as Body;
    const shard = shardOfLane(user.id);
    const userKey = keys.user(`default|u|${user.id}`);
    const login = keys.subject(`default|l|${user.login}`);
    const address = keys.subject(`default|a|${context.ip}`);
    const network = keys.subject(`default|n|${context.ip.slice(0, context.ip.lastIndexOf('.'))}.0/24`);
    const ofDevice = keys.subject(`default|d|${device.id}`);
    const userAt = keys.subject(`default|p|${user.login}|${context.ip}`);
    const userOn = keys.subject(`default|q|${user.login}|${device.id}`);
    await redis.mgetBuffer(userKey, login, address, network, ofDevice, userAt, userOn);
    const position = Math.max(
      (given[shard] ?? 0) + SHARDS,
      Math.floor((Date.now() * 1_000) / SHARDS) * SHARDS + shard,
    );
    given[shard] = position;
    const of = fresh(userKey, userValue);
    const [outcome] = await scripts.commit(
      [keys.log(shard), keys.open(shard), userKey, keys.open(shard), keys.open(shard)],
      [
        entryId(position),
        record,
        String(position),
        '1',
        of.before,
        of.after,
        LIFE_MS.profile,
        '',
        LIFE_MS.idempotency,
        '',
        '',
        LIFE_MS.annotations,
        MOST_AHEAD_MS,
      ],
    );
    // A refusal costs next to nothing: a route that is refused is no measure of one that stores.
    if (outcome !== STORED) throw new Error(`the record was not stored: ${outcome}`);
    const others = [login, address, network, ofDevice, ...(status === 'failed' ? [userAt, userOn] : [])];
    void Promise.all(others.map(write)).then(() => done[shard]?.push(String(position)));
    return { action: 'allow' };
  });
}
