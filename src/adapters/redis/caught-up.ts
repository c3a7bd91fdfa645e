import { AnalyticsUnavailable } from '../../ports/analytics-errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { shardOfLane } from './keys.ts';
import type { LogStreams } from './log-streams.ts';

export interface CaughtUpOptions {
  readonly streams: Pick<LogStreams, 'head' | 'sinkPosition'>;
  readonly clock: Clock;
  /** How long it waits for the workers. */
  readonly within_ms?: number;
}

const POLL_MS = 50;
const WITHIN_MS = 15_000;

/**
 * Waits for the event sink of the workers to carry over what the log has of a lane now. A part of the log that has a
 * backlog holds up those alone whose lanes are in it: all that is read of one user stands in one part.
 *
 * @throws AnalyticsUnavailable when it takes too long, and what Redis throws.
 */
export function createCaughtUp(options: CaughtUpOptions): (lane: string) => Promise<void> {
  const { streams, clock, within_ms = WITHIN_MS } = options;
  return async (lane) => {
    const shard = shardOfLane(lane);
    const head = await streams.head(shard);
    const until_ms = clock() + within_ms;
    while ((await streams.sinkPosition(shard)) < head) {
      if (clock() >= until_ms) {
        throw new AnalyticsUnavailable('Analytics does not hold the latest decisions yet; try again later.');
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
}
