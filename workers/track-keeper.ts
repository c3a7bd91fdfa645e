import type { BaseLogger } from 'pino';

/** Leases on the tracks of the log, and who lives, as all workers see them. */
export interface TrackLeases {
  readonly tracks: number;
  /** Says that this worker lives, with what it says of itself. How many workers do, this one among them. */
  beat(status: string): Promise<number>;
  /** Takes a track that nobody has. What its journal must be opened with; `null` while somebody has it. */
  take(track: number): Promise<string | null>;
  /** False when it is over: one that ended is taken anew, for others may have had the track meanwhile. */
  keep(track: number, holder: string): Promise<boolean>;
  release(track: number, holder: string): Promise<void>;
  /** Says that this worker lives no more. */
  leave(): Promise<void>;
}

/** What carries one track while this worker holds it. */
export interface Carrier {
  /** Ends after the batch under way. */
  close(): Promise<void>;
}

export interface TrackKeeperOptions {
  readonly leases: TrackLeases;
  /** Begins to carry a track; `lost` is to be called when the journal says that somebody else does. */
  readonly carry: (track: number, holder: string, lost: () => void) => Promise<Carrier>;
  readonly status: () => string;
  readonly log: Pick<BaseLogger, 'info' | 'warn'>;
  readonly interval_ms?: number;
}

export interface TrackKeeper {
  readonly held: () => readonly number[];
  close(): Promise<void>;
}

const INTERVAL_MS = 1_000;

/**
 * Shares the tracks out: every worker holds its fair share, gives back what is more when another one comes, and takes
 * what nobody holds when one is gone. A worker that cannot renew its leases stops by itself: its journal refuses it.
 */
export function createTrackKeeper(options: TrackKeeperOptions): TrackKeeper {
  const { leases, carry, log, interval_ms = INTERVAL_MS } = options;
  const held = new Map<number, { readonly holder: string; readonly carrier: Carrier }>();
  let closed = false;
  let wake: (() => void) | null = null;

  async function drop(track: number): Promise<void> {
    const carrier = held.get(track)?.carrier;
    held.delete(track);
    await carrier?.close();
  }

  async function turn(): Promise<void> {
    const workers = Math.max(1, await leases.beat(options.status()));
    const share = Math.ceil(leases.tracks / workers);
    for (const [track, { holder }] of [...held]) {
      if (!(await leases.keep(track, holder))) {
        log.info({ track }, 'the lease of a track of the log is over');
        await drop(track);
      } else if (held.size > share) {
        await drop(track);
        await leases.release(track, holder);
      }
    }
    for (let track = 0; track < leases.tracks && held.size < share && !closed; track++) {
      if (held.has(track)) continue;
      const holder = await leases.take(track);
      if (holder === null) continue;
      log.info({ track, workers }, 'carrying a track of the log');
      const carrier = await carry(track, holder, () => {
        if (held.get(track)?.holder === holder) held.delete(track);
      });
      held.set(track, { holder, carrier });
    }
  }

  async function run(): Promise<void> {
    while (!closed) {
      try {
        await turn();
      } catch (error) {
        log.warn({ err: error }, 'the tracks of the log could not be shared out; trying again');
      }
      if (closed) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, interval_ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  const running = run();

  return {
    held: () => [...held.keys()].toSorted((a, b) => a - b),
    async close() {
      closed = true;
      wake?.();
      await running;
      for (const [track, { holder }] of [...held]) {
        await drop(track);
        try {
          await leases.release(track, holder);
        } catch (error) {
          log.warn({ err: error, track }, 'a track could not be given back; its lease ends by itself');
        }
      }
      try {
        await leases.leave();
      } catch (error) {
        log.warn({ err: error }, 'this worker could not take its leave; it is given up by itself');
      }
    },
  };
}
