import type { Analytics, DecisionRow } from '../ports/analytics.ts';
import type { Clock } from '../ports/clock.ts';
import type { DecisionFeed } from '../ports/decision-feed.ts';

const POLL_MS = 500;
const PAGE = 500;
/** Processes write to analytics one after the other: a decision may arrive there this much after younger ones. */
const LATE_US = 10_000_000;
const REMEMBERED = 20_000;

interface Watch {
  readonly listeners: Set<(row: DecisionRow) => void>;
  readonly seen: Set<string>;
  /** Log position, in microseconds. */
  newest: number;
  timer: NodeJS.Timeout | null;
}

/**
 * The feed of a process that does not write the whole log: it asks analytics twice a second, for the tenants that
 * somebody watches. What analytics does not answer in time comes with the next answer.
 */
export function createPolledFeed(dependencies: {
  readonly analytics: Pick<Analytics, 'rows'>;
  readonly clock: Clock;
  /** For the operator; a poll that fails is followed by the next one. */
  readonly onFailure: (error: unknown) => void;
}): DecisionFeed & { close(): void } {
  const { analytics, clock, onFailure } = dependencies;
  const watches = new Map<string, Watch>();

  /** Oldest first. */
  async function after(tenant: string, position: number, limit: number): Promise<DecisionRow[]> {
    const { data } = await analytics.rows(tenant, { afterPosition: position }, limit, null);
    return data.toSorted((a, b) => a.position - b.position);
  }

  async function poll(tenant: string, watch: Watch): Promise<void> {
    try {
      for (const row of await after(tenant, watch.newest - LATE_US, PAGE)) {
        if (watch.seen.has(row.fields.id)) continue;
        remember(watch.seen, row.fields.id);
        watch.newest = Math.max(watch.newest, row.position);
        for (const listener of watch.listeners) listener(row);
      }
    } catch (error) {
      onFailure(error);
    }
    if (watch.listeners.size > 0) schedule(tenant, watch);
  }

  function schedule(tenant: string, watch: Watch): void {
    watch.timer = setTimeout(() => void poll(tenant, watch), POLL_MS);
    watch.timer.unref();
  }

  return {
    subscribe(tenant, listener) {
      let watch = watches.get(tenant);
      if (watch === undefined) {
        watch = { listeners: new Set(), seen: new Set(), newest: clock() * 1_000, timer: null };
        watches.set(tenant, watch);
        schedule(tenant, watch);
      }
      const { listeners, timer } = watch;
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        if (timer !== null) clearTimeout(timer);
        watches.delete(tenant);
      };
    },
    async since(tenant, position, limit) {
      const rows = await after(tenant, position, limit + 1);
      return { rows: rows.slice(-limit), complete: rows.length <= limit };
    },
    close() {
      for (const { timer, listeners } of watches.values()) {
        listeners.clear();
        if (timer !== null) clearTimeout(timer);
      }
      watches.clear();
    },
  };
}

function remember(seen: Set<string>, id: string): void {
  seen.add(id);
  if (seen.size <= REMEMBERED) return;
  for (const oldest of seen) {
    seen.delete(oldest);
    break;
  }
}
