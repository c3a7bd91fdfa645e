import { expect, onTestFinished, test } from 'vitest';
import { createParkedRowsUseCase } from '../../src/app/parked-rows.ts';
import type { ParkedRows, SinkBatch, SinkJournal } from '../../src/ports/decision-log.ts';
import {
  decisionRecord,
  erasureRecord,
  feedbackRecord,
  forgottenDeviceRecord,
  outcomeRecord,
} from '../support/log-records.ts';

export interface JournalUnderTest {
  readonly journal: SinkJournal;
  readonly parked: ParkedRows;
}

export interface JournalContract {
  /** Parts of the log that it keeps a place in. */
  readonly parts: number;
  /** A new store of this test alone; opens it again, as a restart does, each time it is called. */
  store(): Promise<() => Promise<JournalUnderTest>>;
}

/** What every `SinkJournal`, and the `ParkedRows` beside it, promise. */
export function sinkJournalContract(name: string, { parts, store }: JournalContract): void {
  const place = (n: number): number[] => Array.from({ length: parts }, (_, part) => n * 64 + part);
  const batch = (from: number, to: number): SinkBatch => ({
    id: `b${from}`,
    after: from === 0 ? Array.from({ length: parts }, () => 0) : place(from),
    upTo: place(to),
    rows: 10,
    tries: 0,
  });
  const opener = async (): Promise<() => Promise<JournalUnderTest>> => {
    const reopen = await store();
    return async () => {
      const opened = await reopen();
      onTestFinished(() => opened.journal.close());
      return opened;
    };
  };

  test(`${name}: the place, open batches with their tries, and parked rows survive a restart`, async () => {
    const open = await opener();
    const { journal, parked } = await open();
    await journal.begin(batch(0, 20));
    await journal.acknowledge(batch(0, 20));
    await journal.begin(batch(20, 30));
    await journal.retry({ ...batch(20, 30), tries: 3 });
    const record = { ...feedbackRecord(decisionRecord({ position: 7 }), 8), profile: new Uint8Array([1, 2]) };
    await journal.park([{ position: 8, reason: 'why', parkedAt_ms: 5, record }]);
    expect(await parked.count()).toBe(1);
    await journal.close();

    const again = await open();
    expect(again.journal.acknowledged).toEqual(place(20));
    expect(again.journal.open()).toEqual([{ ...batch(20, 30), tries: 3 }]);
    const [row] = await again.parked.list(10);
    expect(row).toMatchObject({ position: 8, reason: 'why', parkedAt_ms: 5 });
    expect(row?.record.kind === 'feedback' && [...(row.record.profile ?? [])]).toEqual([1, 2]);
    await again.parked.unpark([8]);
    expect(await again.parked.list(10)).toEqual([]);
    expect(await again.parked.count()).toBe(0);
  });

  test(`${name}: an acknowledged batch is open no more, and its place is kept although it was killed before its close`, async () => {
    const open = await opener();
    const { journal } = await open();
    await journal.begin(batch(0, 10));
    expect(journal.open()).toEqual([batch(0, 10)]);
    await journal.acknowledge(batch(0, 10));
    expect(journal.open()).toEqual([]);
    expect(journal.acknowledged).toEqual(place(10));
  });

  test(`${name}: the place never moves back`, async () => {
    const open = await opener();
    const { journal } = await open();
    await journal.begin(batch(0, 20));
    await journal.acknowledge(batch(0, 20));
    await journal.acknowledge(batch(0, 10));
    expect(journal.acknowledged).toEqual(place(20));
  });

  test(`${name}: parked rows are listed by position, at most as many as asked for; parking twice keeps one`, async () => {
    const open = await opener();
    const { journal, parked } = await open();
    const row = (position: number) => ({
      position,
      reason: 'why',
      parkedAt_ms: 5,
      record: decisionRecord({ position, signals: 1 }),
    });
    await journal.park([row(1_790_000_000_000_300), row(1_790_000_000_000_100)]);
    await journal.park([row(1_790_000_000_000_200), row(1_790_000_000_000_100)]);
    const positions = (await parked.list(2)).map(({ position }) => position);
    expect(positions).toEqual([1_790_000_000_000_100, 1_790_000_000_000_200]);
    expect(await parked.count()).toBe(3);
    const [first] = await parked.list(1);
    expect(first?.record).toEqual(row(1_790_000_000_000_100).record);
  });

  test(`${name}: parked rows are listed in pages, each row once`, async () => {
    const open = await opener();
    const { journal, parked } = await open();
    const rows = [100, 200, 300, 400, 500].map((position) => ({
      position,
      reason: 'why',
      parkedAt_ms: 5,
      record: decisionRecord({ position, signals: 1 }),
    }));
    await journal.park(rows);
    const seen: number[] = [];
    for (let after = 0; ; ) {
      const page = await parked.list(2, after);
      seen.push(...page.map(({ position }) => position));
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.position;
    }
    expect(seen).toEqual([100, 200, 300, 400, 500]);
  });

  test(`${name}: an erasure leaves no parked row of the user, and everybody else's`, async () => {
    const open = await opener();
    const { journal, parked } = await open();
    const mine = decisionRecord({ position: 100, userId: 'ada', loginKey: 'lk_ada' });
    const typed = decisionRecord({ position: 200, userId: null, userKey: null, loginKey: 'lk_ada' });
    const other = decisionRecord({ position: 300, userId: null, userKey: null, loginKey: 'lk_before' });
    const elsewhere = decisionRecord({ position: 400, userId: 'ada', tenant: 'other' });
    const bob = decisionRecord({ position: 500, userId: 'bob', loginKey: 'lk_bob' });
    const later = decisionRecord({ position: 900, userId: 'ada', loginKey: 'lk_ada' });
    const records = [
      mine,
      typed,
      other,
      elsewhere,
      bob,
      outcomeRecord(mine, 101),
      feedbackRecord(typed, 201),
      forgottenDeviceRecord('default', 'uk_ada', 'd1', 102),
      outcomeRecord(bob, 501),
      // A tombstone names nobody in the clear, and must still have its turn.
      erasureRecord('default', 'uk_ada', 800),
      later,
    ];
    await journal.park(
      records.map((record) => ({ position: record.position, reason: 'why', parkedAt_ms: 5, record })),
    );
    const useCase = createParkedRowsUseCase({ parked, sink: { repair: async () => undefined } });
    expect(await useCase.erase('default', 'uk_ada', 800, ['lk_before'])).toBe(3);
    expect((await parked.list(100)).map(({ position }) => position)).toEqual([400, 500, 501, 800, 900]);
    expect(await useCase.erase('default', 'uk_ada', 800, [])).toBe(0);
    await journal.close();
    const again = await open();
    expect(await again.parked.count()).toBe(5);
  });
}
