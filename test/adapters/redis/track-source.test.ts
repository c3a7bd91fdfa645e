import { expect, test } from 'vitest';
import { createCaughtUp } from '../../../src/adapters/redis/caught-up.ts';
import { createKeys, SHARDS, shardOfLane, shardOfPosition } from '../../../src/adapters/redis/keys.ts';
import { createEntryEncoder, entryId } from '../../../src/adapters/redis/log-entry.ts';
import { createLogStreams } from '../../../src/adapters/redis/log-streams.ts';
import { createTrackSource } from '../../../src/adapters/redis/track-source.ts';
import { shardsOfTrack } from '../../../src/adapters/redis/tracks.ts';
import type { LogRecord } from '../../../src/core/record.ts';
import { decisionRecord } from '../../support/log-records.ts';
import { testRedis } from '../../support/redis-store.ts';

const BASE = 1_790_000_000_000_000;
const TRACK = 1;
const [HOT = 0, ...QUIET] = shardsOfTrack(TRACK);
const NOWHERE = shardsOfTrack(TRACK).map(() => 0);

/** A record on a shard, the nth of it. */
const on = (shard: number, n: number): LogRecord =>
  decisionRecord({ position: BASE + n * SHARDS + shard, signals: 1 });

const redis = testRedis('single');

async function log() {
  const { client } = await redis.connect();
  const keys = createKeys(redis.prefix());
  const encode = createEntryEncoder();
  return {
    client,
    keys,
    streams: createLogStreams({ redis: client, keys }),
    async append(records: readonly LogRecord[]): Promise<void> {
      for (const record of records) {
        const { position } = record;
        await client.xadd(keys.log(shardOfPosition(position)), entryId(position), 'r', encode(record));
      }
    },
  };
}

const manyOn = (shard: number, count: number): readonly LogRecord[] =>
  Array.from({ length: count }, (_, n) => on(shard, n));

test('what few lanes wait with goes first, and a hot lane gets all the room that they leave', async () => {
  const { append, streams } = await log();
  await append(manyOn(HOT, 500));
  for (const shard of QUIET) await append([on(shard, 0)]);
  const source = createTrackSource({ streams, track: TRACK });
  const { records, upTo } = await source.read(NOWHERE, 100);
  expect(records).toHaveLength(100);
  const shards = records.map(({ position }) => shardOfPosition(position));
  for (const shard of QUIET) expect(shards).toContain(shard);
  expect(shards.filter((shard) => shard === HOT)).toHaveLength(100 - QUIET.length);
  // Exactly this batch again, in the same order, and then what is left.
  expect(await source.range(NOWHERE, upTo, 100)).toEqual(records);
  const next = await source.read(upTo, 1_000);
  expect(next.records).toHaveLength(500 - (100 - QUIET.length));
});

test('two hot lanes share what the quiet ones leave', async () => {
  const { append, streams } = await log();
  const [other = 0, quiet = 0] = QUIET;
  await append(manyOn(HOT, 300));
  await append(manyOn(other, 300));
  await append(manyOn(quiet, 5));
  const source = createTrackSource({ streams, track: TRACK });
  const { records } = await source.read(NOWHERE, 105);
  const count = (shard: number): number =>
    records.filter(({ position }) => shardOfPosition(position) === shard).length;
  expect([count(HOT), count(other), count(quiet)]).toEqual([50, 50, 5]);
});

test('who waits for one user waits for nobody’s backlog elsewhere', async () => {
  const { append, streams, client, keys } = await log();
  const [quiet = ''] = Array.from({ length: 200 }, (_, i) => `uk_${i}`).filter(
    (lane) => shardOfLane(lane) !== HOT,
  );
  const [hot = ''] = Array.from({ length: 900 }, (_, i) => `uk_${i}`).filter(
    (lane) => shardOfLane(lane) === HOT,
  );
  const theirs = on(shardOfLane(quiet), 0);
  await append(manyOn(HOT, 50));
  await append([theirs]);
  const caughtUp = createCaughtUp({ streams, clock: Date.now, within_ms: 200 });
  await expect(caughtUp(quiet)).rejects.toMatchObject({ code: 'analytics_unavailable' });
  await client.set(keys.sink(shardOfLane(quiet)), String(theirs.position));
  await caughtUp(quiet);
  await expect(caughtUp(hot)).rejects.toMatchObject({ code: 'analytics_unavailable' });
});
