import type { LogPlace, SinkBatch, SinkJournal } from '../../ports/decision-log.ts';
import { TrackLost } from '../../ports/log-errors.ts';
import type { RedisClient } from './connect.ts';
import type { Keys } from './keys.ts';
import { encodeParked } from './parked-rows.ts';
import type { Scripts } from './scripts.ts';
import type { RunSinkScript, SinkScript } from './sink-scripts.ts';
import { shardsOfTrack } from './tracks.ts';

export interface SinkJournalOptions {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly scripts: Pick<Scripts, 'raise'>;
  readonly run: RunSinkScript;
  readonly track: number;
  /** Who holds the track's lease; every write checks that it still does. */
  readonly holder: string;
}

/**
 * The place, open batches and parked rows of one track in Redis, kept by whoever holds the track's lease. What each
 * shard has in analytics is also said beside its log, for those who trim it and for those who wait for it.
 *
 * @throws Error when the journal was kept for another number of tracks: read as ours, it would carry rows twice.
 */
export async function openSinkJournal(options: SinkJournalOptions): Promise<SinkJournal> {
  const { redis, keys, scripts, run, track, holder } = options;
  const own = keys.sinkState;
  const shards = shardsOfTrack(track);
  const ofTrack = [own.lease(track), own.place(track), own.batches(track)];

  const [text, hash, ...told] = await Promise.all([
    redis.get(own.place(track)),
    redis.hgetall(own.batches(track)),
    ...shards.map((shard) => redis.get(keys.sink(shard))),
  ]);
  /** As it stands in Redis, '' for none: a journal that lost its end is noticed by it. */
  let placed = text ?? '';
  // Without a place, what each shard says: from its beginning, everything that the log still holds would be carried again.
  let acknowledged: LogPlace =
    text === null ? told.map((position) => Number(position ?? 0)) : (JSON.parse(text) as number[]);
  const opened = new Map<string, SinkBatch>();
  for (const value of Object.values(hash)) {
    const batch = JSON.parse(value) as SinkBatch;
    opened.set(batch.id, batch);
  }
  for (const { length } of [acknowledged, ...[...opened.values()].map(({ upTo }) => upTo)]) {
    if (length === shards.length) continue;
    throw new Error(
      `the sink's journal of track ${track} tells of ${length} shards, not of ${shards.length}: it was kept for another number of tracks`,
    );
  }

  async function write(
    script: SinkScript,
    keysOf: readonly string[],
    args: readonly (string | Buffer)[],
  ): Promise<void> {
    const done = await run(script, keysOf, [holder, ...args]);
    if (done !== 1) throw new TrackLost(track);
  }

  const tell = async (before: LogPlace): Promise<void> => {
    await Promise.all(
      shards.map(async (shard, part) => {
        const position = acknowledged[part] ?? 0;
        if (position > (before[part] ?? 0)) await scripts.raise(keys.sink(shard), position);
      }),
    );
  };
  await tell(shards.map(() => 0));

  return {
    get acknowledged() {
      return acknowledged;
    },
    open: () => [...opened.values()].toSorted((a, b) => sum(a.after) - sum(b.after)),
    async begin(batch) {
      await write('gatehouseSinkBegin', ofTrack, [placed, batch.id, JSON.stringify(batch)]);
      opened.set(batch.id, batch);
    },
    async retry(batch) {
      await write('gatehouseSinkRetry', ofTrack, [batch.id, JSON.stringify(batch)]);
      opened.set(batch.id, batch);
    },
    async acknowledge(batch) {
      const before = acknowledged;
      const place = before.map((position, part) => Math.max(position, batch.upTo[part] ?? 0));
      await write('gatehouseSinkAcknowledge', ofTrack, [batch.id, JSON.stringify(place), placed]);
      placed = JSON.stringify(place);
      acknowledged = place;
      opened.delete(batch.id);
      await tell(before);
    },
    async park(rows) {
      if (rows.length === 0) return;
      const pairs = rows.flatMap((row) => [String(row.position), encodeParked(row)]);
      await write('gatehouseSinkPark', [own.lease(track), own.parked, own.parkedOrder], pairs);
    },
    close: async () => {},
  };
}

const sum = (place: LogPlace): number => place.reduce((all, position) => all + position, 0);
