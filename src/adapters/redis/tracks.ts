import { SHARDS } from './keys.ts';

/**
 * The sink's share of the log: the shards are carried on so many tracks, each by one worker at a time. More of them
 * than one let workers share the work; few keep batches large, which ClickHouse needs. Changing it needs an empty
 * journal: places and open batches are kept by track.
 */
export const TRACKS = 4;

/** The shards of a track, in the order of the parts of its places. */
export const shardsOfTrack = (track: number): readonly number[] =>
  Array.from({ length: SHARDS / TRACKS }, (_, part) => track + part * TRACKS);
