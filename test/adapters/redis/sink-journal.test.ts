import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createKeys } from '../../../src/adapters/redis/keys.ts';
import { createParkedRows } from '../../../src/adapters/redis/parked-rows.ts';
import { defineScripts } from '../../../src/adapters/redis/scripts.ts';
import { openSinkJournal } from '../../../src/adapters/redis/sink-journal.ts';
import { defineSinkScripts } from '../../../src/adapters/redis/sink-scripts.ts';
import { createTrackLeases } from '../../../src/adapters/redis/track-leases.ts';
import { shardsOfTrack } from '../../../src/adapters/redis/tracks.ts';
import { sinkJournalContract } from '../../contracts/sink-journal.ts';
import { type RedisServer, startRedis } from '../../support/redis-server.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.dispose());

function connect() {
  const redis = new Redis(server.url);
  onTestFinished(() => redis.disconnect());
  const keys = createKeys(`t${randomUUID().slice(0, 8)}`);
  const scripts = defineScripts(redis);
  const run = defineSinkScripts(redis);
  const leases = createTrackLeases({ redis, keys, scripts, run, worker: 'w', lease_ms: 60_000 });
  return { redis, keys, scripts, run, leases, parked: createParkedRows({ redis, keys, run }) };
}

const TRACK = 1;

sinkJournalContract('Redis', {
  parts: shardsOfTrack(TRACK).length,
  async store() {
    const shared = connect();
    const holder = (await shared.leases.take(TRACK)) ?? '';
    return async () => ({
      journal: await openSinkJournal({ ...shared, track: TRACK, holder }),
      parked: shared.parked,
    });
  },
});

const place = (n: number) => shardsOfTrack(TRACK).map((shard) => n * 64 + shard);
const batch = { id: 'b', after: shardsOfTrack(TRACK).map(() => 0), upTo: place(9), rows: 3, tries: 0 };

test('who lost the track can neither begin, acknowledge nor park any more, and the open batch is the next holder’s', async () => {
  const shared = connect();
  const first = (await shared.leases.take(TRACK)) ?? '';
  const before = await openSinkJournal({ ...shared, track: TRACK, holder: first });
  await before.begin(batch);
  await shared.leases.release(TRACK, first);
  const second = (await shared.leases.take(TRACK)) ?? '';
  const lost = { code: 'track_lost' };
  await expect(before.begin({ ...batch, id: 'c' })).rejects.toMatchObject(lost);
  await expect(before.acknowledge(batch)).rejects.toMatchObject(lost);
  await expect(before.retry(batch)).rejects.toMatchObject(lost);
  const after = await openSinkJournal({ ...shared, track: TRACK, holder: second });
  expect(after.open()).toEqual([batch]);
  await after.acknowledge(batch);
  expect(after.acknowledged).toEqual(place(9));
});

/** A batch was acknowledged, and the place that it led to is gone. */
async function journalWithoutPlace() {
  const shared = connect();
  const holder = (await shared.leases.take(TRACK)) ?? '';
  const journal = await openSinkJournal({ ...shared, track: TRACK, holder });
  await journal.begin(batch);
  await journal.acknowledge(batch);
  await shared.redis.del(shared.keys.sinkState.place(TRACK));
  return { shared, holder, journal };
}

test('a journal that went back in Redis, as after a loss of power, is noticed before the next batch', async () => {
  const { journal } = await journalWithoutPlace();
  await expect(journal.begin({ ...batch, id: 'c', after: place(9), upTo: place(10) })).rejects.toMatchObject({
    code: 'track_lost',
  });
});

test('a journal that was kept for another number of tracks is refused: read as ours, it would carry rows twice', async () => {
  const shared = connect();
  const holder = (await shared.leases.take(TRACK)) ?? '';
  const open = () => openSinkJournal({ ...shared, track: TRACK, holder });
  const refused = 'another number of tracks';
  const { place: placeOf, batches } = shared.keys.sinkState;
  await shared.redis.set(placeOf(TRACK), JSON.stringify([1, 2, 3]));
  await expect(open()).rejects.toThrow(refused);
  await shared.redis.del(placeOf(TRACK));
  await shared.redis.hset(
    batches(TRACK),
    'b',
    JSON.stringify({ ...batch, after: [0, 0, 0], upTo: [1, 2, 3] }),
  );
  await expect(open()).rejects.toThrow(refused);
});

test('a journal without a place goes on where each shard says that it is, and carries nothing again', async () => {
  const { shared, holder } = await journalWithoutPlace();
  const again = await openSinkJournal({ ...shared, track: TRACK, holder });
  expect(again.acknowledged).toEqual(place(9));
  const next = { ...batch, id: 'c', after: place(9), upTo: place(10) };
  await again.begin(next);
  await again.acknowledge(next);
  expect(again.acknowledged).toEqual(place(10));
});

test('what each shard has in analytics is said beside its log, and never goes back', async () => {
  const shared = connect();
  const holder = (await shared.leases.take(TRACK)) ?? '';
  const journal = await openSinkJournal({ ...shared, track: TRACK, holder });
  await journal.begin(batch);
  await journal.acknowledge(batch);
  const [shard = 0] = shardsOfTrack(TRACK);
  expect(await shared.redis.get(shared.keys.sink(shard))).toBe(String(place(9)[0]));
  await shared.redis.del(shared.keys.sink(shard));
  await openSinkJournal({ ...shared, track: TRACK, holder });
  expect(await shared.redis.get(shared.keys.sink(shard))).toBe(String(place(9)[0]));
});
