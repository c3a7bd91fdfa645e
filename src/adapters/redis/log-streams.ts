import type { LogRecord } from '../../core/record.ts';
import type { RedisClient } from './connect.ts';
import { type Keys, SHARDS } from './keys.ts';
import { decodeEntry, entryId, positionOfEntry } from './log-entry.ts';

/** The log as its readers see it: 64 streams, each in the order of its positions. */
export interface LogStreams {
  /** Records of one shard with a position above `after`, and at most `upTo`, ascending. */
  read(shard: number, after: number, limit: number, upTo?: number): Promise<readonly LogRecord[]>;
  /** The record at a position. */
  at(shard: number, position: number): Promise<LogRecord | undefined>;
  /** Newest position of each shard, 0 for an empty one; trimmed and erased ones count. */
  heads(): Promise<readonly number[]>;
  head(shard: number): Promise<number>;
  /** Position up to which analytics holds each shard. */
  sinkPositions(): Promise<readonly number[]>;
  sinkPosition(shard: number): Promise<number>;
  /** Position of the first record above a position. */
  firstAfter(shard: number, after: number): Promise<number | undefined>;
  /** Entries of a shard, by the stream's own count. */
  length(shard: number): Promise<number>;
  /**
   * About how many entries of a shard lie above a position: as many of its length as that part of its time. Counting
   * them would take Redis as long as reading them.
   */
  above(shard: number, position: number): Promise<number>;
  /** Forgets the records of one shard up to and including a position. */
  trim(shard: number, upTo: number): Promise<void>;
}

type Entry = [id: Buffer, fields: Buffer[]];

const END = '+';
const SHARD_NUMBERS: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard);

export function createLogStreams(options: { readonly redis: RedisClient; readonly keys: Keys }): LogStreams {
  const { redis, keys } = options;

  const everyShard = <T>(ask: (shard: number) => Promise<T>): Promise<readonly T[]> =>
    Promise.all(SHARD_NUMBERS.map(ask));
  const head = async (shard: number): Promise<number> => {
    try {
      return lastIdOf(await redis.xinfo('STREAM', keys.log(shard)));
    } catch (error) {
      if (error instanceof Error && error.message.includes('no such key')) return 0;
      throw error;
    }
  };
  const sinkPosition = async (shard: number): Promise<number> =>
    Number((await redis.get(keys.sink(shard))) ?? 0);

  return {
    async read(shard, after, limit, upTo) {
      const end = upTo === undefined ? END : entryId(upTo);
      const entries = await redis.xrangeBuffer(keys.log(shard), `(${entryId(after)}`, end, 'COUNT', limit);
      return (entries as Entry[]).map(recordOf);
    },
    async at(shard, position) {
      const id = entryId(position);
      const [entry] = (await redis.xrangeBuffer(keys.log(shard), id, id)) as Entry[];
      return entry === undefined ? undefined : recordOf(entry);
    },
    heads: () => everyShard(head),
    head,
    sinkPositions: () => everyShard(sinkPosition),
    sinkPosition,
    async firstAfter(shard, after) {
      const [entry] = (await redis.xrangeBuffer(
        keys.log(shard),
        `(${entryId(after)}`,
        END,
        'COUNT',
        1,
      )) as Entry[];
      return entry === undefined ? undefined : positionOfEntry(entry[0].toString('latin1'));
    },
    length: (shard) => redis.xlen(keys.log(shard)),
    async above(shard, position) {
      const [length, first] = await Promise.all([
        redis.xlen(keys.log(shard)),
        redis.xrangeBuffer(keys.log(shard), '-', END, 'COUNT', 1),
      ]);
      const [last] = (await redis.xrevrangeBuffer(keys.log(shard), END, '-', 'COUNT', 1)) as Entry[];
      const from = placeOf((first as Entry[])[0]);
      const to = placeOf(last);
      if (from === undefined || to === undefined || position >= to) return 0;
      if (position < from) return length;
      return Math.min(length - 1, Math.max(1, Math.round((length - 1) * ((to - position) / (to - from)))));
    },
    async trim(shard, upTo) {
      await redis.xtrim(keys.log(shard), 'MINID', entryId(upTo + 1));
    },
  };
}

const placeOf = (entry: Entry | undefined): number | undefined =>
  entry === undefined ? undefined : positionOfEntry(entry[0].toString('latin1'));

function recordOf([id, fields]: Entry): LogRecord {
  const position = positionOfEntry(id.toString('latin1'));
  return decodeEntry(fields[1] ?? Buffer.alloc(0), position);
}

/** Of `XINFO STREAM`: names and values in turn. */
function lastIdOf(info: unknown): number {
  const list = info as readonly unknown[];
  const at = list.indexOf('last-generated-id');
  const id = at < 0 ? undefined : list[at + 1];
  return typeof id === 'string' ? positionOfEntry(id) : 0;
}
