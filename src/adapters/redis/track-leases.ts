import { randomUUID } from 'node:crypto';
import type { TrackLeases } from '../../../workers/track-keeper.ts';
import type { RedisClient } from './connect.ts';
import type { Keys } from './keys.ts';
import type { Scripts } from './scripts.ts';
import type { RunSinkScript } from './sink-scripts.ts';
import { TRACKS } from './tracks.ts';

export interface TrackLeasesOptions {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly scripts: Pick<Scripts, 'release' | 'take'>;
  readonly run: RunSinkScript;
  /** Names this worker; a new one at every start. */
  readonly worker: string;
  /** How long a worker that says nothing is waited for. */
  readonly lease_ms?: number;
}

const LEASE_MS = 10_000;

/** Leases of the sink's tracks in Redis. */
export function createTrackLeases(options: TrackLeasesOptions): TrackLeases {
  const { redis, scripts, run, worker, lease_ms = LEASE_MS } = options;
  const { lease, workers, status } = options.keys.sinkState;
  return {
    tracks: TRACKS,
    beat: (said) => run('gatehouseWorkerBeat', [workers, status], [worker, lease_ms, said]),
    async take(track) {
      const holder = `${worker}.${randomUUID()}`;
      return (await scripts.take(lease(track), holder, lease_ms)) ? holder : null;
    },
    keep: async (track, holder) =>
      (await run('gatehouseTrackKeep', [lease(track)], [holder, lease_ms])) === 1,
    release: (track, holder) => scripts.release(lease(track), holder),
    async leave() {
      await Promise.all([redis.zrem(workers, worker), redis.hdel(status, worker)]);
    },
  };
}
