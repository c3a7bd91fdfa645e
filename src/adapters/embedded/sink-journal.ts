import { mkdirSync } from 'node:fs';
import { open } from 'lmdb';
import type { ParkedRow, SinkBatch, SinkJournal } from '../../ports/decision-log.ts';
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
export function createSinkJournal(options: SinkJournalOptions): SinkJournal {
  mkdirSync(options.path, { recursive: true, mode: 0o700 });
  const root = open({ path: options.path, maxDbs: 3, eventTurnBatching: false });
  const meta = root.openDB<number, string>({ name: 'meta', encoding: 'json' });
  const batches = root.openDB<SinkBatch, number>({ name: 'batches', encoding: 'json' });
  // Structured clone, for a record may hold bytes (a profile in a feedback).
  const parked = root.openDB<ParkedRow, number>({ name: 'parked', encoding: 'msgpack' });
  let acknowledged = meta.get(ACKNOWLEDGED) ?? 0;
  /** Open batches by the position they begin after. */
  const opened = new Map<number, SinkBatch>();
  for (const { key, value } of batches.getRange()) opened.set(key, value);

  async function settled(write: Promise<unknown>): Promise<void> {
    await written(write);
    if (options.durability === 'power') await root.flushed;
  }

  return {
    get acknowledged() {
      return acknowledged;
    },
    open: () => [...opened.values()].toSorted((a, b) => a.after - b.after),
    async begin(batch) {
      await settled(batches.put(batch.after, batch));
      opened.set(batch.after, batch);
    },
    async retry(batch) {
      await settled(batches.put(batch.after, batch));
      opened.set(batch.after, batch);
    },
    async acknowledge(batch) {
      await settled(
        root.transaction(() => {
          batches.remove(batch.after);
          if (batch.upTo > (meta.get(ACKNOWLEDGED) ?? 0)) meta.put(ACKNOWLEDGED, batch.upTo);
        }),
      );
      opened.delete(batch.after);
      acknowledged = Math.max(acknowledged, batch.upTo);
    },
    async park(rows) {
      await settled(
        root.transaction(() => {
          for (const row of rows) parked.put(row.position, row);
        }),
      );
    },
    parked: (limit) => [...parked.getRange({ limit }).map(({ value }) => value)],
    async unpark(positions) {
      await settled(
        root.transaction(() => {
          for (const position of positions) parked.remove(position);
        }),
      );
    },
    async close() {
      await root.flushed;
      await root.close();
    },
  };
}
