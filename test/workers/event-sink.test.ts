import { join } from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createDecisionLog } from '../../src/adapters/embedded/decision-log.ts';
import { createSinkJournal } from '../../src/adapters/embedded/sink-journal.ts';
import { createSinkSource } from '../../src/adapters/embedded/sink-source.ts';
import type { LogRecord } from '../../src/core/record.ts';
import type { AnalyticsSink } from '../../src/ports/analytics.ts';
import { AnalyticsUnavailable, RowsRefused } from '../../src/ports/analytics-errors.ts';
import { createEventSink, type EventSink } from '../../workers/event-sink.ts';
import { decisionRecord } from '../support/log-records.ts';
import { tempDir } from '../support/temp-dir.ts';

const silent = pino({ level: 'silent' });
const NOW_MS = 1_790_000_000_000;
const clock = (): number => NOW_MS;

interface Call {
  readonly how: 'insert' | 'repair';
  readonly batchId: string;
  readonly positions: readonly number[];
}

/** An analytics that keeps what it was given and fails as it is told; the real one has its own tests. */
function recordingSink(fail: (call: Call, n: number) => Error | null = () => null) {
  const calls: Call[] = [];
  const held = new Map<number, string>();
  const take = (how: Call['how']) => async (batchId: string, records: readonly LogRecord[]) => {
    const call = { how, batchId, positions: records.map(({ position }) => position) };
    calls.push(call);
    const error = fail(call, calls.length);
    if (error !== null) throw error;
    for (const position of call.positions) held.set(position, batchId);
  };
  const sink: AnalyticsSink = { insert: take('insert'), repair: take('repair') };
  return { sink, calls, held };
}

function openStores(dir: string) {
  const log = createDecisionLog({ path: join(dir, 'log'), durability: 'process', clock, log: silent });
  const journal = createSinkJournal({ path: join(dir, 'sink'), durability: 'process' });
  return { log, journal };
}

async function setUp(
  options: {
    fail?: (call: Call, n: number) => Error | null;
    maxRows?: number;
    maxWait_ms?: number;
    dir?: string;
  } = {},
) {
  const dir = options.dir ?? tempDir();
  const { log, journal } = openStores(dir);
  const recorder = recordingSink(options.fail);
  const events = createEventSink({
    source: createSinkSource(log),
    journal,
    parkedRows: () => journal.parked.count(),
    sink: recorder.sink,
    clock,
    logger: silent,
    maxRows: options.maxRows ?? 100,
    maxWait_ms: options.maxWait_ms ?? 60_000,
    poll_ms: 60_000,
    backoff_ms: [1, 4],
  });
  const closeAll = async (): Promise<void> => {
    await events.close();
    await journal.close();
    await log.close();
  };
  let closed = false;
  onTestFinished(async () => {
    if (!closed) await closeAll();
  });
  const append = async (count: number): Promise<number[]> => {
    const positions = Array.from({ length: count }, () => log.nextPosition());
    await Promise.all(positions.map((position) => log.append(decisionRecord({ position, signals: 1 }))));
    events.nudge();
    return positions;
  };
  return {
    dir,
    log,
    journal,
    events,
    append,
    ...recorder,
    close: async () => {
      closed = true;
      await closeAll();
    },
  };
}

const flushed = (events: EventSink): Promise<void> => events.flush();

test('everything durable is inserted in order, each record in one batch, and acknowledged', async () => {
  const { append, events, calls, held, journal, log } = await setUp();
  const positions = await append(350);
  await flushed(events);
  expect(calls.map(({ how }) => how)).toEqual(['insert', 'insert', 'insert', 'insert']);
  expect(calls.flatMap((call) => call.positions)).toEqual(positions);
  expect(held.size).toBe(350);
  expect(journal.acknowledged).toEqual([log.head]);
  expect(journal.open()).toEqual([]);
  expect(await events.status()).toMatchObject({
    lagRecords: 0,
    lag_ms: 0,
    insertedRows: 350,
    parkedRows: 0,
    problem: null,
  });
});

test('a flush of an empty log, and of one that is carried over, resolves at once', async () => {
  const { append, events } = await setUp();
  await flushed(events);
  await append(3);
  await flushed(events);
  await flushed(events);
});

test('records that come slowly share a batch and are inserted without a flush once their wait is over', async () => {
  const { append, calls, journal, log } = await setUp({ maxWait_ms: 1 });
  await append(2);
  await expect.poll(() => journal.acknowledged[0], { timeout: 10_000 }).toBe(log.head);
  expect(calls.flatMap((call) => call.positions)).toHaveLength(2);
});

test('a batch is in the journal before its insert', async () => {
  let openAtInsert: unknown;
  const { append, events, journal } = await setUp({
    fail: () => {
      openAtInsert ??= journal.open().map(({ rows, tries }) => ({ rows, tries }));
      return null;
    },
  });
  await append(5);
  await flushed(events);
  expect(openAtInsert).toEqual([{ rows: 5, tries: 0 }]);
});

test('while analytics is gone the log keeps everything; on its return each record arrives by repair of the same batch', async () => {
  const { append, events, calls, held } = await setUp({
    fail: (_, n) => (n <= 4 ? new AnalyticsUnavailable('gone') : null),
  });
  const positions = await append(150);
  await flushed(events);
  expect([...held.keys()]).toEqual(positions);
  const first = calls.slice(0, 5);
  expect(first.map(({ how }) => how)).toEqual(['insert', 'repair', 'repair', 'repair', 'repair']);
  expect(new Set(first.map(({ batchId }) => batchId)).size).toBe(1);
  expect(new Set(first.map((call) => call.positions.join())).size).toBe(1);
});

test('refused rows are parked with their reason and the rest of the batch arrives', async () => {
  let bad: readonly number[] = [];
  const { append, events, held, journal } = await setUp({
    fail: ({ positions }) => {
      const refused = positions.filter((position) => bad.includes(position));
      return refused.length > 0 ? new RowsRefused('the score is no number', refused) : null;
    },
  });
  // The sink waits for company, so nothing is inserted before `bad` is set.
  const positions = await append(50);
  bad = [positions[3] ?? 0, positions[20] ?? 0];
  await flushed(events);
  expect([...held.keys()]).toEqual(positions.filter((position) => !bad.includes(position)));
  expect(
    (await journal.parked.list(10)).map(({ position, reason, parkedAt_ms }) => ({
      position,
      reason,
      parkedAt_ms,
    })),
  ).toEqual(bad.map((position) => ({ position, reason: 'the score is no number', parkedAt_ms: NOW_MS })));
  expect(await events.status()).toMatchObject({ parkedRows: 2, insertedRows: 48, lagRecords: 0 });
});

test('an analytics that cannot say which rows it refuses is asked half by half, under the same batch', async () => {
  let bad: readonly number[] = [];
  const { append, events, held, calls, journal } = await setUp({
    fail: ({ positions }) =>
      positions.some((position) => bad.includes(position)) ? new RowsRefused('some row', null) : null,
  });
  const positions = await append(40);
  bad = [positions[0] ?? 0, positions[39] ?? 0];
  await flushed(events);
  expect([...held.keys()].toSorted()).toEqual(positions.slice(1, 39));
  expect(new Set(calls.map(({ batchId }) => batchId)).size).toBe(1);
  expect(calls.slice(1).every(({ how }) => how === 'repair')).toBe(true);
  expect((await journal.parked.list(10)).map(({ position }) => position)).toEqual(bad);
});

test('a batch left open by a stop is repaired with its old range before anything new is cut', async () => {
  const dir = tempDir();
  const { log, journal } = openStores(dir);
  const positions = Array.from({ length: 30 }, () => log.nextPosition());
  await Promise.all(positions.map((position) => log.append(decisionRecord({ position }))));
  const upTo = positions[9] ?? 0;
  await journal.begin({ id: 'old', after: [0], upTo: [upTo], rows: 10, tries: 0 });
  await journal.close();
  await log.close();
  const { events, calls } = await setUp({ dir });
  await flushed(events);
  expect(calls.map(({ how, batchId, positions: p }) => [how, batchId === 'old', p.length])).toEqual([
    ['repair', true, 10],
    ['insert', false, 20],
  ]);
});

test('records that were erased from the log hold nothing up', async () => {
  const { append, events, log, journal, held } = await setUp();
  await append(5);
  await log.erase('default', 'uk_u_1');
  await flushed(events);
  expect(held.size).toBe(0);
  expect(journal.acknowledged).toEqual([log.head]);
});

test('closing ends waits and tries at once, and the next start goes on where it stopped', async () => {
  const dir = tempDir();
  const first = await setUp({ dir, fail: () => new AnalyticsUnavailable('gone') });
  const positions = await first.append(20);
  const flush = first.events.flush();
  await expect.poll(() => first.calls.length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect((await first.events.status()).lagRecords).toBe(20);
  await first.close();
  await flush;
  expect(first.held.size).toBe(0);
  const second = await setUp({ dir });
  await flushed(second.events);
  expect([...second.held.keys()]).toEqual(positions);
  expect(second.calls[0]?.how).toBe('repair');
});

test('a batch that fails while the next one is read takes the sink down by no rejection that nobody handles', async () => {
  const lost = Object.assign(new Error('somebody else has the track'), { code: 'track_lost' });
  const record = decisionRecord({ position: 1_000, signals: 1 });
  let looks = 0;
  let letGo: () => void = () => undefined;
  const reading = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => {
    unhandled.push(error);
  };
  process.on('unhandledRejection', note);
  onTestFinished(() => {
    process.off('unhandledRejection', note);
  });
  const handedOver = new Promise<void>((resolve) => {
    const events = createEventSink({
      source: {
        waiting: async () => {
          looks += 1;
          if (looks > 1) await reading;
          return { oldest: 1, records: 1, exact: false };
        },
        head: async () => [1],
        read: async () => ({ records: [record], upTo: [1] }),
        range: async () => [record],
        nameOf: () => 'b',
      },
      journal: {
        acknowledged: [0],
        open: () => [],
        begin: async () => undefined,
        retry: async () => undefined,
        park: async () => undefined,
        close: async () => undefined,
        acknowledge: async () => {
          // After every handler of this rejection had its turn.
          setTimeout(letGo, 20);
          throw lost;
        },
      },
      sink: { insert: async () => undefined, repair: async () => undefined },
      parkedRows: async () => 0,
      clock,
      logger: silent,
      onLost: resolve,
    });
    onTestFinished(() => events.close());
  });
  await handedOver;
  expect(unhandled).toEqual([]);
});

/** The pauses (multiples of `least_ms`) of a sink whose looks at the log fail as they are told. */
async function pauses(fails: (look: number) => boolean, least_ms: number, count: number): Promise<number[]> {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  let looks = 0;
  const events = createEventSink({
    source: {
      waiting: async () => {
        looks += 1;
        if (fails(looks)) throw new Error('the log cannot be read');
        return { oldest: undefined, records: 0, exact: true };
      },
      head: async () => [0],
      read: async () => ({ records: [], upTo: [0] }),
      range: async () => [],
      nameOf: () => 'b',
    },
    journal: {
      acknowledged: [0],
      open: () => [],
      begin: async () => undefined,
      retry: async () => undefined,
      park: async () => undefined,
      close: async () => undefined,
      acknowledge: async () => undefined,
    },
    sink: { insert: async () => undefined, repair: async () => undefined },
    parkedRows: async () => 0,
    clock,
    logger: silent,
    poll_ms: 1,
    backoff_ms: [least_ms, 100 * least_ms],
  });
  // Other timers of the process are no multiples of it.
  const made = (): number[] =>
    timers.mock.calls.flatMap(([, wait_ms = 0]) => (wait_ms > 0 && wait_ms % least_ms === 0 ? wait_ms : []));
  try {
    await vi.waitFor(() => expect(made().length).toBeGreaterThanOrEqual(count), {
      timeout: 9_998,
      interval: 2,
    });
    return made().slice(0, count);
  } finally {
    await events.close();
    timers.mockRestore();
  }
}

test('pauses grow from failure to failure, and begin anew after a look that went well', async () => {
  expect(await pauses(() => true, 7, 5)).toEqual([7, 14, 28, 56, 112]);
  expect(await pauses((look) => look % 2 === 1, 7, 8)).toEqual([7, 7, 7, 7, 7, 7, 7, 7]);
});
