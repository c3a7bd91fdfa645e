import type { BaseLogger } from 'pino';
import type { Analytics } from '../../ports/analytics.ts';
import { AnalyticsUnavailable } from '../../ports/analytics-errors.ts';

export interface MigrateOptions {
  readonly analytics: Pick<Analytics, 'migrate'>;
  readonly log: Pick<BaseLogger, 'info' | 'warn'>;
  /** Pauses between tries: the first, doubled up to the last. */
  readonly backoff_ms?: readonly [first: number, last: number];
}

export interface Migrating {
  /** Resolves when the schema is up to date, or `stop` was called. Rejects as `migrate` does, but for a server that is away. */
  readonly done: Promise<void>;
  stop(): void;
}

const DEFAULT_BACKOFF_MS = [250, 15_000] as const;

/** Brings the schema up to date as soon as the server answers: logins are decided before that. */
export function migrateWhenReachable({ analytics, log, backoff_ms }: MigrateOptions): Migrating {
  const [first_ms, last_ms] = backoff_ms ?? DEFAULT_BACKOFF_MS;
  let stopped = false;
  let wake: (() => void) | null = null;

  async function run(): Promise<void> {
    for (let tries = 0; !stopped; tries++) {
      try {
        await analytics.migrate();
        if (tries > 0) log.info({ tries }, 'analytics answers; its schema is up to date');
        return;
      } catch (error) {
        if (!(error instanceof AnalyticsUnavailable)) throw error;
        log.warn({ err: error }, 'the schema of analytics cannot be brought up to date yet');
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(first_ms * 2 ** Math.min(tries, 20), last_ms));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  return {
    done: run(),
    stop() {
      stopped = true;
      wake?.();
    },
  };
}
