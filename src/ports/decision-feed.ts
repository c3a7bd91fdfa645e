import type { DecisionRow } from './analytics.ts';

/** Decisions as they are made. */
export interface DecisionFeed {
  /** Calls for every decision of a tenant from now on, soon after it is durable; never waits. Returns what ends it. */
  subscribe(tenant: string, listener: (row: DecisionRow) => void): () => void;
  /**
   * Decisions of a tenant after a log position, oldest first. `complete` is false when some of them are not at hand any
   * more, or are more than `limit`; then the newest ones are given.
   */
  since(
    tenant: string,
    position: number,
    limit: number,
  ): Promise<{ readonly rows: readonly DecisionRow[]; readonly complete: boolean }>;
}
