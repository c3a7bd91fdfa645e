import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDecisionLog } from '../../../src/adapters/embedded/decision-log.ts';
import { createRiskState, type EmbeddedRiskState } from '../../../src/adapters/embedded/risk-state.ts';
import { createStateStorage } from '../../../src/adapters/embedded/state-storage.ts';
import { type Activity, failureCounts, networkCounts } from '../../../src/core/activity.ts';
import { cellsOf } from '../../../src/core/campaign/cells.ts';
import type { DecisionRecord, LogRecord, OutcomeRecord } from '../../../src/core/record.ts';
import { sharers } from '../../../src/core/sharing.ts';
import type { StateView } from '../../../src/ports/risk-state.ts';
import { type OpenState, riskStateContract } from '../../contracts/risk-state.ts';
import { type DecisionSketch, decisionRecord } from '../../support/log-records.ts';
import { seededRandom } from '../../support/random.ts';
import { tempDir } from '../../support/temp-dir.ts';

const T = Date.UTC(2026, 10, 1, 8, 0, 0);
const MINUTE = 60_000;
const DAY = 86_400_000;
const TENANT = 'default';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-state-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const inMemory = (): EmbeddedRiskState => createRiskState({ storage: null, settled: async () => {} });
const onDisk = (name = 'state'): EmbeddedRiskState =>
  createRiskState({
    storage: createStateStorage({ path: join(directory, name) }),
    settled: async () => {},
  });

const asked = (key: string, now_ms: number) => ({ key, bodyHash: '', lane: '', now_ms });

let nextPosition = T * 1_000;
function record(
  sketch: Omit<DecisionSketch, 'position'>,
  changes: Partial<DecisionRecord> = {},
): DecisionRecord {
  nextPosition += 1_000;
  return { ...decisionRecord({ ...sketch, position: nextPosition }), ...changes };
}

function look(state: EmbeddedRiskState, of: DecisionRecord): StateView {
  return state.read({
    tenant: of.tenant,
    userKey: of.event.user.key,
    loginKey: of.event.user.loginKey,
    ip: of.event.context.ip,
    network: of.facts.network,
    deviceKey: of.event.device?.key ?? null,
    attemptId: of.event.attemptId,
    applicationId: of.event.applicationId,
    cells: cellsOf(of.event, of.facts).map(({ subject }) => subject),
  });
}

const failuresOf = (state: EmbeddedRiskState, of: DecisionRecord, at_ms: number): number => {
  const { counters } = look(state, of);
  if (!counters.known) throw new Error('embedded counters are known');
  return failureCounts(counters.value.address, at_ms, { failed: false, user: null }).failures_24h;
};

riskStateContract('LMDB', () => {
  const path = tempDir();
  const open = async (clock: () => number): Promise<OpenState> => {
    const log = createDecisionLog({
      path: join(path, 'log'),
      durability: 'process',
      clock,
      log: pino({ level: 'silent' }),
    });
    const state = createRiskState({
      storage: createStateStorage({ path: join(path, 'state') }),
      settled: async () => {},
    });
    const records = await log.read(state.foldFrom, 10_000);
    for (const entry of records) {
      const decision = records.find(
        (earlier) =>
          entry.kind === 'outcome' && earlier.kind === 'decision' && earlier.id === entry.decisionId,
      );
      state.apply(entry, decision?.kind === 'decision' ? decision : undefined);
    }
    return {
      log,
      state,
      async close() {
        await state.close();
        await log.close();
      },
    };
  };
  return { open, openBeside: null, reopen: open };
});

describe('the fold of decisions into state', () => {
  it('counts a failure for its user, address, network and device, and teaches nothing', () => {
    const state = inMemory();
    const failed = record({ status: 'failed', occurredAt_ms: T });
    const verdict = { ...failed.verdict, learning: 'none' as const };
    state.apply({ ...failed, verdict });
    const { counters, profile } = look(state, failed);
    if (!counters.known) throw new Error('unreachable');
    for (const activity of [
      counters.value.user,
      counters.value.address,
      counters.value.network,
      counters.value.device,
    ]) {
      expect(failureCounts(activity, T, { failed: false, user: null }).failures_10m).toBe(1);
    }
    expect(profile).toEqual({ known: true, value: null });
    expect(sharers(counters.value.addressSharing, T)).toBe(0);
  });

  it('counts an attempt once, at its latest status', () => {
    const state = inMemory();
    const attempted = record({ status: 'attempted', attemptId: 'a1', occurredAt_ms: T });
    state.apply({ ...attempted, verdict: { ...attempted.verdict, learning: 'none' } });
    expect(failuresOf(state, attempted, T)).toBe(0);
    for (let i = 0; i < 3; i++) {
      const failed = record({ status: 'failed', attemptId: 'a1', occurredAt_ms: T + i * 1000 });
      const { counters } = look(state, failed);
      const supersedes = counters.known ? (counters.value.attempt ?? null) : null;
      state.apply({ ...failed, supersedes, verdict: { ...failed.verdict, learning: 'none' } });
      expect(failuresOf(state, failed, T + MINUTE)).toBe(1);
    }
    const passed = record({ status: 'succeeded', attemptId: 'a1', occurredAt_ms: T + 5_000 });
    const { counters } = look(state, passed);
    state.apply({ ...passed, supersedes: counters.known ? (counters.value.attempt ?? null) : null });
    expect(failuresOf(state, passed, T + MINUTE)).toBe(0);
  });

  it('counts nothing and teaches nothing for a dry run', () => {
    const state = inMemory();
    const dry = record({ source: 'dry_run', occurredAt_ms: T });
    state.apply(dry);
    state.apply(record({ source: 'dry_run', status: 'failed', occurredAt_ms: T }));
    expect(state.profile(TENANT, dry.event.user.key ?? '')).toBeNull();
    expect(failuresOf(state, dry, T)).toBe(0);
  });

  it('begins a profile at an accepted login only', () => {
    const state = inMemory();
    const challenged = record({ action: 'challenge' });
    state.apply({ ...challenged, verdict: { ...challenged.verdict, learning: 'none' } });
    expect(state.profile(TENANT, challenged.event.user.key ?? '')).toBeNull();
    const accepted = record({});
    state.apply(accepted);
    expect(state.profile(TENANT, accepted.event.user.key ?? '')?.logins).toBe(1);
  });

  it('teaches fully when a challenge is passed, and notes trouble when it is not', () => {
    const state = inMemory();
    const challenged = record({ action: 'challenge' });
    const decision = { ...challenged, verdict: { ...challenged.verdict, learning: 'none' as const } };
    state.apply(decision);
    state.apply(outcome(decision, 'succeeded'), decision);
    const profile = state.profile(TENANT, decision.event.user.key ?? '');
    expect(profile?.habits.devices[0]?.provisional).toBe(false);
    expect(state.annotations(decision.id).outcome?.resolution).toBe('passed');
    const second = record({ action: 'challenge' });
    const denied = { ...second, verdict: { ...second.verdict, learning: 'none' as const } };
    state.apply(denied);
    state.apply(outcome(denied, 'denied'), denied);
    expect(state.profile(TENANT, decision.event.user.key ?? '')?.lastTrouble_h).not.toBeNull();
  });

  it('keeps tenants apart', () => {
    const state = inMemory();
    state.apply(record({ tenant: 'one', status: 'failed', occurredAt_ms: T }));
    const other = record({ tenant: 'two', status: 'failed', occurredAt_ms: T });
    expect(failuresOf(state, other, T)).toBe(0);
    expect(state.profile('two', other.event.user.key ?? '')).toBeNull();
  });

  it('forgets an erased user and learns nothing from before the erasure', () => {
    const state = inMemory();
    const accepted = record({ occurredAt_ms: T });
    state.apply(accepted);
    const userKey = accepted.event.user.key ?? '';
    nextPosition += 1_000;
    state.apply({
      kind: 'erasure',
      position: nextPosition,
      tenant: TENANT,
      receiptId: 'ers_1',
      userKey,
      recordedAt_ms: T + DAY,
    });
    expect(state.profile(TENANT, userKey)).toBeNull();
    state.apply(record({ occurredAt_ms: T + MINUTE }));
    expect(state.profile(TENANT, userKey)).toBeNull();
    expect(look(state, accepted).erasedAt_ms).toBe(T + DAY);
    state.apply(record({ occurredAt_ms: T + 2 * DAY }));
    expect(state.profile(TENANT, userKey)).not.toBeNull();
  });

  it('finds a repeated event id for a day of receipt and no longer', () => {
    const state = inMemory();
    const first = record({ eventId: 'e1' });
    state.apply(first);
    const key = first.idempotency?.key ?? '';
    expect(state.idempotent(asked(key, T + MINUTE))).toEqual({
      position: first.position,
      bodyHash: first.idempotency?.bodyHash,
    });
    expect(state.idempotent(asked(key, T + 2 * DAY))).toBeUndefined();
  });

  it('does not answer a repeat from a decision that could not be stored', () => {
    const state = inMemory();
    const first = record({ eventId: 'e1' });
    state.apply(first);
    state.withdraw(first);
    expect(state.idempotent(asked(first.idempotency?.key ?? '', T))).toBeUndefined();
  });
});

describe('state after a crash', () => {
  it('equals the undisturbed fold of the whole log, wherever the crash falls', async () => {
    for (const seed of [1, 2]) {
      const random = seededRandom(seed);
      const log = history(random, 250);
      const undisturbed = inMemory();
      for (const { entry, decision } of log) undisturbed.apply(entry, decision);

      const name = `state-${seed}`;
      let state = onDisk(name);
      let done = 0;
      for (const { entry, decision } of log) {
        state.apply(entry, decision);
        done += 1;
        if (random() < 0.05) await state.checkpoint();
        if (random() < 0.02) {
          // The process is gone: what was not checkpointed is only in the log.
          state = onDisk(name);
          const { foldFrom } = state;
          for (const earlier of log.slice(0, done)) {
            if (earlier.entry.position > foldFrom) state.apply(earlier.entry, earlier.decision);
          }
        }
      }
      await state.flush();
      state = onDisk(name);
      expect(state.foldFrom).toBe(log.at(-1)?.entry.position);
      compare(state, undisturbed, log);
      await state.close();
    }
  });

  it('needs nothing of the log again after a clean stop', async () => {
    const state = onDisk();
    const accepted = record({});
    state.apply(accepted);
    await state.close();
    const again = onDisk();
    expect(again.foldFrom).toBe(accepted.position);
    expect(again.profile(TENANT, accepted.event.user.key ?? '')?.logins).toBe(1);
    expect(again.idempotent(asked(accepted.idempotency?.key ?? '', T))?.position).toBe(accepted.position);
    await again.close();
  });
});

function outcome(decision: DecisionRecord, status: OutcomeRecord['status']): OutcomeRecord {
  nextPosition += 1_000;
  return {
    kind: 'outcome',
    position: nextPosition,
    tenant: decision.tenant,
    decisionId: decision.id,
    status,
    method: 'totp',
    attempts: 1,
    occurredAt_ms: decision.event.occurredAt_ms + 5_000,
    recordedAt_ms: decision.event.occurredAt_ms + 5_000,
    resolution: status === 'succeeded' ? 'passed' : 'not_passed',
    finalAction: status === 'succeeded' ? 'allow' : 'block',
    userKey: decision.event.user.key,
    decisionOccurredAt_ms: decision.event.occurredAt_ms,
  };
}

interface Entry {
  readonly entry: LogRecord;
  readonly decision?: DecisionRecord;
}

/** Logins of a few users over days, with failures, challenges and their outcomes. */
function history(random: () => number, length: number): readonly Entry[] {
  const log: Entry[] = [];
  const attempts = inMemory();
  let at_ms = T;
  while (log.length < length) {
    at_ms += Math.floor(random() * 3 * 3_600_000);
    const user = Math.floor(random() * 6);
    const kind = random();
    const sketch = {
      userId: `u_${user}`,
      userKey: `uk_${user}`,
      ip: `198.51.100.${Math.floor(random() * 9)}`,
      deviceKey: `dk_${user}_${Math.floor(random() * 3)}`,
      attemptId: random() < 0.5 ? `att_${Math.floor(random() * 40)}` : null,
      occurredAt_ms: at_ms,
    };
    const made =
      kind < 0.4
        ? record({ ...sketch, status: 'failed' })
        : kind < 0.6
          ? record({ ...sketch, action: 'challenge' })
          : record(sketch);
    const { counters } = look(attempts, made);
    const decision: DecisionRecord = {
      ...made,
      idempotency: { key: `k${made.position}`, bodyHash: 'h' },
      supersedes: counters.known ? (counters.value.attempt ?? null) : null,
      verdict: { ...made.verdict, learning: kind < 0.6 ? 'none' : random() < 0.5 ? 'full' : 'provisional' },
    };
    attempts.apply(decision);
    log.push({ entry: decision });
    if (kind >= 0.4 && kind < 0.6) {
      log.push({ entry: outcome(decision, random() < 0.7 ? 'succeeded' : 'failed'), decision });
    }
  }
  return log;
}

/** What the last moment can see of the counters: activities older than a day may be gone from a restored state. */
function visible(view: StateView, at_ms: number): unknown {
  if (!view.counters.known) throw new Error('embedded counters are known');
  const counters = view.counters.value;
  const seen = (activity: Activity | undefined) => [
    failureCounts(activity, at_ms, { failed: false, user: null }),
    networkCounts(activity, at_ms, null),
  ];
  return {
    ...view,
    counters: {
      ...counters,
      user: seen(counters.user),
      login: seen(counters.login),
      address: seen(counters.address),
      network: seen(counters.network),
      device: seen(counters.device),
      userAtAddress: seen(counters.userAtAddress),
      userOnDevice: seen(counters.userOnDevice),
    },
  };
}

function compare(state: EmbeddedRiskState, undisturbed: EmbeddedRiskState, log: readonly Entry[]): void {
  const end_ms = Math.max(
    ...log.map(({ entry }) => (entry.kind === 'decision' ? entry.event.occurredAt_ms : 0)),
  );
  for (let user = 0; user < 6; user++) {
    expect(state.profile(TENANT, `uk_${user}`)).toEqual(undisturbed.profile(TENANT, `uk_${user}`));
  }
  for (const { entry } of log) {
    if (entry.kind !== 'decision') continue;
    expect(visible(look(state, entry), end_ms)).toEqual(visible(look(undisturbed, entry), end_ms));
    expect(state.annotations(entry.id)).toEqual(undisturbed.annotations(entry.id));
    expect(state.idempotent(asked(entry.idempotency?.key ?? '', T))).toEqual(
      undisturbed.idempotent(asked(entry.idempotency?.key ?? '', T)),
    );
  }
}
