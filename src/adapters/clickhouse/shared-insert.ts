import { RowsRefused } from '../../ports/analytics-errors.ts';
import type { Database } from './database.ts';

type Insert = Database['insert'];

interface Waiting {
  readonly rows: readonly string[];
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
 * Each caller learns of its own rows what it would have learned alone. When rows are refused nothing is in, and each
 * caller's rows are tried by themselves. Any other failure is everybody's: none knows what is in, all have to look.
 */
export function createSharedInsert(insert: Insert): Insert {
  const queues = new Map<string, Waiting[]>();

  async function alone(table: string, columns: readonly string[], caller: Waiting): Promise<void> {
    try {
      await insert(table, columns, caller.rows);
      caller.resolve();
    } catch (error) {
      caller.reject(error);
    }
  }

  async function together(table: string, columns: readonly string[], callers: Waiting[]): Promise<void> {
    const [only, other] = callers;
    if (only !== undefined && other === undefined) return alone(table, columns, only);
    try {
      await insert(
        table,
        columns,
        callers.flatMap(({ rows }) => rows),
      );
      for (const { resolve } of callers) resolve();
    } catch (error) {
      if (error instanceof RowsRefused) {
        for (const caller of callers) await alone(table, columns, caller);
      } else {
        for (const { reject } of callers) reject(error);
      }
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
      await together(table, columns, queue.splice(0, count));
    }
    queues.delete(table);
  }

  return (table, columns, rows) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(table);
      if (queue !== undefined) {
        queue.push({ rows, resolve, reject });
        return;
      }
      const fresh: Waiting[] = [{ rows, resolve, reject }];
      queues.set(table, fresh);
      void run(table, columns, fresh);
    });
}
