import type { DecisionLog } from '../../ports/decision-log.ts';
import { openLogStore } from './log-store.ts';

/** The reading half of a log that another thread of this process writes. Sees every record once it is durable. */
export interface LogReader extends Pick<DecisionLog, 'at' | 'read' | 'head' | 'close'> {
  /** How many durable records stand above a position. */
  count(after: number): number;
  /** Position of the first of them. */
  firstAfter(after: number): number | undefined;
}

/** @throws LogUnreadable when a newer version wrote the log. */
export function createLogReader(options: { readonly path: string }): LogReader {
  const store = openLogStore(options);
  return {
    get head() {
      store.refresh();
      return store.end().position;
    },
    at(position) {
      store.refresh();
      return store.at(position);
    },
    async read(after, limit) {
      store.refresh();
      return store.read(after, limit);
    },
    count(after) {
      store.refresh();
      return store.count(after);
    },
    firstAfter(after) {
      store.refresh();
      return store.firstAfter(after);
    },
    close: () => store.close(),
  };
}
