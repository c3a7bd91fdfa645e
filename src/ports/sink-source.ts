import type { LogRecord } from '../core/record.ts';
import type { LogPlace } from './decision-log.ts';

/** What stands in the log above a place. */
export interface Waiting {
  /** Position of the oldest record; `undefined`: there is none. */
  readonly oldest: number | undefined;
  /** How many there are, or at least are there. */
  readonly records: number;
  readonly exact: boolean;
}

/** The part of the log that one sink carries over. */
export interface SinkSource {
  waiting(after: LogPlace): Promise<Waiting>;
  /** Where the log ends now, whether what stood there is still there or not. */
  head(): Promise<LogPlace>;
  /** The next durable records, in the log's order within each part, and the place where they end. */
  read(
    after: LogPlace,
    limit: number,
  ): Promise<{ readonly records: readonly LogRecord[]; readonly upTo: LogPlace }>;
  /** The records of a range again, fewer by what was erased since. `rows`: how many there were. */
  range(after: LogPlace, upTo: LogPlace, rows: number): Promise<readonly LogRecord[]>;
  /** A name for a range that no other one has. */
  nameOf(after: LogPlace, upTo: LogPlace): string;
}
