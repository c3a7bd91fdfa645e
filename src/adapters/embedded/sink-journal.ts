import { mkdirSync } from 'node:fs';
import { open } from 'lmdb';
import type { LogPlace, ParkedRow, ParkedRows, SinkBatch, SinkJournal } from '../../ports/decision-log.ts';
import { written } from './lmdb-write.ts';

export interface SinkJournalOptions {
  /**
   * Directory of the journal's own LMDB environment; made when absent. Never the log's: a journal written from the
   * analytics thread would make logins wait for the write lock.
   */
  readonly path: string;
  /** As the log's. */
  readonly durability: 'process' | 'power';
}

const ACKNOWLEDGED = 'acknowledged';

/** The event sink's place in the log, its open batches and its parked rows, in LMDB. */
export function createSinkJournal(
  options: SinkJournalOptions,
): SinkJournal & { readonly parked: ParkedRows } {
  mkdirSync(options.path, { recursive: true, mode: 0o700 });
  const root = open({ path: options.path, maxDbs: 3, eventTurnBatching: false });
  const meta = root.openDB<number, string>({ name: 'meta', encoding: 'json' });
  const batches = root.openDB<SinkBatch, number>({ name: 'batches', encoding: 'json' });
  // Structured clone, for a record may hold bytes (a profile in a feedback).
  const parkedRows = root.openDB<ParkedRow, number>({ name: 'parked', encoding: 'msgpack' });
  let acknowledged: LogPlace = [meta.get(ACKNOWLEDGED) ?? 0];
  /** Open batches by the position they begin after. */
  const opened = new Map<number, SinkBatch>();
  for (const { key, value } of batches.getRange()) opened.set(key, value);
  /** The log has one part. */
  const only = (place: LogPlace): number => place[0] ?? 0;

  async function settled(write: Promise<unknown>): Promise<void> {
    await written(write);
    if (options.durability === 'power') await root.flushed;
  }

  return {
    get acknowledged() {
      return acknowledged;
    },
    open: () => [...opened.values()].toSorted((a, b) => only(a.after) - only(b.after)),
    async begin(batch) {
      await settled(batches.put(only(batch.after), batch));
      opened.set(only(batch.after), batch);
    },
    async retry(batch) {
      await settled(batches.put(only(batch.after), batch));
      opened.set(only(batch.after), batch);
    },
    async acknowledge(batch) {
      await settled(
        root.transaction(() => {
          batches.remove(only(batch.after));
          const upTo = only(batch.upTo);
          if (upTo > (meta.get(ACKNOWLEDGED) ?? 0)) meta.put(ACKNOWLEDGED, upTo);
        }),
      );
      opened.delete(only(batch.after));
      acknowledged = [Math.max(only(acknowledged), only(batch.upTo))];
    },
    async park(rows) {
      await settled(
        root.transaction(() => {
          for (const row of rows) parkedRows.put(row.position, row);
        }),
      );
    },
    parked: {
      list: async (limit, after = 0) => [
        ...parkedRows.getRange({ start: after + 1, limit }).map(({ value }) => value),
      ],
      count: async () => parkedRows.getKeysCount(),
      async unpark(positions) {
        await settled(
          root.transaction(() => {
            for (const position of positions) parkedRows.remove(position);
          }),
        );
      },
    },
    async close() {
      await root.flushed;
      await root.close();
    },
  };
}
