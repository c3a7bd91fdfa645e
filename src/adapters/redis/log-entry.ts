import { PackedReader, PackedWriter } from '../../contracts/rows/packed-scalars.ts';
import {
  NEWEST_RECORD_VERSION,
  RECORD_VERSION,
  readRecord,
  versionOf,
  writeRecord,
} from '../../contracts/rows/record-codec.ts';
import type { LogRecord } from '../../core/record.ts';
import { LogUnreadable } from '../../ports/log-errors.ts';

/** Name of an entry's only field: the version of the record's form in one byte, then its scalars. */
export const RECORD_FIELD = 'r';

/** A stream's entry ids are milliseconds and a number within them; a position is microseconds. */
export const entryId = (position: number): string => `${Math.floor(position / 1_000)}-${position % 1_000}`;

export function positionOfEntry(id: string): number {
  const dash = id.indexOf('-');
  return Number(id.slice(0, dash)) * 1_000 + Number(id.slice(dash + 1));
}

/** Makes an encoder with a buffer of its own, used again for every record. */
export function createEntryEncoder(): (record: LogRecord) => Buffer {
  const writer = new PackedWriter();
  return (record) => {
    writer.reset();
    writeRecord(writer, record);
    return writer.finish(Uint8Array.of(versionOf(record)));
  };
}

/** @throws LogUnreadable for a newer or damaged entry. */
export function decodeEntry(bytes: Buffer, position: number): LogRecord {
  const version = bytes[0] ?? 0;
  if (version < RECORD_VERSION || version > NEWEST_RECORD_VERSION) {
    throw new LogUnreadable(
      `The decision log in Redis holds records of format ${version}, and this version reads formats ${RECORD_VERSION} to ${NEWEST_RECORD_VERSION}: run one version, or start with an empty log.`,
    );
  }
  try {
    return readRecord(new PackedReader(bytes.subarray(1)));
  } catch (cause) {
    throw new LogUnreadable(`The decision log in Redis is damaged at position ${position}.`, { cause });
  }
}
