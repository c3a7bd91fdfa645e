import type { Clock } from '../../ports/clock.ts';
import type { RedisClient } from './connect.ts';
import { within } from './deadline.ts';

/**
 * How far a process's clock may be from Redis' own. Positions of the log are times and only rise: one that is years
 * ahead would lead all that follow it there, and what goes by age (lag, trimming, event ids) would end.
 */
export const MOST_AHEAD_MS = 5 * 60_000;

export interface ClockState {
  readonly ok: boolean;
  readonly problem: string | null;
  readonly reason: 'clock_ahead' | 'clock_behind' | null;
  /** Decisions can do without a clock that is late: positions go on from where others are. */
  readonly required?: false;
}

/** Compares this process's clock with Redis', now and then. */
export interface ClockWatch {
  /** As far as is known: its records are refused. */
  isFarAhead(): boolean;
  /** A script told Redis' time. */
  told(redis_ms: number): void;
  /** Looks now. What cannot be asked is as it was. */
  look(): Promise<ClockState>;
  close(): void;
}

const EVERY_MS = 5_000;
const WAIT_MS = 500;
const MS_PER_MINUTE = 60_000;
const OK: ClockState = Object.freeze({ ok: true, problem: null, reason: null });

/** Redis' own time, of one of several servers. */
export async function redisTime_ms(client: RedisClient): Promise<number> {
  const [seconds = 0, micros = 0] = await client.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

export function createClockWatch(options: {
  readonly client: RedisClient;
  readonly clock: Clock;
}): ClockWatch {
  const { client, clock } = options;
  let ahead_ms = 0;

  async function measure(): Promise<void> {
    const asked_ms = clock();
    const redis_ms = await within(redisTime_ms(client), WAIT_MS);
    if (typeof redis_ms === 'number') ahead_ms = (asked_ms + clock()) / 2 - redis_ms;
  }

  const timer = setInterval(() => void measure(), EVERY_MS);
  timer.unref();
  return {
    isFarAhead: () => ahead_ms > MOST_AHEAD_MS,
    told(redis_ms) {
      ahead_ms = clock() - redis_ms;
    },
    async look() {
      await measure();
      return judge(ahead_ms);
    },
    close: () => clearInterval(timer),
  };
}

function judge(ahead_ms: number): ClockState {
  if (Math.abs(ahead_ms) <= MOST_AHEAD_MS) return OK;
  const minutes = `${Math.round(Math.abs(ahead_ms) / MS_PER_MINUTE)} minutes`;
  if (ahead_ms > 0) {
    return {
      ok: false,
      reason: 'clock_ahead',
      problem: `This node's clock is ${minutes} ahead of Redis': its decisions are judged without state and not recorded. Set the clocks right.`,
    };
  }
  return {
    ok: false,
    reason: 'clock_behind',
    problem: `This node's clock is ${minutes} behind Redis': what it sees is judged and charted as of then. Set the clocks right.`,
    required: false,
  };
}
