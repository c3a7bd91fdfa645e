import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSinkJournal } from '../../../src/adapters/embedded/sink-journal.ts';
import { decisionRecord, feedbackRecord } from '../../support/log-records.ts';
import { tempDir } from '../../support/temp-dir.ts';

for (const durability of ['process', 'power'] as const) {
  const open = (path: string) => createSinkJournal({ path, durability });

  test(`open batches, the place and parked rows survive a restart (durable against loss of ${durability})`, async () => {
    const path = join(tempDir(), 'sink');
    const journal = open(path);
    const batches = [1, 2, 3].map((n) => ({
      id: `b${n}`,
      after: n * 10,
      upTo: n * 10 + 10,
      rows: 10,
      tries: 0,
    }));
    for (const batch of batches) await journal.begin(batch);
    const [first, second, third] = batches;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three batches');
    await journal.acknowledge(first);
    await journal.retry({ ...second, tries: 3 });
    const record = { ...feedbackRecord(decisionRecord({ position: 7 }), 8), profile: new Uint8Array([1, 2]) };
    await journal.park([{ position: 8, reason: 'why', parkedAt_ms: 5, record }]);
    await journal.close();

    const again = open(path);
    expect(again.acknowledged).toBe(20);
    expect(again.open()).toEqual([{ ...second, tries: 3 }, third]);
    const [parked] = again.parked(10);
    expect(parked).toMatchObject({ position: 8, reason: 'why', parkedAt_ms: 5 });
    expect(parked?.record.kind === 'feedback' && [...(parked.record.profile ?? [])]).toEqual([1, 2]);
    await again.unpark([8]);
    expect(again.parked(10)).toEqual([]);
    await again.close();
  });

  test(`the place never moves back (durable against loss of ${durability})`, async () => {
    const journal = open(join(tempDir(), 'sink'));
    const batch = (after: number, upTo: number) => ({ id: `${after}`, after, upTo, rows: 1, tries: 0 });
    await journal.acknowledge(batch(10, 20));
    await journal.acknowledge(batch(0, 10));
    expect(journal.acknowledged).toBe(20);
    await journal.close();
  });
}
