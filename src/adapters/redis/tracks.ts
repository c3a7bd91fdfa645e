import { SHARDS } from './keys.ts';

/**
 * The sink's share of the log: the shards are carried on so many tracks, each by one worker at a time. More of them
 * than one let workers share the work; few keep batches large, which ClickHouse needs: an insert costs 0.11 s and
 * 0.16 ms a row, and four tracks instead of two cost a third of all decisions where ClickHouse shares the machine
 * (docs/BENCH-REDIS.md). Places and open batches are kept by track: a journal of another number is refused.
 */
export const TRACKS = 2;

/** The shards of a track, in the order of the parts of its places. */
export const shardsOfTrack = (track: number): readonly number[] =>
  Array.from({ length: SHARDS / TRACKS }, (_, part) => track + part * TRACKS);
