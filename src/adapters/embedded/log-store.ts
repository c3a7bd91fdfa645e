import { mkdirSync } from 'node:fs';
import { type Database, open } from 'lmdb';
import type { LogRecord } from '../../core/record.ts';
import { LogUnreadable } from '../../ports/log-errors.ts';
import { written } from './lmdb-write.ts';
import { decodeFrame, FRAME_VERSION, type Frame, readHeader } from './log-frames.ts';

/** Everything up to here was forgotten; `ordinal` counts the records forgotten. */
export interface LogFloor {
  readonly position: number;
  readonly ordinal: number;
}

/** The log's frames in LMDB, as its writer and every reader see them. */
export interface LogStore {
  readonly frames: Database<Buffer, number>;
  readonly floor: () => LogFloor;
  readonly setFloor: (floor: LogFloor) => Promise<void>;
  /** Sees what any thread has committed by now. */
  refresh(): void;
  at(position: number): LogRecord | undefined;
  read(after: number, limit: number): LogRecord[];
  /** Newest position ever appended, and how many records were. */
  end(): { readonly position: number; readonly ordinal: number };
  /** How many durable records stand above a position. */
  count(after: number): number;
  /** Position of the first durable record above a position. */
  firstAfter(after: number): number | undefined;
  /** Resolves when everything committed so far also survives a loss of power. */
  synced(): Promise<void>;
  close(): Promise<void>;
}

const FORMAT = 'format';
const FLOOR = 'floor';
const NO_FLOOR: LogFloor = Object.freeze({ position: 0, ordinal: 0 });

/**
 * Opens the log's own LMDB environment. Several threads may have it open; only one may write.
 * @throws LogUnreadable when a newer version wrote it.
 */
export function openLogStore(options: { readonly path: string }): LogStore {
  mkdirSync(options.path, { recursive: true, mode: 0o700 });
  const root = open({
    path: options.path,
    maxDbs: 2,
    encoding: 'binary',
    // With batching by event turn, lmdb makes a promise of its own for every batch, which nobody can catch: a full
    // disk would end the process by an unhandled rejection. Frames are the batches here.
    eventTurnBatching: false,
  });
  const meta = root.openDB<unknown, string>({ name: 'meta', encoding: 'json' });
  const frames = root.openDB<Buffer, number>({ name: 'frames', encoding: 'binary' });
  const format = meta.get(FORMAT);
  if (format === undefined) {
    meta.putSync(FORMAT, FRAME_VERSION);
  } else if (typeof format !== 'number' || format > FRAME_VERSION) {
    void root.close();
    throw new LogUnreadable(
      `The decision log was written by a newer version of Gatehouse (log format ${String(format)}, this version reads up to ${FRAME_VERSION}): start that version again.`,
    );
  }

  const floor = (): LogFloor => (meta.get(FLOOR) as LogFloor | undefined) ?? NO_FLOOR;
  /** The frame with the greatest key at or below a position. */
  const frameBelow = (position: number): { key: number; frame: Frame } | undefined => {
    for (const { key, value } of frames.getRange({ start: position, reverse: true, limit: 1 })) {
      return { key, frame: decodeFrame(value, key) };
    }
    return undefined;
  };
  const end = (): { position: number; ordinal: number } => {
    for (const { key, value } of frames.getRange({ reverse: true, limit: 1 })) {
      const header = readHeader(value, key);
      return { position: header.last, ordinal: header.ordinal };
    }
    return floor();
  };

  return {
    frames,
    floor,
    async setFloor(next) {
      await written(meta.put(FLOOR, next));
    },
    // A thread's read transaction may be older than another thread's last commit.
    refresh: () => root.resetReadTxn(),
    at(position) {
      if (position <= floor().position) return undefined;
      const found = frameBelow(position);
      const index = found?.frame.positions.indexOf(position) ?? -1;
      return index < 0 ? undefined : found?.frame.record(index);
    },
    read(after, limit) {
      const from = Math.max(after, floor().position);
      const records: LogRecord[] = [];
      const start = frameBelow(from)?.key ?? 0;
      for (const { key, value } of frames.getRange({ start })) {
        const frame = decodeFrame(value, key);
        for (const [index, position] of frame.positions.entries()) {
          if (position <= from) continue;
          if (records.length === limit) return records;
          records.push(frame.record(index));
        }
      }
      return records;
    },
    end,
    count(after) {
      const bottom = floor();
      const last = end();
      if (after <= bottom.position) return last.ordinal - bottom.ordinal;
      const found = frameBelow(after);
      if (found === undefined) return last.ordinal - bottom.ordinal;
      const above = found.frame.positions.filter((position) => position > after).length;
      return last.ordinal - found.frame.ordinal + above;
    },
    firstAfter(after) {
      const from = Math.max(after, floor().position);
      for (const { key, value } of frames.getRange({ start: frameBelow(from)?.key ?? 0 })) {
        const found = decodeFrame(value, key).positions.find((position) => position > from);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    async synced() {
      await root.flushed;
    },
    async close() {
      await root.close();
    },
  };
}
