import { randomUUID } from 'node:crypto';
import type { BaseLogger } from 'pino';
import type { Held, WriteGate } from '../../ports/write-gate.ts';
import type { Keys } from './keys.ts';
import type { RunSinkScript, SinkScript } from './sink-scripts.ts';

export interface WriteGateOptions {
  readonly keys: Keys;
  readonly run: RunSinkScript;
  readonly log: Pick<BaseLogger, 'warn'>;
  /** How long a writer that was killed is waited for. */
  readonly lease_ms?: number;
}

const LEASE_MS = 15_000;
const POLL_MS = 25;
/** Of the lease's time: what is left of it is for what is sent in the last moment to arrive. */
const HELD_SHARE = 2 / 3;

/**
 * The gate between processes, as leases that their holders renew. A holder that was killed is waited for until its
 * lease is over; what it left running on the server is the adapter's to wait for.
 */
export function createWriteGate(options: WriteGateOptions): WriteGate {
  const { run, log, lease_ms = LEASE_MS } = options;
  const { alone, together } = options.keys.sinkState;

  async function within<T>(
    script: SinkScript,
    granted: number,
    work: (held: Held) => Promise<T>,
  ): Promise<T> {
    const token = randomUUID();
    const lease = createHeld(lease_ms * HELD_SHARE);
    const ask = async (): Promise<boolean> => {
      const asked = lease.now();
      const isGranted = (await run(script, [alone, together], [token, lease_ms])) === granted;
      if (isGranted) lease.renew(asked);
      return isGranted;
    };
    const leave = async (): Promise<void> => {
      try {
        await run('gatehouseGateLeave', [alone, together], [token]);
      } catch (error) {
        log.warn({ err: error }, 'a write lease could not be given back; it ends by itself');
      }
    };
    try {
      while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      const renewal = setInterval(() => {
        ask().catch((error: unknown) =>
          log.warn({ err: error }, 'a write lease could not be renewed; it is tried again'),
        );
      }, lease_ms / 3);
      renewal.unref();
      try {
        return await work(lease.held);
      } finally {
        clearInterval(renewal);
      }
    } finally {
      await leave();
    }
  }

  return {
    together: (work) => within('gatehouseGateTogether', 1, work),
    alone: (work) => within('gatehouseGateAlone', 0, work),
  };
}

interface Moment {
  readonly wall_ms: number;
  readonly steady_ms: number;
}

/**
 * Holds from the last renewal on for a time, by both clocks: one of them may stand still while a machine is paused, the
 * other may be set back. Once it did not hold it never does again: somebody else may have come and gone.
 */
function createHeld(holds_ms: number): {
  readonly now: () => Moment;
  readonly renew: (asked: Moment) => void;
  readonly held: Held;
} {
  const now = (): Moment => ({ wall_ms: Date.now(), steady_ms: performance.now() });
  let since: Moment | null = null;
  let isLost = false;
  const held = (): boolean => {
    if (since === null) return false;
    const { wall_ms, steady_ms } = now();
    isLost ||= Math.max(wall_ms - since.wall_ms, steady_ms - since.steady_ms) > holds_ms;
    return !isLost;
  };
  return {
    now,
    renew(asked) {
      if (since === null || held()) since = asked;
    },
    held,
  };
}
