import type { BaseLogger } from 'pino';
import type { LogRecord } from '../../core/record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DecisionLog, Lane } from '../../ports/decision-log.ts';
import { LogConflict, LogUnavailable } from '../../ports/log-errors.ts';
import { type ClockWatch, MOST_AHEAD_MS } from './clock-watch.ts';
import type { PositionNews, Stored } from './commit.ts';
import type { RedisConnection } from './connect.ts';
import { type Keys, SHARDS, shardOfLane, shardOfPosition } from './keys.ts';
import { entryId } from './log-entry.ts';
import type { LogStreams } from './log-streams.ts';

export interface RedisDecisionLog extends DecisionLog {
  /** Positions given out for a shard go on from what a refusal told. */
  readonly positions: PositionNews;
}

const MOST_AHEAD_US = MOST_AHEAD_MS * 1_000;

/** Records looked at in one answer while a user is erased: a few milliseconds of decoding. */
const ERASE_CHUNK = 500;
/** Appends under way at once. More means that Redis has stopped answering. */
const MOST_APPENDS = 4_096;

/**
 * The decision log on Redis Streams, in 64 shards by user. A position's lowest bits name its shard, so positions are
 * unique without a counter that all share, and a decision's id says where it stands. Any number of processes append; a
 * process whose clock is behind learns of it at its first append to a shard and goes on from there; records of one whose
 * clock is far ahead are refused, or all others would have to follow it.
 */
export function createRedisDecisionLog(options: {
  readonly redis: RedisConnection;
  readonly keys: Keys;
  readonly streams: LogStreams;
  /** Newest position of each shard at the start. */
  readonly heads: readonly number[];
  readonly store: (record: LogRecord) => Promise<Stored>;
  /** Carries out what a stored record changes elsewhere; resolves when the next read must see it. */
  readonly onStored: (record: LogRecord, stored: Stored) => Promise<void> | undefined;
  readonly clock: Clock;
  readonly watch: Pick<ClockWatch, 'told' | 'isFarAhead'>;
  readonly log: Pick<BaseLogger, 'error'>;
}): RedisDecisionLog {
  const { redis, keys, streams, store, onStored, clock, watch, log } = options;
  /** Newest position given out in each shard. */
  const given = Float64Array.from({ length: SHARDS }, (_, shard) => options.heads[shard] ?? 0);
  let head = given.reduce((a, b) => Math.max(a, b), 0);
  /** How far the clocks of other processes are ahead, in microseconds. */
  let ahead_us = 0;
  /** The same of single shards that are far ahead: what a wrong clock did to one must not lead the others there. */
  const farAhead_us = new Float64Array(SHARDS);
  /**
   * Records on their way, in cells that are emptied: tables that a `Map` has outgrown stay until the next full collection,
   * with all that they held then.
   */
  const young = new Map<number, { record: LogRecord | undefined }>();
  const appends = new Set<Promise<void>>();
  let closed = false;
  let failing = false;

  async function append(record: LogRecord): Promise<void> {
    if (closed) throw new LogUnavailable('The decision log is closed.');
    if (appends.size >= MOST_APPENDS) {
      throw new LogUnavailable('Too many records wait for Redis already.');
    }
    const cell: { record: LogRecord | undefined } = { record };
    young.set(record.position, cell);
    try {
      const stored = await store(record);
      failing = false;
      head = Math.max(head, record.position);
      await onStored(record, stored);
    } catch (error) {
      if (error instanceof LogConflict) throw error;
      if (!failing) log.error({ err: error }, 'records could not be stored in Redis');
      failing = true;
      throw error;
    } finally {
      cell.record = undefined;
      young.delete(record.position);
    }
  }

  return {
    get head() {
      return head;
    },
    nextPosition(lane: Lane = 0) {
      const shard = typeof lane === 'string' ? shardOfLane(lane) : shardOfPosition(lane);
      const now_us = clock() * 1_000 + Math.max(ahead_us, farAhead_us[shard] ?? 0);
      const position = Math.max((given[shard] ?? 0) + SHARDS, Math.floor(now_us / SHARDS) * SHARDS + shard);
      given[shard] = position;
      return position;
    },
    positions: {
      behind(shard, last) {
        given[shard] = Math.max(given[shard] ?? 0, last);
        const more_us = last - clock() * 1_000;
        if (more_us > MOST_AHEAD_US) farAhead_us[shard] = Math.max(farAhead_us[shard] ?? 0, more_us);
        else ahead_us = Math.max(ahead_us, more_us);
      },
      ahead(shard, last, redis_ms) {
        given[shard] = last;
        ahead_us = 0;
        farAhead_us[shard] = 0;
        watch.told(redis_ms);
        return !watch.isFarAhead();
      },
    },
    append(record) {
      const appended = append(record);
      const settled = appended.catch(() => undefined).finally(() => appends.delete(settled));
      appends.add(settled);
      return appended;
    },
    at: (position) => young.get(position)?.record ?? streams.at(shardOfPosition(position), position),
    async read(after, limit) {
      const parts = await Promise.all(
        Array.from({ length: SHARDS }, (_, shard) => streams.read(shard, after, limit)),
      );
      return parts
        .flat()
        .sort((a, b) => a.position - b.position)
        .slice(0, limit);
    },
    async trim(upTo) {
      await Promise.all(Array.from({ length: SHARDS }, (_, shard) => streams.trim(shard, upTo)));
    },
    status: () => redis.status(),
    async erase(tenant, userKey) {
      // A user's records share a lane; what was recorded of a typed name alone names no user.
      const shard = shardOfLane(userKey);
      let erased = 0;
      for (let after = 0; ; ) {
        const records = await streams.read(shard, after, ERASE_CHUNK);
        const last = records.at(-1);
        if (last === undefined) return erased;
        after = last.position;
        const about = records.filter(
          (record) => record.tenant === tenant && record.kind !== 'erasure' && userOf(record) === userKey,
        );
        if (about.length === 0) continue;
        const [first = '', ...more] = about.map(({ position }) => entryId(position));
        erased += await redis.client.xdel(keys.log(shard), first, ...more);
      }
    },
    async close() {
      closed = true;
      await Promise.all(appends);
    },
  };
}

const userOf = (record: LogRecord): string | null =>
  record.kind === 'decision' ? record.event.user.key : record.userKey;
