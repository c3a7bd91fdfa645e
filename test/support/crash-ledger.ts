import { join } from 'node:path';
import pino from 'pino';
import { createClickHouse } from '../../src/adapters/clickhouse/create-clickhouse.ts';
import type { Database } from '../../src/adapters/clickhouse/database.ts';
import { PANELS } from '../../src/analytics/panels/index.ts';
import { rollupsEqualRaw } from './rollups-equal-raw.ts';

/** What the clients of a crash run were told, against which the stores are held. */
export interface Ledger {
  /** Decisions that were acknowledged (`recorded: true`, or a 202). */
  readonly acknowledged: Set<string>;
  /** Requests that may or may not have been recorded, because the answer never came. */
  unanswered: number;
  /** Bodies by event id, with the decision that was acknowledged for it; `null`: none yet. */
  readonly events: Map<string, { readonly body: string; id: string | null }>;
  /** Users by decisions whose outcome was reported; `true` once that was acknowledged. */
  readonly outcomes: Map<string, { readonly userId: string; acknowledged: boolean }>;
  /** What must never be, in words. */
  readonly violations: string[];
}

export const newLedger = (): Ledger => ({
  acknowledged: new Set(),
  unanswered: 0,
  events: new Map(),
  outcomes: new Map(),
  violations: [],
});

export interface StoredCounts {
  readonly decisions: number;
  readonly outcomes: number;
}

/**
 * Opens the analytics of a stopped server and holds every row against the ledger: whatever was acknowledged is there,
 * nothing is there twice, no event id has two decisions, nothing is there that nobody sent, and every rollup equals what
 * the raw rows give. Differences are added to the violations.
 */
export async function checkAnalytics(dataDir: string, ledger: Ledger, when: string): Promise<StoredCounts> {
  const clickhouse = createClickHouse({
    connection: { kind: 'embedded', path: join(dataDir, 'analytics') },
    panels: PANELS,
    clock: Date.now,
    log: pino({ level: 'silent' }),
  });
  try {
    return await checkRows(clickhouse.database, ledger, when);
  } finally {
    await clickhouse.close();
  }
}

/** The same on an open database. */
export async function checkRows(database: Database, ledger: Ledger, when: string): Promise<StoredCounts> {
  const complain = complaints(ledger, when);
  const decisions = await database.query<{ id: string; copies: number; event_id: string }>(
    'write',
    'SELECT id, count() AS copies, any(event_id) AS event_id FROM decisions GROUP BY id',
  );
  const outcomes = await database.query<{ id: string; copies: number }>(
    'write',
    'SELECT decision_id AS id, count() AS copies FROM outcomes GROUP BY id',
  );
  const stored = new Set(decisions.map(({ id }) => id));
  const withOutcome = new Set(outcomes.map(({ id }) => id));
  const reported = [...ledger.outcomes].filter(([, { acknowledged }]) => acknowledged).map(([id]) => id);
  complain(
    'acknowledged decisions are lost',
    [...ledger.acknowledged].filter((id) => !stored.has(id)),
  );
  complain(
    'acknowledged outcomes are lost',
    reported.filter((id) => !withOutcome.has(id)),
  );
  complain('decisions are there twice', twice(decisions));
  complain('outcomes are there twice', twice(outcomes));
  complain('event ids have two decisions', repeated(decisions.map(({ event_id }) => event_id)));
  const unexplained = decisions.length - ledger.acknowledged.size - ledger.unanswered;
  complain('decisions nobody sent', unexplained > 0 ? [String(unexplained)] : []);
  complain('rollups differ from the raw rows', await rollupsEqualRaw(database));
  return { decisions: decisions.length, outcomes: outcomes.length };
}

/** Adds what was found to the violations, with a few examples. */
export const complaints =
  (ledger: Pick<Ledger, 'violations'>, when: string) =>
  (what: string, found: readonly string[]): void => {
    if (found.length > 0) {
      ledger.violations.push(`${when}: ${found.length} ${what}, such as ${found.slice(0, 3).join(', ')}`);
    }
  };

const twice = (rows: readonly { readonly id: string; readonly copies: number }[]): readonly string[] =>
  rows.filter(({ copies }) => copies !== 1).map(({ id }) => id);

function repeated(values: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    if (value === '' || !seen.has(value)) {
      seen.add(value);
      return false;
    }
    return true;
  });
}
