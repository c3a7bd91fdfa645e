import type { LogRecord } from '../core/record.ts';

/** Whose order a record keeps: a person's, or that of the record at a position. */
export type Lane = string | number;

/**
 * The durable log of everything that was decided and said. A record whose `append` resolved survives `kill -9` of
 * any process; with `durability: 'power'` also the loss of power.
 */
export interface DecisionLog {
  /**
   * A position for the next record: strictly increasing, over restarts too. Microseconds since 1970-01-01.
   * Records must be appended in the order in which their positions were taken.
   *
   * `lane` says whose order the record must keep: a text for a person (see `laneOf`), a number for the lane of the
   * record at that position. A log in several parts keeps order within a lane; one in a single part needs no lane.
   */
  nextPosition(lane?: Lane): number;
  /**
   * Resolves when the record is durable. Many records waiting together are committed together.
   * @throws LogUnavailable (code `log_unavailable`) when it could not be stored: disk full, log closed.
   * @throws LogConflict (code `log_conflict`) when another process was first; nothing was stored.
   */
  append(record: LogRecord): Promise<void>;
  /** The record at a position, if it is still held. Sees every appended record, durable or not. */
  at(position: number): LogRecord | undefined | Promise<LogRecord | undefined>;
  /** Durable records with a position above `after`, oldest first. */
  read(after: number, limit: number): Promise<readonly LogRecord[]>;
  /** Position of the newest durable record, 0 for an empty log. */
  readonly head: number;
  /** Forgets records up to and including a position (all of them already in analytics and older than the retention). */
  trim(upTo: number): Promise<void>;
  /** Whether appends work, from the last one. */
  status(): { readonly ok: boolean; readonly problem: string | null };
  /** Removes every record about a user but tombstones, wherever it stands in the log. Returns how many. */
  erase(tenant: string, userKey: string): Promise<number>;
  close(): Promise<void>;
}

/**
 * A place in the log: a position for each part that a sink reads, in their order. The embedded log has one part, the
 * one on Redis Streams a part for each shard of a lane.
 */
export type LogPlace = readonly number[];

/** A batch of the sink: a fixed range of the log, written down before its insert and never formed anew. */
export interface SinkBatch {
  readonly id: string;
  /** Exclusive. */
  readonly after: LogPlace;
  /** Inclusive. */
  readonly upTo: LogPlace;
  readonly rows: number;
  readonly tries: number;
}

/** Where the sink keeps its place and what it could not insert. Durable as the log is. */
export interface SinkJournal {
  /** Up to where everything is in analytics (or parked). */
  readonly acknowledged: LogPlace;
  /** Batches that were begun and not acknowledged, oldest first. */
  open(): readonly SinkBatch[];
  /** Every write fails with `track_lost` when somebody else keeps this journal now. */
  begin(batch: SinkBatch): Promise<void>;
  retry(batch: SinkBatch): Promise<void>;
  acknowledge(batch: SinkBatch): Promise<void>;
  /** Puts rows that analytics refuses aside, where an operator sees and can resend them. */
  park(rows: readonly ParkedRow[]): Promise<void>;
  close(): Promise<void>;
}

/** Rows that analytics refused, of all sinks. */
export interface ParkedRows {
  /** By position, ascending; those above `after`. */
  list(limit: number, after?: number): Promise<readonly ParkedRow[]>;
  count(): Promise<number>;
  unpark(positions: readonly number[]): Promise<void>;
}

export interface ParkedRow {
  readonly position: number;
  readonly reason: string;
  readonly parkedAt_ms: number;
  readonly record: LogRecord;
}
