import type { BaseLogger } from 'pino';
import type { LogRecord } from '../src/core/record.ts';
import type { AnalyticsSink } from '../src/ports/analytics.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { LogPlace, SinkBatch, SinkJournal } from '../src/ports/decision-log.ts';
import type { SinkSource } from '../src/ports/sink-source.ts';

export interface EventSinkOptions {
  readonly source: SinkSource;
  readonly journal: SinkJournal;
  readonly sink: AnalyticsSink;
  readonly clock: Clock;
  readonly logger: Pick<BaseLogger, 'info' | 'warn' | 'error'>;
  /** Rows a batch at most: larger ones hold the thread that serializes them. */
  readonly maxRows?: number;
  /** How long a record may wait for others to share its batch. */
  readonly maxWait_ms?: number;
  /** Rows that wait to be looked at by an operator; those of other sinks count, too. */
  readonly parkedRows: () => Promise<number>;
  /** How often the log is looked at without being told of anything. */
  readonly poll_ms?: number;
  /** Another process keeps the journal now: this sink has ended by itself. */
  readonly onLost?: () => void;
  /** Pauses between tries while analytics does not answer: the first, doubled up to the last. */
  readonly backoff_ms?: readonly [first: number, last: number];
}

export interface SinkStatus {
  /** `null`: not known now. */
  readonly lagRecords: number | null;
  /** Age of the oldest record not yet inserted; 0 when there is none. */
  readonly lag_ms: number;
  readonly parkedRows: number;
  /** Since this process started. */
  readonly insertedRows: number;
  readonly acknowledged: LogPlace;
  /** Why nothing moves now; `null` while it does. */
  readonly problem: string | null;
}

export interface EventSink {
  /** Something was appended to the log. Cheap; may be called for every record. */
  nudge(): void;
  /**
   * Resolves when everything durable by now is in analytics or parked. Waits as long as analytics is gone, and no
   * longer than until `close`.
   */
  flush(): Promise<void>;
  /** Asks the log. @throws as the source does. */
  status(): Promise<SinkStatus>;
  /** Rows inserted since this process started, and batches that had to be tried again. */
  counts(): { readonly insertedRows: number; readonly failures: number };
  /** Why nothing moves now; `null` while it does. */
  problem(): string | null;
  /** Stops after the batch under way; what is left stays in the log. Call `flush` before to wait for it. */
  close(): Promise<void>;
}

/** Records read before their batch is cut. */
interface Ahead {
  readonly after: LogPlace;
  readonly upTo: LogPlace;
  readonly records: readonly LogRecord[];
}

const DEFAULT_MAX_ROWS = 5_000;
const DEFAULT_MAX_WAIT_MS = 500;
const DEFAULT_POLL_MS = 1_000;
const DEFAULT_BACKOFF_MS = [100, 30_000] as const;
const MICROS_PER_MS = 1_000;
/** The end of a log in many parts is not looked at each time that nothing is new. */
const HEAD_LOOK_MS = 2_000;

/**
 * Carries the log into analytics, each record once.
 *
 * The log is cut into batches, and a batch is a durable thing: its range is in the journal before its insert and never
 * cut differently afterwards. Only the first insert of a batch trusts that nothing of it is there; whatever fails or is
 * found open after a stop is repaired instead. Rows that analytics refuses are parked, so that one bad row does not
 * hold up the rest for ever.
 */
export function createEventSink(options: EventSinkOptions): EventSink {
  const { source, journal, sink, clock, logger } = options;
  const maxRows = options.maxRows ?? DEFAULT_MAX_ROWS;
  const maxWait_ms = options.maxWait_ms ?? DEFAULT_MAX_WAIT_MS;
  const poll_ms = options.poll_ms ?? DEFAULT_POLL_MS;
  const [firstPause_ms, lastPause_ms] = options.backoff_ms ?? DEFAULT_BACKOFF_MS;

  let closed = false;
  let insertedRows = 0;
  let failures = 0;
  let problem: string | null = null;
  /** Something went well since the last failure: a batch was acknowledged, or nothing waited. */
  let wentWell = false;
  let lookedAtHead_ms = Number.NEGATIVE_INFINITY;
  /** Positions that somebody waits for; while there are any, no record waits for company. */
  let awaited: { readonly upTo: LogPlace; readonly resolve: () => void }[] = [];
  let nudged = false;
  let wake: { readonly onNudge: boolean; readonly resolve: () => void } | null = null;

  /** Ends early on `close` and `flush`, and with `onNudge` when something was appended. */
  const sleep = (wait_ms: number, onNudge: boolean): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        wake = null;
        resolve();
      };
      const timer = setTimeout(done, wait_ms);
      wake = { onNudge, resolve: done };
    });

  const pause = async (wait_ms: number, onNudge: boolean): Promise<void> => {
    if (!closed && awaited.length === 0 && !(onNudge && nudged)) await sleep(wait_ms, onNudge);
  };

  const backOff = async (tries: number): Promise<void> => {
    if (!closed) await sleep(Math.min(firstPause_ms * 2 ** Math.min(tries, 20), lastPause_ms), false);
  };

  const settle = (): void => {
    const reached = journal.acknowledged;
    for (const { upTo, resolve } of awaited) if (reaches(reached, upTo)) resolve();
    awaited = awaited.filter(({ upTo }) => !reaches(reached, upTo));
  };

  async function acknowledge(batch: SinkBatch): Promise<void> {
    await journal.acknowledge(batch);
    wentWell = true;
    settle();
  }

  async function run(): Promise<void> {
    for (let tries = 0; !closed; tries++) {
      try {
        await carry();
      } catch (error) {
        if (isLost(error)) {
          logger.info({ err: error }, 'another worker carries this part of the log now');
          options.onLost?.();
          return;
        }
        problem = 'The event sink cannot read the log or keep its journal; records stay in the log.';
        logger.error({ err: error }, 'the event sink failed and will go on from its journal');
        if (wentWell) tries = 0;
        wentWell = false;
        await backOff(tries);
      }
    }
  }

  async function carry(): Promise<void> {
    for (const batch of journal.open()) {
      if (closed) return;
      logger.info(
        { batch: batch.id, rows: batch.rows },
        'a batch was left open by the last stop; repairing it',
      );
      // Whatever its number of tries says, its first insert may have happened.
      await deliver({ ...batch, tries: Math.max(batch.tries, 1) });
    }
    let ahead: Ahead | null = null;
    while (!closed) {
      nudged = false;
      const after = journal.acknowledged;
      const { oldest, records: count } = await source.waiting(after);
      if (oldest === undefined) {
        const passed = await passErased(after);
        wentWell = true;
        problem = null;
        if (!passed) await pause(poll_ms, true);
        continue;
      }
      const age_ms = Math.max(0, clock() - oldest / MICROS_PER_MS);
      if (age_ms < maxWait_ms && count < maxRows) {
        await pause(Math.max(1, maxWait_ms - age_ms), false);
        if (closed) return;
      }
      const { records, upTo }: Omit<Ahead, 'after'> =
        ahead !== null && reaches(ahead.after, after) && reaches(after, ahead.after)
          ? ahead
          : await source.read(after, maxRows);
      // Erased between the two looks.
      if (records.length === 0) continue;
      const batch = batchOf(after, upTo, records.length);
      await journal.begin(batch);
      const delivery = deliver(batch, records);
      // It may fail while the next batch is read; it is awaited afterwards.
      delivery.catch(() => undefined);
      ahead = await lookAhead(upTo);
      await delivery;
    }
  }

  /** Where what stood above the place was erased, there is nothing to insert up to the head. */
  async function passErased(after: LogPlace): Promise<boolean> {
    const now_ms = clock();
    if (awaited.length === 0 && now_ms - lookedAtHead_ms < HEAD_LOOK_MS) return false;
    lookedAtHead_ms = now_ms;
    const head = await source.head();
    // Looked at after the head: what came since is above it.
    if (reaches(after, head) || (await source.waiting(after)).oldest !== undefined) return false;
    await acknowledge(batchOf(after, head, 0));
    return true;
  }

  const batchOf = (after: LogPlace, upTo: LogPlace, rows: number): SinkBatch => ({
    id: source.nameOf(after, upTo),
    after,
    upTo,
    rows,
    tries: 0,
  });

  /** Makes the next batch ready while analytics works on this one; a failure here is met again in its turn. */
  async function lookAhead(after: LogPlace): Promise<Ahead | null> {
    try {
      // Lets the insert under way begin first.
      await new Promise((resolve) => setImmediate(resolve));
      const { oldest, records: count } = await source.waiting(after);
      if (oldest === undefined) return null;
      const young = clock() - oldest / MICROS_PER_MS < maxWait_ms;
      if (young && count < maxRows) return null;
      const { records, upTo } = await source.read(after, maxRows);
      sink.prepare?.(source.nameOf(after, upTo), records);
      return { after, upTo, records };
    } catch (error) {
      logger.warn({ err: error }, 'the next batch could not be made ready ahead');
      return null;
    }
  }

  /** Ends when the batch is acknowledged, or when closing leaves it open. */
  async function deliver(batch: SinkBatch, known?: readonly LogRecord[]): Promise<void> {
    let current = batch;
    let left = known;
    while (!closed) {
      try {
        left ??= await source.range(batch.after, batch.upTo, batch.rows);
        if (left.length > 0) {
          if (current.tries === 0) await sink.insert(batch.id, left);
          else await sink.repair(batch.id, left);
        }
        insertedRows += left.length;
        problem = null;
        await acknowledge(current);
        return;
      } catch (error) {
        if (isLost(error)) throw error;
        failures += 1;
        current = { ...current, tries: current.tries + 1 };
        const refused = refusedRows(error);
        if (refused !== undefined && left !== undefined) {
          const bad = refused ?? (await findBad(batch.id, left));
          left = await park(left, new Set(bad), error);
        } else {
          problem = 'Analytics takes no rows; they stay in the log.';
          logger.warn({ err: error, batch: batch.id, tries: current.tries }, 'a batch could not be inserted');
          await backOff(current.tries);
        }
        await journal.retry(current);
      }
    }
  }

  /** For a sink that cannot say which rows are at fault: halves the batch under its own id until it is known. */
  async function findBad(batchId: string, records: readonly LogRecord[]): Promise<number[]> {
    const [only, other] = records;
    if (only !== undefined && other === undefined) return [only.position];
    const middle = Math.ceil(records.length / 2);
    const bad: number[] = [];
    for (const half of [records.slice(0, middle), records.slice(middle)]) {
      try {
        await sink.repair(batchId, half);
      } catch (error) {
        const refused = refusedRows(error);
        if (refused === undefined) throw error;
        bad.push(...(refused ?? (await findBad(batchId, half))));
      }
    }
    return bad;
  }

  async function park(
    records: readonly LogRecord[],
    bad: ReadonlySet<number>,
    error: unknown,
  ): Promise<readonly LogRecord[]> {
    const rows = records
      .filter(({ position }) => bad.has(position))
      .map((record) => ({
        position: record.position,
        reason: error instanceof Error ? error.message : 'refused',
        parkedAt_ms: clock(),
        record,
      }));
    await journal.park(rows);
    logger.error({ rows: rows.length, positions: [...bad].slice(0, 10) }, 'rows were refused and parked');
    return records.filter(({ position }) => !bad.has(position));
  }

  const running = run();

  return {
    nudge() {
      nudged = true;
      if (wake?.onNudge) wake.resolve();
    },
    async flush() {
      const head = await source.head();
      if (closed || reaches(journal.acknowledged, head)) return;
      await new Promise<void>((resolve) => {
        awaited.push({ upTo: head, resolve });
        wake?.resolve();
      });
    },
    async status() {
      const acknowledged = journal.acknowledged;
      const { oldest, records, exact } = await source.waiting(acknowledged);
      return {
        lagRecords: exact ? records : null,
        lag_ms: oldest === undefined ? 0 : Math.max(0, clock() - oldest / MICROS_PER_MS),
        parkedRows: await options.parkedRows(),
        insertedRows,
        acknowledged,
        problem,
      };
    },
    counts: () => ({ insertedRows, failures }),
    problem: () => problem,
    async close() {
      closed = true;
      wake?.resolve();
      await running;
      for (const { resolve } of awaited.splice(0)) resolve();
    },
  };
}

/** Whether a place is at or beyond another in every part. */
export const reaches = (place: LogPlace, other: LogPlace): boolean =>
  other.every((position, part) => (place[part] ?? 0) >= position);

const isLost = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'track_lost';

/** Positions of refused rows; `null`: some, unknown which; `undefined`: the rows are not at fault. */
function refusedRows(error: unknown): readonly number[] | null | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'rows_refused') {
    return undefined;
  }
  const positions = 'positions' in error ? error.positions : null;
  if (!Array.isArray(positions) || positions.length === 0) return null;
  return positions.filter((position): position is number => typeof position === 'number');
}
