import type { BaseLogger } from 'pino';
import type { LogRecord } from '../../core/record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DecisionLog } from '../../ports/decision-log.ts';
import { LogUnavailable } from '../../ports/log-errors.ts';
import { written } from './lmdb-write.ts';
import { createFrameEncoder, decodeFrame, readHeader } from './log-frames.ts';
import { openLogStore } from './log-store.ts';

export interface DecisionLogOptions {
  /** Directory of the log's own LMDB environment; made when absent. */
  readonly path: string;
  /**
   * What an acknowledged record survives. `process`: a kill of this process at any moment, for the operating system
   * holds it. `power`: a loss of power too; every commit then waits for the disk.
   */
  readonly durability: 'process' | 'power';
  readonly clock: Clock;
  readonly log: Pick<BaseLogger, 'warn' | 'error'>;
  /** Called after every commit, so that whoever reads the log need not ask again and again. */
  readonly onCommit?: () => void;
}

export interface EmbeddedDecisionLog extends DecisionLog {
  /** How many durable records stand above a position. */
  count(after: number): number;
  /** Position of the first of them. */
  firstAfter(after: number): number | undefined;
}

interface Waiting {
  readonly record: LogRecord;
  readonly resolve: () => void;
  readonly reject: (error: LogUnavailable) => void;
}

/** Bounds what one lookup decodes and how long one encoding holds the event loop (about 3 ms). */
const MAX_FRAME_RECORDS = 256;
/** Frames that a trim or an erasure passes before it lets logins through. */
const FRAMES_A_TURN = 8;
const MICROS_PER_MS = 1000;

/**
 * The decision log on LMDB. Records that wait together are committed together, as one frame; while a frame is being
 * committed the next one collects. One process may write a log, any number of its threads may read it
 * (`createLogReader`).
 *
 * @throws LogUnreadable when a newer version wrote the log, or when its end is damaged.
 */
export function createDecisionLog(options: DecisionLogOptions): EmbeddedDecisionLog {
  const { clock, durability, log, onCommit } = options;
  const store = openLogStore({ path: options.path });
  const encode = createFrameEncoder();
  const start = store.end();
  let head = start.position;
  let ordinal = start.ordinal;
  /** Newest position given out. */
  let given = head;
  /** Newest position appended, durable or not. */
  let appended = head;
  /**
   * Appended and not yet durable, in order. No `Map` by position: tables that one has outgrown stay until the next full
   * collection, with all that they held then.
   */
  let underWay: readonly Waiting[] = [];
  let waiting: Waiting[] = [];
  let committing: Promise<void> | null = null;
  let scheduled = false;
  let closed = false;
  let problem: string | null = null;
  /** Trims and erasures change frames one after the other. */
  let upkeep: Promise<unknown> = Promise.resolve();

  const schedule = (): void => {
    if (scheduled || committing !== null) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (committing === null && waiting.length > 0) committing = commitAll();
    });
  };

  async function commitAll(): Promise<void> {
    try {
      while (waiting.length > 0) {
        underWay = waiting.slice(0, MAX_FRAME_RECORDS);
        waiting = waiting.slice(MAX_FRAME_RECORDS);
        await commit(underWay);
      }
    } finally {
      committing = null;
      if (waiting.length > 0) schedule();
    }
  }

  async function commit(frame: readonly Waiting[]): Promise<void> {
    const first = frame[0];
    const last = frame.at(-1);
    if (first === undefined || last === undefined) return;
    const position = last.record.position;
    try {
      const bytes = encode(
        frame.map((entry) => entry.record),
        { last: position, ordinal: ordinal + frame.length },
      );
      await written(store.frames.put(first.record.position, bytes));
      store.refresh();
      if (durability === 'power') await store.synced();
    } catch (cause) {
      log.error({ err: cause, records: frame.length }, 'records could not be stored in the decision log');
      problem = 'The decision log cannot store records: look at the space on its disk.';
      const error = new LogUnavailable('The decision log could not store the record.', { cause });
      underWay = [];
      for (const { reject } of frame) reject(error);
      return;
    }
    problem = null;
    head = position;
    ordinal += frame.length;
    underWay = [];
    for (const { resolve } of frame) resolve();
    onCommit?.();
  }

  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const result = upkeep.then(work);
    upkeep = result.catch(() => undefined);
    return result;
  };

  return {
    get head() {
      return head;
    },
    nextPosition() {
      given = Math.max(given + 1, Math.floor(clock() * MICROS_PER_MS));
      return given;
    },
    append(record) {
      if (closed) return Promise.reject(new LogUnavailable('The decision log is closed.'));
      if (record.position <= appended) {
        return Promise.reject(
          new LogUnavailable(`Position ${record.position} comes after ${appended}: append in order.`),
        );
      }
      appended = record.position;
      given = Math.max(given, appended);
      return new Promise<void>((resolve, reject) => {
        waiting.push({ record, resolve, reject });
        schedule();
      });
    },
    at(position) {
      const isAt = ({ record }: Waiting): boolean => record.position === position;
      return (underWay.find(isAt) ?? waiting.find(isAt))?.record ?? store.at(position);
    },
    async read(after, limit) {
      return store.read(after, limit);
    },
    count: (after) => store.count(after),
    firstAfter: (after) => store.firstAfter(after),
    status: () => ({ ok: problem === null, problem }),

    trim: (upTo) =>
      inOrder(async () => {
        const before = store.floor();
        const target = Math.min(upTo, head);
        if (target <= before.position) return;
        // The floor moves first: a record is forgotten at once, even when its frame holds younger ones.
        await store.setFloor({
          position: target,
          ordinal: before.ordinal + store.count(before.position) - store.count(target),
        });
        const keys = [...store.frames.getKeys({ end: target, inclusiveEnd: true })];
        let n = 0;
        for (const [index, key] of keys.entries()) {
          const next = keys[index + 1];
          const whole = next ?? lastOf(key);
          if (whole > target) break;
          await written(store.frames.remove(key));
          if (++n % FRAMES_A_TURN === 0) await turn();
        }
      }),

    erase: (tenant, userKey) =>
      inOrder(async () => {
        let erased = 0;
        let n = 0;
        const about = (record: LogRecord): boolean =>
          record.tenant === tenant && record.kind !== 'erasure' && userOf(record) === userKey;
        for (const key of [...store.frames.getKeys()]) {
          if (++n % FRAMES_A_TURN === 0) await turn();
          const bytes = store.frames.get(key);
          if (bytes === undefined) continue;
          const frame = decodeFrame(bytes, key);
          if (!frame.mentions(userKey)) continue;
          const records = frame.positions.map((_, index) => frame.record(index));
          const kept = records.filter((record) => !about(record));
          if (kept.length === records.length) continue;
          // The frame keeps its key, its last position and its ordinal: nothing that points into the log moves.
          await written(store.frames.put(key, encode(kept, frame)));
          erased += records.length - kept.length;
        }
        if (durability === 'power') await store.synced();
        return erased;
      }),

    async close() {
      if (closed) return;
      closed = true;
      while (committing !== null || waiting.length > 0) {
        await (committing ?? turn());
      }
      await upkeep;
      await store.close();
    },
  };

  function lastOf(key: number): number {
    const bytes = store.frames.get(key);
    return bytes === undefined ? 0 : readHeader(bytes, key).last;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const userOf = (record: LogRecord): string | null =>
  record.kind === 'decision' ? record.event.user.key : record.userKey;
