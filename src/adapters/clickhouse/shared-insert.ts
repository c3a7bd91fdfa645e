import { AnalyticsUnavailable, RowsRefused } from '../../ports/analytics-errors.ts';
import type { Held } from '../../ports/write-gate.ts';
import type { Database } from './database.ts';
import { noLongerHeld } from './while-held.ts';

type Insert = Database['insert'];
export type SharedInsert = (
  table: string,
  columns: readonly string[],
  rows: readonly string[],
  held: Held,
) => Promise<void>;

interface Waiting {
  readonly rows: readonly string[];
  readonly held: Held;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Tracks that were acknowledged together become due together, give or take the time between two logins. */
const HOLD_MS = 25;
/** As many as a single batch holds: a larger text would hold the thread that writes it. */
const MAX_ROWS = 5_000;

/**
 * One insert for what several sinks of this process insert into a table at about the same time: ClickHouse makes a part
 * of every insert in the table and in each of its rollups, whatever its size, and merges them all later. What comes
 * while an insert is under way goes into the next one, so that sinks fall into step by themselves.
 *
 * A failure is everybody's: none knows what is in, all have to look, each by itself, and who brought the rows that were
 * refused learns it then. Whose permission to write may be over when the insert is sent is left out of it.
 */
export function createSharedInsert(insert: Insert): SharedInsert {
  const queues = new Map<string, Waiting[]>();

  async function send(table: string, columns: readonly string[], waiting: readonly Waiting[]): Promise<void> {
    const callers = waiting.filter((caller) => {
      const isHeld = caller.held();
      if (!isHeld) caller.reject(noLongerHeld());
      return isHeld;
    });
    if (callers.length === 0) return;
    try {
      await insert(
        table,
        columns,
        callers.flatMap(({ rows }) => rows),
      );
      for (const { resolve } of callers) resolve();
    } catch (cause) {
      const error =
        cause instanceof RowsRefused && callers.length > 1
          ? new AnalyticsUnavailable('Rows of one of several batches were refused.', { cause })
          : cause;
      for (const { reject } of callers) reject(error);
    }
  }

  async function run(table: string, columns: readonly string[], queue: Waiting[]): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS));
    while (queue.length > 0) {
      let count = 0;
      let rows = 0;
      for (const caller of queue) {
        rows += caller.rows.length;
        if (count > 0 && rows > MAX_ROWS) break;
        count += 1;
      }
      await send(table, columns, queue.splice(0, count));
    }
    queues.delete(table);
  }

  return (table, columns, rows, held) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(table);
      if (queue !== undefined) {
        queue.push({ rows, held, resolve, reject });
        return;
      }
      const fresh: Waiting[] = [{ rows, held, resolve, reject }];
      queues.set(table, fresh);
      void run(table, columns, fresh);
    });
}
