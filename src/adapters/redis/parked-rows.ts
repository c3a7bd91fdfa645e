import { pack, unpack } from 'msgpackr';
import type { ParkedRow, ParkedRows } from '../../ports/decision-log.ts';
import type { RedisClient } from './connect.ts';
import type { Keys } from './keys.ts';
import { createEntryEncoder, decodeEntry } from './log-entry.ts';
import type { RunSinkScript } from './sink-scripts.ts';

interface Kept {
  readonly reason: string;
  readonly parkedAt_ms: number;
  readonly entry: Uint8Array;
}

const encodeEntry = createEntryEncoder();

export const encodeParked = ({ reason, parkedAt_ms, record }: ParkedRow): Buffer =>
  pack({ reason, parkedAt_ms, entry: encodeEntry(record) } satisfies Kept);

/** Rows that analytics refused, of every track. */
export function createParkedRows(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly run: RunSinkScript;
}): ParkedRows {
  const { redis, keys, run } = options;
  const { parked, parkedOrder } = keys.sinkState;
  return {
    async list(limit, after = 0) {
      const positions = await redis.zrangebyscore(parkedOrder, `(${after}`, '+inf', 'LIMIT', 0, limit);
      if (positions.length === 0) return [];
      const values = await redis.hmgetBuffer(parked, ...positions);
      return positions.flatMap((text, i) => {
        const value = values[i];
        // Sent again meanwhile.
        if (value === null || value === undefined) return [];
        const { reason, parkedAt_ms, entry } = unpack(value) as Kept;
        const position = Number(text);
        return [{ position, reason, parkedAt_ms, record: decodeEntry(Buffer.from(entry), position) }];
      });
    },
    count: () => redis.zcard(parkedOrder),
    async unpark(positions) {
      if (positions.length > 0) await run('gatehouseSinkUnpark', [parked, parkedOrder], positions);
    },
  };
}
