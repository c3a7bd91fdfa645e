import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pino from 'pino';
import { connectRedis, type RedisClient, untilReady } from '../src/adapters/redis/connect.ts';
import { createKeys, SHARDS } from '../src/adapters/redis/keys.ts';
import { createLogStreams } from '../src/adapters/redis/log-streams.ts';
import { createSinkStatus } from '../src/adapters/redis/sink-status.ts';
import { type ClickHouseProcess, startClickHouseProcess } from '../test/support/clickhouse-process.ts';
import {
  BOOTSTRAP_KEY,
  type GatehouseProcess,
  startGatehouseProcess,
} from '../test/support/gatehouse-process.ts';
import { NODE_OPTIONS } from '../test/support/node-options.ts';
import { freePort, type RedisServer, startRedis } from '../test/support/redis-server.ts';
import { quantile } from './campaign-simulation.ts';
import { median } from './ladder.ts';
import { loginBodies } from './logins.ts';
import { benchProgram, cpu_us, type LoadResult, PRODUCT, runLoad, startBenchServer } from './processes.ts';

export interface RedisBenchOptions {
  readonly connections: number;
  readonly seconds: number;
  readonly warmUp_s: number;
  readonly rounds: number;
  readonly fsync: 'always' | 'everysec';
  readonly progress: (text: string) => void;
}

/** Mean lengths of what the product keeps, in bytes. */
export interface ValueBytes {
  /** An entry of the log. */
  readonly record: number;
  readonly user: number;
  /** A typed name, an address, a network, a device. */
  readonly subject: number;
}

export const REDIS_STAGES = ['get', 'commands', 'gathered', 'one node', 'small heap', 'two nodes'] as const;
export type RedisStage = (typeof REDIS_STAGES)[number];

export interface RedisRung extends Omit<LoadResult, 'requests'> {
  readonly stage: RedisStage;
  /** Of the same round's route with the same commands. */
  readonly ofCommands: number;
  /** Of the same, by the product's connection to Redis. */
  readonly ofGathered: number;
  /** Of the same round's route with one GET. */
  readonly ofGet: number;
  /** Of the same round's single node. */
  readonly ofOne: number;
  /** Processor time of all servers, an answer. */
  readonly server_us: number;
  /** Processor time of Redis, an answer. */
  readonly redis_us: number;
  /** Commands that Redis carried out, those of its scripts included, an answer. */
  readonly commands: number;
}

interface Sample extends Omit<RedisRung, 'stage' | 'ofCommands' | 'ofGathered' | 'ofGet' | 'ofOne'> {}

const READY_WITHIN_MS = 20_000;
const silent = pino({ level: 'silent' });
/** Sampled to know how long values are. */
const SAMPLED = 400;

/** Bodies for the load, in a file of this bench alone. */
export function withBodies<T>(work: (bodies: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-load-'));
  const bodies = join(directory, 'bodies.ndjson');
  writeFileSync(bodies, loginBodies({ users: 2_000, count: 5_000, seed: 1 }).join('\n'));
  return work(bodies).finally(() => rmSync(directory, { recursive: true, force: true }));
}

/**
 * Decisions a second with the state on Redis, beside bare routes on the same Redis: medians over rounds, ratios within
 * a round. Each stage has a fresh Redis. “small heap” is one node with Node's default young generation. No worker runs and ClickHouse is away: what is measured is the API and Redis.
 */
export async function redisLadder(options: RedisBenchOptions): Promise<readonly RedisRung[]> {
  const samples = new Map<RedisStage, Sample[]>(REDIS_STAGES.map((stage) => [stage, []]));
  let bytes: ValueBytes | null = null;
  await withBodies(async (bodies) => {
    for (let round = 0; round < options.rounds; round++) {
      // The product first: the bare route writes values as long as the product's.
      for (const stage of ['one node', 'small heap', 'two nodes', 'commands', 'gathered', 'get'] as const) {
        const redis = await startRedis({ fsync: options.fsync });
        try {
          const measured = await measure(stage, redis, options, bodies, bytes);
          bytes ??= measured.bytes;
          samples.get(stage)?.push(measured.sample);
        } finally {
          await redis.dispose();
        }
        options.progress(`round ${round + 1}/${options.rounds}: ${stage}`);
      }
    }
  });
  const rps = (stage: RedisStage, round: number): number => samples.get(stage)?.[round]?.rps ?? Number.NaN;
  return REDIS_STAGES.map((stage) => {
    const of = samples.get(stage) ?? [];
    const mid = (pick: (sample: Sample, round: number) => number): number => median(of.map(pick));
    return {
      stage,
      rps: mid((s) => s.rps),
      ofCommands: mid((s, round) => s.rps / rps('commands', round)),
      ofGathered: mid((s, round) => s.rps / rps('gathered', round)),
      ofGet: mid((s, round) => s.rps / rps('get', round)),
      ofOne: mid((s, round) => s.rps / rps('one node', round)),
      p50_ms: mid((s) => s.p50_ms),
      p99_ms: mid((s) => s.p99_ms),
      server_us: mid((s) => s.server_us),
      redis_us: mid((s) => s.redis_us),
      commands: mid((s) => s.commands),
      failed: of.reduce((sum, s) => sum + s.failed, 0),
      unrecorded: of.reduce((sum, s) => sum + s.unrecorded, 0),
    };
  });
}

async function measure(
  stage: RedisStage,
  redis: RedisServer,
  options: RedisBenchOptions,
  bodies: string,
  bytes: ValueBytes | null,
): Promise<{ readonly sample: Sample; readonly bytes: ValueBytes | null }> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  const isBare = stage === 'get' || stage === 'commands' || stage === 'gathered';
  const nodes = isBare
    ? [await startBenchServer(benchProgram('redis-bare'), [stage, redis.url, JSON.stringify(bytes ?? {})])]
    : await startNodes(stage === 'two nodes' ? 2 : 1, 'api', {
        directory,
        env: {
          REDIS_URL: redis.url,
          CLICKHOUSE_URL: `http://127.0.0.1:${await freePort()}`,
          ...(stage === 'small heap' ? { NODE_OPTIONS: '' } : {}),
        },
      });
  const client = await connected(redis.url);
  try {
    const load = (seconds: number): Promise<LoadResult> =>
      runLoad({
        urls: nodes.map(({ url }) => url),
        key: BOOTSTRAP_KEY,
        connections: options.connections,
        seconds,
        bodies,
      });
    await load(options.warmUp_s);
    const before = await used(client, nodes);
    const { requests, ...result } = await load(options.seconds);
    const after = await used(client, nodes);
    const each = (key: keyof Used): number => (after[key] - before[key]) / requests;
    return {
      sample: {
        ...result,
        server_us: each('server_us'),
        redis_us: each('redis_us'),
        commands: each('commands'),
      },
      bytes: isBare ? null : await valueBytes(client),
    };
  } finally {
    client.disconnect();
    for (const node of nodes) await node.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Where {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

function startNodes(
  count: number,
  role: 'api' | 'worker',
  { directory, env }: Where,
): Promise<GatehouseProcess[]> {
  return Promise.all(
    Array.from({ length: count }, (_, i) => {
      return startGatehouseProcess({
        program: PRODUCT,
        dataDir: join(directory, `${role}-${i}`),
        env: { NODE_OPTIONS, ...env, GATEHOUSE_ROLE: role, GATEHOUSE_LOG_LEVEL: 'info' },
      }).ready;
    }),
  );
}

async function connected(url: string): Promise<RedisClient> {
  const { client } = connectRedis({ config: { url, cluster: false }, log: silent });
  await untilReady(client, READY_WITHIN_MS);
  return client;
}

interface Used {
  readonly server_us: number;
  readonly redis_us: number;
  readonly commands: number;
}

async function used(client: RedisClient, nodes: readonly { readonly pid: number }[]): Promise<Used> {
  const info = await client.call('INFO', 'everything');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:([0-9.]+)`, 'm').exec(String(info))?.[1]);
  const calls = [...String(info).matchAll(/^cmdstat_(\S+):calls=(\d+)/gm)]
    .filter(([, name]) => name !== 'info' && name !== 'ping')
    .reduce((sum, [, , n]) => sum + Number(n), 0);
  return {
    server_us: nodes.reduce((sum, { pid }) => sum + cpu_us(pid), 0),
    redis_us: (field('used_cpu_user') + field('used_cpu_sys')) * 1e6,
    commands: calls,
  };
}

/** How long the product's values are, from some of each. */
async function valueBytes(client: RedisClient): Promise<ValueBytes> {
  const lengths = { user: [] as number[], subject: [] as number[] };
  for (let cursor = '0', seen = 0; seen < SAMPLED * 20; ) {
    const [next, found] = (await client.call('SCAN', cursor, 'COUNT', '500')) as [string, string[]];
    for (const key of found) {
      const kind = key.includes('}:u:') ? 'user' : key.includes(':s:') ? 'subject' : null;
      if (kind !== null && lengths[kind].length < SAMPLED) lengths[kind].push(await client.strlen(key));
    }
    seen += found.length;
    cursor = next;
    if (cursor === '0') break;
  }
  const mean = (values: readonly number[]): number =>
    Math.round(values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length));
  const keys = createKeys();
  const records: number[] = [];
  for (let shard = 0; shard < SHARDS; shard++) {
    const entries = (await client.xrevrangeBuffer(keys.log(shard), '+', '-', 'COUNT', 4)) as [
      Buffer,
      Buffer[],
    ][];
    for (const [, fields] of entries) records.push(fields[1]?.length ?? 0);
  }
  return { record: mean(records), user: mean(lengths.user), subject: mean(lengths.subject) };
}

export interface SinkRate {
  readonly workers: number;
  readonly rows: number;
  /** Until ClickHouse had the first of them. */
  readonly first_ms: number;
  readonly rows_per_s: number;
}

export interface SinkFigures {
  /** A full log into ClickHouse with so many workers that have just started, and nothing else running. */
  readonly rates: readonly SinkRate[];
  /** Under the highest load: decisions a second, and how old the oldest row was that ClickHouse had not. */
  readonly load: LoadResult;
  readonly lag_ms: { readonly median: number; readonly p95: number; readonly most: number };
}

const DRAIN_POLL_MS = 50;
const LAG_POLL_MS = 200;

/** What the workers carry: a log that is full beforehand, and the highest load that this machine makes. */
export async function sinkFigures(options: RedisBenchOptions): Promise<SinkFigures> {
  const rates: SinkRate[] = [];
  let load: LoadResult | null = null;
  const lags_ms: number[] = [];
  await withBodies(async (bodies) => {
    for (const workers of [1, 2]) {
      await withTopology(options, false, async (where, redis) => {
        const client = await connected(redis.url);
        const streams = createLogStreams({ redis: client, keys: createKeys() });
        const loadOn = (urls: readonly string[], seconds: number): Promise<LoadResult> =>
          runLoad({ urls, key: BOOTSTRAP_KEY, connections: options.connections, seconds, bodies });
        const [api] = await startNodes(1, 'api', where);
        if (api === undefined) throw new Error('no API node');
        const running = [api];
        try {
          await loadOn([api.url], options.seconds * 3);
          let rows = 0;
          for (let shard = 0; shard < SHARDS; shard++) rows += await streams.length(shard);
          running.push(...(await startNodes(workers, 'worker', where)));
          const startedAt_ms = performance.now();
          const first_ms = await untilSunk(streams, (sunk) => sunk > 0);
          await untilSunk(streams, (_, behind) => behind === 0);
          const all_ms = performance.now() - startedAt_ms;
          rates.push({ workers, rows, first_ms, rows_per_s: (rows * 1_000) / all_ms });
          options.progress(`sink of ${workers}: ${rows} rows in ${Math.round(all_ms)} ms`);
          if (workers === 2) {
            const status = createSinkStatus({ redis: client, keys: createKeys(), streams, clock: Date.now });
            const loading = loadOn([api.url], options.seconds * 2);
            let over = false;
            void loading.finally(() => {
              over = true;
            });
            while (!over) {
              await wait(LAG_POLL_MS);
              lags_ms.push((await status()).lag_ms ?? 0);
            }
            load = await loading;
            options.progress('lag under load');
          }
        } finally {
          client.disconnect();
          for (const node of running) await node.stop();
        }
      });
    }
  });
  if (load === null) throw new Error('nothing was measured');
  return {
    rates,
    load,
    lag_ms: { median: median(lags_ms), p95: quantile(lags_ms, 0.95), most: Math.max(...lags_ms) },
  };
}

/** Milliseconds until it is so. `sunk`: shards of which something is in ClickHouse; `behind`: of which not all is. */
async function untilSunk(
  streams: ReturnType<typeof createLogStreams>,
  isSo: (sunk: number, behind: number) => boolean,
): Promise<number> {
  const startedAt_ms = performance.now();
  for (;;) {
    const [heads, places] = await Promise.all([streams.heads(), streams.sinkPositions()]);
    const sunk = places.filter((place) => place > 0).length;
    const behind = heads.filter((head, shard) => (places[shard] ?? 0) < head).length;
    if (isSo(sunk, behind)) return performance.now() - startedAt_ms;
    await wait(DRAIN_POLL_MS);
  }
}

interface TopologyWhere extends Where {
  readonly clickhouseUrl: string;
  readonly clickhouse: () => ClickHouseProcess;
  readonly takeAway: () => Promise<void>;
  readonly bringBack: () => Promise<void>;
}

/** `stepsBack`: ClickHouse takes no processor from the others, as on a machine of its own. */
async function withTopology(
  options: RedisBenchOptions,
  stepsBack: boolean,
  work: (where: TopologyWhere, redis: RedisServer) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  const path = join(directory, 'clickhouse');
  const redis = await startRedis({ fsync: options.fsync });
  let clickhouse = await startClickHouseProcess({ path, stepsBack });
  const { url } = clickhouse;
  try {
    const where: TopologyWhere = {
      directory,
      env: { REDIS_URL: redis.url, CLICKHOUSE_URL: url },
      clickhouseUrl: url,
      clickhouse: () => clickhouse,
      takeAway: () => clickhouse.kill(),
      async bringBack() {
        clickhouse = await startClickHouseProcess({ path, port: Number(new URL(url).port), stepsBack });
      },
    };
    await work(where, redis);
  } finally {
    await clickhouse.kill();
    await redis.dispose();
    rmSync(directory, { recursive: true, force: true });
  }
}

export interface AwayFigures {
  /** Requests a second that were sent, whether answers came or not. */
  readonly rate: number;
  readonly pairs: readonly { readonly there: LoadResult; readonly away: LoadResult }[];
  /** p99 while ClickHouse is away over p99 while it is there; the median over the pairs. */
  readonly ratio: number;
}

const PAIRS = 5;
/** Of the seconds of other stages: the p99 of a short half is that of twenty answers, and one flush of the disk decides. */
const HALF = 4;
/** Of what one node answers at most: a service at its limit measures its queue. */
const LOAD_SHARE = 0.4;

/** p99 at a steady rate while ClickHouse is there and while it is away, pair after pair in one running installation. */
export async function awayFigures(options: RedisBenchOptions): Promise<AwayFigures> {
  const pairs: { there: LoadResult; away: LoadResult }[] = [];
  let rate = 0;
  await withBodies((bodies) =>
    withTopology(options, true, async (where, redis) => {
      const client = await connected(redis.url);
      const streams = createLogStreams({ redis: client, keys: createKeys() });
      const nodes = [...(await startNodes(1, 'api', where)), ...(await startNodes(1, 'worker', where))];
      const [api] = nodes;
      try {
        const load = (seconds: number, at?: number): Promise<LoadResult> =>
          runLoad({
            urls: [api?.url ?? ''],
            key: BOOTSTRAP_KEY,
            connections: options.connections,
            seconds,
            bodies,
            ...(at === undefined ? {} : { rate: at }),
          });
        rate = Math.round((await load(options.warmUp_s + options.seconds)).rps * LOAD_SHARE);
        await untilSunk(streams, (_, behind) => behind === 0);
        for (let pair = 0; pair < PAIRS; pair++) {
          const there = await load(options.seconds * HALF, rate);
          await where.takeAway();
          const away = await load(options.seconds * HALF, rate);
          await where.bringBack();
          await untilSunk(streams, (_, behind) => behind === 0);
          pairs.push({ there, away });
          options.progress(
            `pair ${pair + 1}/${PAIRS}: p99 ${there.p99_ms.toFixed(1)} ms there, ${away.p99_ms.toFixed(1)} ms away`,
          );
        }
      } finally {
        client.disconnect();
        for (const node of nodes) await node.stop();
      }
    }),
  );
  return { rate, pairs, ratio: median(pairs.map(({ there, away }) => away.p99_ms / there.p99_ms)) };
}
