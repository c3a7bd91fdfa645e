import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createKeys, SHARDS, shardOfPosition } from '../../src/adapters/redis/keys.ts';
import { createEntryEncoder, entryId } from '../../src/adapters/redis/log-entry.ts';
import { createLogStreams } from '../../src/adapters/redis/log-streams.ts';
import { createParkedRows } from '../../src/adapters/redis/parked-rows.ts';
import { defineScripts } from '../../src/adapters/redis/scripts.ts';
import { defineSinkScripts } from '../../src/adapters/redis/sink-scripts.ts';
import { createSinkStatus } from '../../src/adapters/redis/sink-status.ts';
import { TRACKS } from '../../src/adapters/redis/tracks.ts';
import { createWriteGate } from '../../src/adapters/redis/write-gate.ts';
import { createParkedRowsUseCase } from '../../src/app/parked-rows.ts';
import type { ErasureRecord, LogRecord } from '../../src/core/record.ts';
import type { AnalyticsSink } from '../../src/ports/analytics.ts';
import { RowsRefused } from '../../src/ports/analytics-errors.ts';
import { startSinkWorkers } from '../../src/start-workers.ts';
import { openClickHouse } from '../support/clickhouse.ts';
import { decisionRecord, erasureRecord, outcomeRecord } from '../support/log-records.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { rollupsEqualRaw } from '../support/rollups-equal-raw.ts';

const silent = pino({ level: 'silent' });
let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.dispose());

/** One installation, and workers of it with a connection each, so that one can be cut off as by a kill. */
function installation() {
  const keys = createKeys(`t${randomUUID().slice(0, 8)}`);
  const connect = () => {
    const redis = new Redis(server.url, { maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    onTestFinished(() => redis.disconnect());
    const scripts = defineScripts(redis);
    return { redis, keys, scripts, streams: createLogStreams({ redis, keys }) };
  };
  const own = connect();
  const run = defineSinkScripts(own.redis);
  const encode = createEntryEncoder();
  return {
    ...own,
    parked: createParkedRows({ redis: own.redis, keys, run }),
    status: createSinkStatus({ ...own, clock: Date.now }),
    gate: (lease_ms = 10_000) => createWriteGate({ keys, run, log: silent, lease_ms }),
    async append(records: readonly LogRecord[]): Promise<void> {
      for (const record of records) {
        const { position } = record;
        await own.redis.xadd(keys.log(shardOfPosition(position)), entryId(position), 'r', encode(record));
      }
    },
    worker(
      newSink: () => AnalyticsSink,
      lease_ms = 20_000,
      beforeErasure?: (record: ErasureRecord, batch: readonly LogRecord[]) => Promise<void>,
    ) {
      const connected = connect();
      const workers = startSinkWorkers({
        ...connected,
        clickhouse: { newSink },
        ...(beforeErasure === undefined ? {} : { beforeErasure }),
        clock: Date.now,
        log: silent,
        maxRows: 100,
        maxWait_ms: 20,
        poll_ms: 10,
        lease_ms,
        interval_ms: 50,
        backoff_ms: [5, 50],
      });
      onTestFinished(() => workers.close(), CLOSE_MS);
      return { ...workers, cutOff: () => connected.redis.disconnect() };
    },
    async carried(): Promise<boolean> {
      const [heads, positions] = await Promise.all([own.streams.heads(), own.streams.sinkPositions()]);
      return heads.every((head, shard) => (positions[shard] ?? 0) >= head);
    },
  };
}

const CLOSE_MS = 120_000;
const BASE = 1_790_000_000_000_000;

/** Decisions on every shard, with an outcome here and there, as a burst of an hour. */
function history(count: number, from = BASE): LogRecord[] {
  const records: LogRecord[] = [];
  for (let i = 0; i < count; i++) {
    const position = from + i * 7_001 * SHARDS + (i % SHARDS);
    const decision = decisionRecord({
      position,
      userId: `u${i % 30}`,
      country: i % 2 === 0 ? 'GB' : 'FR',
      signals: 2,
    });
    records.push(decision);
    if (i % 9 === 0) records.push(outcomeRecord(decision, position + SHARDS));
  }
  return records;
}

const decisionsOf = (records: readonly LogRecord[]): number =>
  records.filter(({ kind }) => kind === 'decision').length;

test('two workers share the tracks and carry every record once; rollups equal raw rows', async () => {
  const here = installation();
  const clickhouse = await openClickHouse({ gate: here.gate() });
  const records = history(600);
  const one = here.worker(clickhouse.newSink);
  const two = here.worker(clickhouse.newSink);
  await expect.poll(() => [one.tracks().length, two.tracks().length], { timeout: 20_000 }).toEqual([1, 1]);
  await here.append(records);
  await expect.poll(() => here.carried(), { timeout: 60_000 }).toBe(true);
  const rows = await clickhouse.database.query(
    'write',
    'SELECT count() AS n, uniqExact(position) AS positions FROM decisions',
  );
  expect(rows).toEqual([{ n: decisionsOf(records), positions: decisionsOf(records) }]);
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
  expect(one.report().insertedRows + two.report().insertedRows).toBe(records.length);
  expect(Math.min(one.report().insertedRows, two.report().insertedRows)).toBeGreaterThan(0);
  await expect
    .poll(() => here.status(), { timeout: 10_000 })
    .toMatchObject({ lag_ms: 0, lagRecords: 0, parkedRows: 0, workers: 2, problem: null });
}, 120_000);

test('a quiet tenant’s row is in analytics while another tenant’s lane has a backlog, and the lane loses no room to it', async () => {
  const here = installation();
  const sizes: number[] = [];
  const inserted = new Map<number, number>();
  /** Slow enough that the backlog outlives the test's looks. */
  const slow = (): AnalyticsSink => {
    const take = async (_: string, batch: readonly LogRecord[]): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (const { position } of batch) inserted.set(position, inserted.size);
      sizes.push(batch.length);
    };
    return { insert: take, repair: take };
  };
  const HOT = 5;
  const hot = Array.from({ length: 3_000 }, (_, i) =>
    decisionRecord({ position: BASE + i * SHARDS + HOT, tenant: 'hot', signals: 1 }),
  );
  // On the same track, and on another one.
  const quiet = [HOT + 4, HOT + 1].map((shard) =>
    decisionRecord({ position: BASE + 9_000 * SHARDS + shard, tenant: 'quiet', signals: 1 }),
  );
  await here.append(hot);
  here.worker(slow);
  await expect.poll(() => inserted.size, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
  await here.append(quiet);
  await expect.poll(() => here.carried(), { timeout: 60_000 }).toBe(true);
  expect(inserted.size).toBe(hot.length + quiet.length);
  for (const { position } of quiet) expect(inserted.get(position)).toBeLessThan(hot.length / 2);
  // 3,000 rows at 100 a batch, and the few that the quiet rows were in.
  expect(sizes.length).toBeLessThanOrEqual(hot.length / 100 + 4);
}, 120_000);

test('what a dead worker began is repaired under its own batch by another one, and nothing is formed anew', async () => {
  const here = installation();
  const clickhouse = await openClickHouse({ gate: here.gate(3_000) });
  const records = history(200);
  const begun: string[] = [];
  let giveUp: (error: Error) => void = () => undefined;
  const hanging = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  hanging.catch(() => undefined);
  /** Inserts half of a batch, then hangs for ever: as a process that was killed in the middle. */
  const dying = (): AnalyticsSink => {
    const real = clickhouse.newSink();
    return {
      ...real,
      async insert(batchId, batch) {
        begun.push(batchId);
        await real.insert(batchId, batch.slice(0, Math.ceil(batch.length / 2)));
        return hanging;
      },
    };
  };
  await here.append(records);
  const victim = here.worker(dying, 3_000);
  // Before its close, for what is registered last runs first.
  onTestFinished(() => giveUp(new Error('the process is gone')));
  await expect.poll(() => begun.length, { timeout: 20_000 }).toBe(TRACKS);
  await expect
    .poll(() => clickhouse.database.query('write', 'SELECT uniqExact(batch_id) AS n FROM decisions'), {
      timeout: 20_000,
    })
    .toEqual([{ n: TRACKS }]);
  victim.cutOff();

  const repaired: string[] = [];
  const heir = here.worker(() => {
    const real = clickhouse.newSink();
    return {
      ...real,
      repair(batchId, batch) {
        repaired.push(batchId);
        return real.repair(batchId, batch);
      },
    };
  });
  await expect.poll(() => here.carried(), { timeout: 60_000 }).toBe(true);
  expect(heir.tracks()).toHaveLength(TRACKS);
  expect(repaired.toSorted()).toEqual(begun.toSorted());
  const rows = await clickhouse.database.query(
    'write',
    'SELECT count() AS n, uniqExact(position) AS positions FROM decisions',
  );
  expect(rows).toEqual([{ n: decisionsOf(records), positions: decisionsOf(records) }]);
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
}, 120_000);

test('a repair waits until nobody inserts, and inserts wait until nobody repairs', async () => {
  const here = installation();
  const gates = [here.gate(), here.gate(), here.gate()] as const;
  const seen: string[] = [];
  let finishInsert: () => void = () => undefined;
  const inserting = gates[0].together(async () => {
    seen.push('insert begins');
    await new Promise<void>((resolve) => {
      finishInsert = resolve;
    });
    seen.push('insert ends');
  });
  await expect.poll(() => seen.length).toBe(1);
  const repairing = gates[1].alone(async () => {
    seen.push('repair');
  });
  await expect.poll(() => here.redis.get(here.keys.sinkState.alone)).not.toBe(null);
  const late = gates[2].together(async () => {
    seen.push('late insert');
  });
  finishInsert();
  await Promise.all([inserting, repairing, late]);
  expect(seen).toEqual(['insert begins', 'insert ends', 'repair', 'late insert']);
});

test('who could not renew its permission to write for as long as it holds may not write any more, ever', async () => {
  const here = installation();
  const lease_ms = 300;
  let held: () => boolean = () => false;
  let end: () => void = () => undefined;
  const work = here.gate(lease_ms).together(async (isHeld) => {
    held = isHeld;
    await new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  await expect.poll(() => held()).toBe(true);
  // As a process that is stopped: nothing of it runs, and its timers come late.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * lease_ms);
  expect(held()).toBe(false);
  await new Promise((resolve) => setTimeout(resolve, lease_ms));
  expect(held()).toBe(false);
  end();
  await work;
});

test('a full Redis stops no worker: tracks are taken and carried on, and others learn how far', async () => {
  const full = await startRedis();
  onTestFinished(() => full.dispose());
  const keys = createKeys();
  const redis = new Redis(full.url, { maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  const records = history(40);
  const encode = createEntryEncoder();
  for (const record of records) {
    const { position } = record;
    await redis.xadd(keys.log(shardOfPosition(position)), entryId(position), 'r', encode(record));
  }
  await redis.call('CONFIG', 'SET', 'maxmemory', '1mb');
  await expect(redis.set('more', 'x')).rejects.toThrow(/OOM/);
  const clickhouse = await openClickHouse();
  const streams = createLogStreams({ redis, keys });
  const workers = startSinkWorkers({
    redis,
    keys,
    scripts: defineScripts(redis),
    streams,
    clickhouse: {
      newSink: () => {
        const run = defineSinkScripts(redis);
        const gate = createWriteGate({ keys, run, log: silent });
        const sink = clickhouse.newSink();
        return {
          ...sink,
          insert: (id: string, batch: readonly LogRecord[]) => gate.together(() => sink.insert(id, batch)),
        };
      },
    },
    clock: Date.now,
    log: silent,
    maxWait_ms: 20,
    poll_ms: 10,
  });
  onTestFinished(() => workers.close(), CLOSE_MS);
  await expect
    .poll(
      async () => {
        const [heads, sunk] = await Promise.all([streams.heads(), streams.sinkPositions()]);
        return heads.every((head, shard) => (sunk[shard] ?? 0) >= head);
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  const rows = await clickhouse.database.query('write', 'SELECT count() AS n FROM decisions');
  expect(rows).toEqual([{ n: decisionsOf(records) }]);
}, 120_000);

test('refused rows are parked for everybody to see, and go in when they are sent again after a mend', async () => {
  const here = installation();
  const clickhouse = await openClickHouse({ gate: here.gate() });
  let mended = false;
  const picky = (): AnalyticsSink => {
    const real = clickhouse.newSink();
    const take =
      (how: 'insert' | 'repair') =>
      async (batchId: string, batch: readonly LogRecord[]): Promise<void> => {
        const bad = batch.filter((record) => record.position % 5 === 0).map(({ position }) => position);
        if (!mended && bad.length > 0) throw new RowsRefused('a column is missing', bad);
        await real[how](batchId, batch);
      };
    return { insert: take('insert'), repair: take('repair') };
  };
  const records = history(40).filter(({ kind }) => kind === 'decision');
  const bad = records.filter(({ position }) => position % 5 === 0);
  await here.append(records);
  here.worker(picky);
  await expect.poll(() => here.carried(), { timeout: 60_000 }).toBe(true);
  const useCase = createParkedRowsUseCase({ parked: here.parked, sink: picky() });
  expect((await useCase.list('default')).map(({ position, reason }) => [position, reason])).toEqual(
    bad.map(({ position }) => [position, 'a column is missing']),
  );
  expect(await useCase.list('other')).toEqual([]);
  expect(await useCase.resend('other', null)).toEqual({ resent: 0, refused: 0 });
  expect(await useCase.resend('default', null)).toEqual({ resent: 0, refused: bad.length });
  mended = true;
  const [first] = bad;
  expect(await useCase.resend('default', [first?.position ?? 0])).toEqual({ resent: 1, refused: 0 });
  expect(await useCase.resend('default', null)).toEqual({ resent: bad.length - 1, refused: 0 });
  expect(await useCase.list('default')).toEqual([]);
  const rows = await clickhouse.database.query('write', 'SELECT count() AS n FROM decisions');
  expect(rows).toEqual([{ n: records.length }]);
  expect(await rollupsEqualRaw(clickhouse.database)).toEqual([]);
}, 120_000);

test('a tombstone is told of before its turn, while rows still say which names were the user’s', async () => {
  const here = installation();
  const clickhouse = await openClickHouse({ gate: here.gate() });
  const login = decisionRecord({ position: BASE, userId: 'ada', loginKey: 'lk_ada' });
  const told: [position: number, names: readonly string[], inBatch: number][] = [];
  let refuse = true;
  here.worker(clickhouse.newSink, 20_000, async ({ tenant, userKey, position }, batch) => {
    told.push([position, await clickhouse.loginKeysOf(tenant, userKey), batch.length]);
    if (refuse) throw new Error('the queue does not answer');
  });
  await here.append([login]);
  await expect.poll(() => here.carried(), { timeout: 60_000 }).toBe(true);
  await here.append([erasureRecord('default', 'uk_ada', BASE + SHARDS)]);
  await expect.poll(() => told.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  const rows = (): Promise<unknown> =>
    clickhouse.database.query('write', 'SELECT count() AS n FROM decisions');
  // Not before somebody knows.
  expect(await rows()).toEqual([{ n: 1 }]);
  refuse = false;
  await expect.poll(() => here.carried(), { timeout: 60_000 }).toBe(true);
  expect(told.at(-1)).toEqual([BASE + SHARDS, ['lk_ada'], 1]);
  expect(await rows()).toEqual([{ n: 0 }]);
}, 120_000);
