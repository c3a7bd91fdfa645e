import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRiskState, type EmbeddedRiskState } from '../../../src/adapters/embedded/risk-state.ts';
import { createStateStorage } from '../../../src/adapters/embedded/state-storage.ts';
import { DEFAULT_SUBJECT_LIMITS } from '../../../src/adapters/embedded/subject-cache.ts';
import { type Cell, liveCampaign } from '../../../src/core/campaign/cell.ts';
import { type CellRef, cellsOf } from '../../../src/core/campaign/cells.ts';
import { type CampaignMark, traceOf } from '../../../src/core/campaign/trace.ts';
import type { DecisionRecord } from '../../../src/core/record.ts';
import { type DecisionSketch, decisionRecord } from '../../support/log-records.ts';
import { seededRandom } from '../../support/random.ts';

const T = Date.UTC(2026, 10, 1, 8);
const SECOND = 1_000;
const MINUTE = 60_000;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-campaigns-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const inMemory = (cells?: number): EmbeddedRiskState =>
  createRiskState({
    storage: null,
    settled: async () => {},
    ...(cells === undefined ? {} : { limits: { ...DEFAULT_SUBJECT_LIMITS, cells } }),
  });
const onDisk = (): EmbeddedRiskState =>
  createRiskState({
    storage: createStateStorage({ path: join(directory, 'state') }),
    settled: async () => {},
  });

interface Sketch extends Omit<DecisionSketch, 'position'> {
  readonly at_ms: number;
  readonly tls?: string | null;
  readonly network?: string;
  readonly vouched?: boolean;
}

let position = T * 1_000;

/** A decision as the engine would record it on this state. */
function decided(state: EmbeddedRiskState, sketch: Sketch): DecisionRecord {
  position += 1_000;
  const { at_ms, tls = null, network = '203.0.113.0/24', vouched = false, ...rest } = sketch;
  const made = decisionRecord({ deviceKey: null, ...rest, position, occurredAt_ms: at_ms });
  const plain: DecisionRecord = {
    ...made,
    event: { ...made.event, context: { ...made.event.context, tlsFingerprint: tls } },
    facts: { ...made.facts, network },
    verdict: { ...made.verdict, learning: made.event.status === 'succeeded' ? 'provisional' : 'none' },
  };
  const { refs, cells } = look(state, plain);
  const attempt = {
    event: plain.event,
    source: plain.source,
    learning: plain.verdict.learning,
    network,
    supersedes: null,
  };
  const record = { ...plain, campaigns: traceOf(refs, cells, attempt, vouched) };
  state.apply(record);
  return record;
}

function look(
  state: EmbeddedRiskState,
  record: DecisionRecord,
): { refs: readonly CellRef[]; cells: readonly (Cell | undefined)[] } {
  const refs = cellsOf(record.event, record.facts);
  const { counters } = state.read({
    tenant: record.tenant,
    userKey: record.event.user.key,
    loginKey: record.event.user.loginKey,
    ip: record.event.context.ip,
    network: record.facts.network,
    deviceKey: null,
    attemptId: null,
    applicationId: record.event.applicationId,
    cells: refs.map(({ subject }) => subject),
  });
  if (!counters.known) throw new Error('embedded counters are known');
  return { refs, cells: counters.value.cells };
}

const stuffing = (state: EmbeddedRiskState, n: number, more: Partial<Sketch> = {}): DecisionRecord[] =>
  Array.from({ length: n }, (_, i) =>
    decided(state, {
      at_ms: T + i * 10 * SECOND,
      status: 'failed',
      userId: null,
      userKey: null,
      loginKey: `typed_${i}`,
      ...more,
    }),
  );

const marksOf = (records: readonly DecisionRecord[]): readonly CampaignMark[] =>
  records.flatMap(({ campaigns }) => campaigns.marks);

describe('campaigns in the state', () => {
  it('are one campaign in all cells that one attack raises', () => {
    const marks = marksOf(stuffing(inMemory(), 30, { tls: 't13d' }));
    expect(new Set(marks.map(({ id }) => id)).size).toBe(1);
    expect(new Set(marks.map(({ cell }) => cell))).toEqual(new Set(['as', 'tls', 'network']));
    expect(marks.slice(0, 3).map(({ phase }) => phase)).toEqual(['start', 'join', 'join']);
    expect(marks.slice(3).every(({ phase }) => phase === 'update')).toBe(true);
    expect(marks.at(-1)).toMatchObject({ kind: 'stuffing', attempts: 30, users: 30, started_ms: T });
  });

  it('find an attack that changes its networks by its fingerprint', () => {
    const state = inMemory();
    const records = Array.from({ length: 40 }, (_, i) =>
      decided(state, {
        at_ms: T + i * 6 * SECOND,
        status: 'failed',
        userKey: null,
        userId: null,
        loginKey: `typed_${i}`,
        asn: 64_500 + i,
        network: `198.51.${i}.0/24`,
        tls: 't13d_kit',
      }),
    );
    expect(new Set(marksOf(records).map(({ cell }) => cell))).toEqual(new Set(['tls']));
  });

  it('are called spraying when the same accounts are tried in rounds', () => {
    const state = inMemory();
    const records = Array.from({ length: 60 }, (_, i) =>
      decided(state, { at_ms: T + i * 10 * SECOND, status: 'failed', loginKey: `typed_${i % 15}` }),
    );
    expect(marksOf(records).at(-1)).toMatchObject({ kind: 'spraying', attempts: 60, users: 15 });
  });

  it('keep tenants apart', () => {
    const state = inMemory();
    stuffing(state, 30, { tenant: 'one' });
    const other = decided(state, { at_ms: T + 6 * MINUTE, status: 'failed', tenant: 'two' });
    for (const cell of look(state, other).cells) expect(cell?.campaign).toBeNull();
    expect(other.campaigns).toMatchObject({ joins: null, marks: [] });
  });

  it('count nothing of dry runs, of sessions and of failures that were counted already', () => {
    const state = inMemory();
    stuffing(state, 30, { source: 'dry_run' });
    stuffing(state, 30, { type: 'session' });
    const probe = decided(state, { at_ms: T + HOUR, status: 'succeeded' });
    expect(look(state, probe).cells).toEqual([undefined, undefined]);
  });

  it('keep no more cells than their limit, and not at the cost of the attacked one', () => {
    const state = inMemory(256);
    const records: DecisionRecord[] = [];
    for (let i = 0; i < 5_000; i++) {
      records.push(
        decided(state, {
          at_ms: T + i * 2 * SECOND,
          status: 'failed',
          loginKey: `typed_${i}`,
          userKey: null,
          tls: `invented ${i}`,
        }),
      );
    }
    const kept = records.filter((record) => look(state, record).cells[1] !== undefined).length;
    // Never fewer than four a shard, so that a small limit is rounded up.
    expect(kept).toBeLessThanOrEqual(512);
    const last = records.at(-1);
    expect(last?.campaigns.marks.some(({ cell }) => cell === 'as')).toBe(true);
    expect(last?.campaigns.marks.at(-1)?.attempts).toBe(5_000);
  });

  it('are the same after a crash at any place', async () => {
    const random = seededRandom(4);
    const undisturbed = inMemory();
    const log: DecisionRecord[] = [];
    let at_ms = T;
    for (let i = 0; i < 600; i++) {
      // A quiet day between two attacks, so that cells are forgotten as well.
      at_ms += i === 300 ? 30 * HOUR : Math.floor(random() * 20 * SECOND);
      const failed = random() < 0.7;
      log.push(
        decided(undisturbed, {
          at_ms: at_ms - (random() < 0.05 ? HOUR : 0),
          status: failed ? 'failed' : 'succeeded',
          loginKey: `typed_${Math.floor(random() * 200)}`,
          asn: 64_500 + Math.floor(random() * 3),
          network: `203.0.${Math.floor(random() * 4)}.0/24`,
          tls: random() < 0.5 ? 't13d' : null,
          vouched: random() < 0.1,
        }),
      );
    }
    expect(marksOf(log).length).toBeGreaterThan(50);

    let state = onDisk();
    for (const [i, record] of log.entries()) {
      state.apply(record);
      if (random() < 0.05) await state.checkpoint();
      if (random() < 0.03) {
        state = onDisk();
        for (const earlier of log.slice(0, i + 1)) {
          if (earlier.position > state.foldFrom) state.apply(earlier);
        }
      }
    }
    await state.flush();
    state = onDisk();
    for (const record of log) {
      const { cells } = look(undisturbed, record);
      for (const [i, cell] of look(state, record).cells.entries()) {
        const forgotten = (cells[i]?.at_ms ?? 0) < at_ms - 24 * HOUR;
        expect(cell ?? null).toEqual(forgotten ? null : cells[i]);
        expect(liveCampaign(cell, at_ms)).toEqual(liveCampaign(cells[i], at_ms));
      }
    }
    await state.close();
  });
});

const HOUR = 60 * MINUTE;
