import { randomUUID } from 'node:crypto';
import type { BaseLogger } from 'pino';
import type { WriteGate } from '../../ports/write-gate.ts';
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

/**
 * The gate between processes, as leases that their holders renew. A holder that was killed is waited for until its
 * lease is over; what it left running on the server is the adapter's to wait for.
 */
export function createWriteGate(options: WriteGateOptions): WriteGate {
  const { run, log, lease_ms = LEASE_MS } = options;
  const { alone, together } = options.keys.sinkState;

  async function within<T>(script: SinkScript, granted: number, work: () => Promise<T>): Promise<T> {
    const token = randomUUID();
    const ask = (): Promise<number> => run(script, [alone, together], [token, lease_ms]);
    const leave = async (): Promise<void> => {
      try {
        await run('gatehouseGateLeave', [alone, together], [token]);
      } catch (error) {
        log.warn({ err: error }, 'a write lease could not be given back; it ends by itself');
      }
    };
    try {
      while ((await ask()) !== granted) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      const renewal = setInterval(() => {
        ask().catch((error: unknown) =>
          log.warn({ err: error }, 'a write lease could not be renewed; it is tried again'),
        );
      }, lease_ms / 3);
      renewal.unref();
      try {
        return await work();
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
