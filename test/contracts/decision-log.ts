import { describe, expect, test } from 'vitest';
import { emptyProfile } from '../../src/core/learn.ts';
import { encodeProfile } from '../../src/core/profile-codec.ts';
import type { LogRecord } from '../../src/core/record.ts';
import type { DecisionLog } from '../../src/ports/decision-log.ts';
import {
  decisionRecord,
  erasureRecord,
  feedbackRecord,
  forgottenDeviceRecord,
  outcomeRecord,
} from '../support/log-records.ts';

/** A place in which a log can be opened again after it was closed. */
export interface LogPlace {
  /** `clock` gives milliseconds since 1970-01-01. */
  open(clock: () => number): DecisionLog | Promise<DecisionLog>;
}

const NOW_MS = 1_790_000_000_000;
/** A log in several parts leaves room for the part's number. */
const PART_OF_A_MILLISECOND_US = 100;

const byPosition = (records: readonly LogRecord[]): readonly LogRecord[] =>
  records.toSorted((a, b) => a.position - b.position);

/** What every DecisionLog promises, whatever it is made of. */
export function decisionLogContract(name: string, place: () => LogPlace): void {
  const fill = async (log: DecisionLog, count: number): Promise<number[]> => {
    const positions: number[] = [];
    const appends: Promise<void>[] = [];
    for (let i = 0; i < count; i++) {
      const position = log.nextPosition();
      positions.push(position);
      appends.push(log.append(decisionRecord({ position, eventId: `e${i}` })));
    }
    await Promise.all(appends);
    return positions;
  };

  describe(`${name} as a decision log`, () => {
    test('positions are microseconds of the clock and rise even while the clock stands still or runs back', async () => {
      let now_ms = NOW_MS;
      const log = await place().open(() => now_ms);
      const first = log.nextPosition();
      const second = log.nextPosition();
      now_ms -= 60_000;
      const third = log.nextPosition();
      now_ms += 120_000;
      const fourth = log.nextPosition();
      expect(Math.abs(first - NOW_MS * 1000)).toBeLessThan(PART_OF_A_MILLISECOND_US);
      expect(second).toBeGreaterThan(first);
      expect(third).toBeGreaterThan(second);
      expect(Math.abs(fourth - (NOW_MS + 60_000) * 1000)).toBeLessThan(PART_OF_A_MILLISECOND_US);
      await log.close();
    });

    test('positions rise over a restart with an earlier clock', async () => {
      const at = place();
      const before = await at.open(() => NOW_MS);
      const [position = 0] = await fill(before, 1);
      await before.close();
      const after = await at.open(() => NOW_MS - 3_600_000);
      expect(after.nextPosition()).toBeGreaterThan(position);
      await after.close();
    });

    test('an appended record is found at once, before it is durable', async () => {
      const log = await place().open(() => NOW_MS);
      const record = decisionRecord({ position: log.nextPosition() });
      const appended = log.append(record);
      expect(await log.at(record.position)).toEqual(record);
      await appended;
      expect(await log.at(record.position)).toEqual(record);
      expect(await log.at(record.position + 1)).toBeUndefined();
      await log.close();
    });

    test('records are read in order, each once, from any position, in pieces of any size', async () => {
      const at = place();
      const log = await at.open(() => NOW_MS);
      const positions = await fill(log, 1_000);
      for (const size of [1, 7, 256, 5_000]) {
        const seen: number[] = [];
        for (let after = 0; seen.length < 1_000; after = seen.at(-1) ?? 0) {
          const part = await log.read(after, size);
          expect(part.length).toBeGreaterThan(0);
          expect(part.length).toBeLessThanOrEqual(size);
          seen.push(...part.map((record) => record.position));
          if (size === 1 && seen.length === 20) break;
        }
        expect(seen).toEqual(positions.slice(0, seen.length));
      }
      expect(await log.read(positions.at(-1) ?? 0, 10)).toEqual([]);
      await log.close();
    });

    test('everything acknowledged is there after a restart, equal to what was appended', async () => {
      const at = place();
      const log = await at.open(() => NOW_MS);
      const decision = decisionRecord({
        position: log.nextPosition(),
        userId: '__proto__',
        eventId: 'a\u0000b{user:1}\u{1f600}\ud800',
        properties: JSON.parse('{"__proto__": {"a": [1, null]}, "constructor": "x"}'),
        action: 'challenge',
        degraded: true,
        supersedes: {
          decisionId: 'dec_1',
          status: 'attempted',
          action: 'allow',
          level: 'low',
          occurredAt_ms: NOW_MS - 5,
          failedOn: ['user:1'],
          charted: {
            source: 'event',
            type: 'login',
            applicationId: 'web',
            country: null,
            score: 0.25,
            degraded: false,
            reasons: ['device.new_device'],
          },
        },
      });
      const records = [
        decision,
        outcomeRecord(decision, log.nextPosition()),
        { ...feedbackRecord(decision, log.nextPosition()), profile: encodeProfile(emptyProfile(497_222)) },
        forgottenDeviceRecord('default', 'uk_1', 'd1', log.nextPosition()),
        { ...forgottenDeviceRecord('default', 'uk_1', 'd1', log.nextPosition()), actor: null, note: null },
        erasureRecord('default', 'uk_1', log.nextPosition()),
      ];
      await Promise.all(records.map((record) => log.append(record)));
      await log.close();
      const again = await at.open(() => NOW_MS);
      expect(await again.read(0, 10)).toEqual(records);
      expect(again.head).toBe(records.at(-1)?.position);
      for (const record of records) expect(await again.at(record.position)).toEqual(record);
      await again.close();
    });

    test('an empty log has head 0 and nothing to read', async () => {
      const log = await place().open(() => NOW_MS);
      expect(log.head).toBe(0);
      expect(await log.read(0, 10)).toEqual([]);
      expect(await log.at(NOW_MS * 1000)).toBeUndefined();
      await log.close();
    });

    test('head names the newest durable record', async () => {
      const log = await place().open(() => NOW_MS);
      const record = decisionRecord({ position: log.nextPosition() });
      const appended = log.append(record);
      expect(log.head).toBe(0);
      await appended;
      expect(log.head).toBe(record.position);
      await log.close();
    });

    test('trimmed records are gone, younger ones stay, and positions still rise over a restart', async () => {
      const at = place();
      const log = await at.open(() => NOW_MS);
      const positions = await fill(log, 300);
      const middle = positions[149] ?? 0;
      await log.trim(middle);
      expect((await log.read(0, 1_000)).map((record) => record.position)).toEqual(positions.slice(150));
      expect(await log.at(middle)).toBeUndefined();
      const next = positions[150] ?? 0;
      expect((await log.at(next))?.position).toBe(next);
      await log.trim(log.head);
      expect(await log.read(0, 10)).toEqual([]);
      const head = log.head;
      await log.close();
      const again = await at.open(() => NOW_MS - 1_000);
      expect(again.nextPosition()).toBeGreaterThan(head);
      expect(await again.read(0, 10)).toEqual([]);
      await again.close();
    });

    test('erasing a user removes all that names them but the tombstone, and nobody else', async () => {
      const at = place();
      const log = await at.open(() => NOW_MS);
      const mine = decisionRecord({ position: log.nextPosition('uk_ada'), userId: 'ada' });
      const others = decisionRecord({ position: log.nextPosition('uk_bob'), userId: 'bob' });
      const elsewhere = decisionRecord({
        position: log.nextPosition('uk_ada'),
        userId: 'ada',
        tenant: 'other',
      });
      const outcome = outcomeRecord(mine, log.nextPosition(mine.position));
      const tombstone = erasureRecord('default', 'uk_ada', log.nextPosition('uk_ada'));
      await Promise.all([mine, others, elsewhere, outcome, tombstone].map((record) => log.append(record)));
      expect(await log.erase('default', 'uk_ada')).toBe(2);
      expect(await log.read(0, 10)).toEqual(byPosition([others, elsewhere, tombstone]));
      expect(await log.at(mine.position)).toBeUndefined();
      expect(await log.erase('default', 'uk_ada')).toBe(0);
      await log.close();
      const again = await at.open(() => NOW_MS);
      expect(await again.read(0, 10)).toEqual(byPosition([others, elsewhere, tombstone]));
      await again.close();
    });

    test('a closed log refuses appends with code log_unavailable and keeps what came before', async () => {
      const at = place();
      const log = await at.open(() => NOW_MS);
      const last = decisionRecord({ position: log.nextPosition() });
      const appended = log.append(last);
      await log.close();
      await appended;
      const late = log.append(decisionRecord({ position: last.position + 1 }));
      await expect(late).rejects.toMatchObject({ code: 'log_unavailable' });
      const again = await at.open(() => NOW_MS);
      expect(again.head).toBe(last.position);
      await again.close();
    });
  });
}
