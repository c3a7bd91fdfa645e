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

interface Holding {
  readonly holder: string;
  readonly carrier: Carrier;
  /** Is being given back. */
  isGoing: boolean;
}

/**
 * Shares the tracks out: every worker holds its fair share, gives back what is more when another one comes, and takes
 * what nobody holds when one is gone. A worker that cannot renew its leases stops by itself: its journal refuses it.
 */
export function createTrackKeeper(options: TrackKeeperOptions): TrackKeeper {
  const { leases, carry, log, interval_ms = INTERVAL_MS } = options;
  const held = new Map<number, Holding>();
  /** Carriers that end; their leases are kept meanwhile where they are still this worker's. */
  const ending = new Set<Promise<void>>();
  let closed = false;
  let wake: (() => void) | null = null;

  /** Ends after the batch under way, which may wait long for ClickHouse: nothing here waits for it. */
  function end(work: () => Promise<void>): void {
    const ended = work()
      .catch((error: unknown) =>
        log.warn({ err: error }, 'a track could not be given back; its lease ends by itself'),
      )
      .finally(() => ending.delete(ended));
    ending.add(ended);
  }

  function giveBack(track: number, holding: Holding): void {
    holding.isGoing = true;
    end(async () => {
      await holding.carrier.close();
      if (held.get(track) === holding) held.delete(track);
      await leases.release(track, holding.holder);
    });
  }

  async function turn(): Promise<void> {
    const workers = Math.max(1, await leases.beat(options.status()));
    const share = Math.ceil(leases.tracks / workers);
    for (const [track, holding] of [...held]) {
      if (await leases.keep(track, holding.holder)) continue;
      log.info({ track }, 'the lease of a track of the log is over');
      if (held.get(track) === holding) held.delete(track);
      if (!holding.isGoing) end(() => holding.carrier.close());
    }
    const carried = (): [number, Holding][] => [...held].filter(([, { isGoing }]) => !isGoing);
    for (const [track, holding] of carried().slice(share)) giveBack(track, holding);
    for (let track = 0; track < leases.tracks && carried().length < share && !closed; track++) {
      if (held.has(track)) continue;
      const holder = await leases.take(track);
      if (holder === null) continue;
      log.info({ track, workers }, 'carrying a track of the log');
      const carrier = await carry(track, holder, () => {
        if (held.get(track)?.holder === holder) held.delete(track);
      });
      held.set(track, { holder, carrier, isGoing: false });
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
    held: () =>
      [...held].flatMap(([track, { isGoing }]) => (isGoing ? [] : [track])).toSorted((a, b) => a - b),
    async close() {
      closed = true;
      wake?.();
      await running;
      for (const [track, holding] of [...held]) if (!holding.isGoing) giveBack(track, holding);
      await Promise.all(ending);
      try {
        await leases.leave();
      } catch (error) {
        log.warn({ err: error }, 'this worker could not take its leave; it is given up by itself');
      }
    },
  };
}
