import type { DecisionRecord, LogRecord } from '../core/record.ts';
import type { DecisionRow } from '../ports/analytics.ts';
import type { DecisionFeed } from '../ports/decision-feed.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import { decisionRowOf } from '../ports/decision-row.ts';

/** A chunk of the log while somebody catches up. */
const CHUNK = 500;
/** Records looked at for one who catches up, whatever tenant they are of; older ones are found by a list. */
const MOST_RECORDS = 20_000;

export interface LogFeed extends DecisionFeed {
  /** A record has become durable; to be called in the order of the log. */
  publish(record: LogRecord): void;
  /** Whether anybody has subscribed. */
  isWatched(): boolean;
}

/** The feed of a process that writes the log itself: what it appends is what there is. */
export function createDecisionFeed({ log }: { readonly log: Pick<DecisionLog, 'read'> }): LogFeed {
  const listeners = new Map<string, Set<(row: DecisionRow) => void>>();

  return {
    publish(record) {
      if (record.kind !== 'decision') return;
      const ofTenant = listeners.get(record.tenant);
      if (ofTenant === undefined) return;
      const row = decisionRowOf(record);
      for (const listener of ofTenant) listener(row);
    },
    isWatched: () => listeners.size > 0,
    subscribe(tenant, listener) {
      const ofTenant = listeners.get(tenant) ?? new Set();
      listeners.set(tenant, ofTenant);
      ofTenant.add(listener);
      return () => {
        ofTenant.delete(listener);
        if (ofTenant.size === 0 && listeners.get(tenant) === ofTenant) listeners.delete(tenant);
      };
    },
    async since(tenant, position, limit) {
      const [oldest] = await log.read(0, 1);
      let complete = oldest === undefined || oldest.position <= position;
      const found: DecisionRecord[] = [];
      let after = position;
      for (let looked = 0; looked < MOST_RECORDS; looked += CHUNK) {
        const records = await log.read(after, CHUNK);
        for (const record of records) {
          if (record.kind === 'decision' && record.tenant === tenant) found.push(record);
        }
        const last = records.at(-1);
        if (last === undefined || records.length < CHUNK) {
          if (found.length > limit) complete = false;
          return { rows: found.slice(-limit).map((record) => decisionRowOf(record)), complete };
        }
        after = last.position;
      }
      // Too far behind: who would read all of it reads a list instead.
      return { rows: [], complete: false };
    },
  };
}
