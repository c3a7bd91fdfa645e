import { describe, expect, it } from 'vitest';
import { failureCounts, networkCounts } from '../../src/core/activity.ts';
import { liveCampaign } from '../../src/core/campaign/cell.ts';
import { cellsOf } from '../../src/core/campaign/cells.ts';
import { decisionUuid } from '../../src/core/decision-id.ts';
import { lessonOf } from '../../src/core/effects.ts';
import { MOST_FEEDBACK } from '../../src/core/feedback.ts';
import { hash32 } from '../../src/core/hash.ts';
import { laneOf } from '../../src/core/lane.ts';
import { learn } from '../../src/core/learn.ts';
import type { Profile } from '../../src/core/profile.ts';
import { encodeProfile } from '../../src/core/profile-codec.ts';
import type { DecisionRecord, FeedbackRecord, LogRecord, OutcomeRecord } from '../../src/core/record.ts';
import { acceptedLogins, sharers } from '../../src/core/sharing.ts';
import type { DecisionLog } from '../../src/ports/decision-log.ts';
import { LogConflict } from '../../src/ports/log-errors.ts';
import type { CounterView, RiskState, StateView } from '../../src/ports/risk-state.ts';
import {
  type DecisionSketch,
  decisionRecord,
  erasureRecord,
  feedbackRecord,
  forgottenDeviceRecord,
} from '../support/log-records.ts';
import { seededRandom } from '../support/random.ts';

/** A log and the state that is its fold, as one process has them open. */
export interface OpenState {
  readonly log: DecisionLog;
  readonly state: RiskState;
  close(): Promise<void>;
}

export interface StatePlace {
  open(clock: () => number): Promise<OpenState>;
  /** As another process beside the first would have it; `null`: only one process may. */
  readonly openBeside: ((clock: () => number) => Promise<OpenState>) | null;
  /** What is left after the process was killed, opened by the next one. */
  reopen(clock: () => number): Promise<OpenState>;
}

const T = Date.UTC(2026, 10, 1, 8, 0, 0);
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const TENANT = 'default';
const QUIET = { failed: false, user: null } as const;
const clock = (): number => T;

type Sketch = Omit<DecisionSketch, 'position'> & { readonly teaches?: boolean };

let events = 0;

/** Decides, as far as the state can tell, and stores it; what a lost race asks for is done again. */
async function decide(at: OpenState, sketch: Sketch): Promise<DecisionRecord> {
  for (;;) {
    const probe = decisionRecord({ ...sketch, position: 0 });
    const { counters } = await look(at, probe);
    const position = at.log.nextPosition(laneOf(probe.event));
    const id = `dec_${decisionUuid(position, new Uint8Array(8).fill(++events))}`;
    const made = decisionRecord({ ...sketch, position, id });
    const learning = sketch.teaches === false ? 'none' : made.verdict.learning;
    const { features } = made.learnable;
    const deviceKey = made.event.device?.key ?? null;
    const record: DecisionRecord = {
      ...made,
      idempotency: { key: `event-${events}`, bodyHash: 'body' },
      learnable: {
        ...made.learnable,
        features: { ...features, device: deviceKey === null ? null : hash32(deviceKey) },
      },
      verdict: { ...made.verdict, learning },
      supersedes: counters.known ? (counters.value.attempt ?? null) : null,
    };
    if (await stored(at, record)) return record;
  }
}

/** False when another process was first. */
async function stored(at: OpenState, record: LogRecord, decision?: DecisionRecord): Promise<boolean> {
  at.state.apply(record, decision);
  try {
    await at.log.append(record);
    return true;
  } catch (error) {
    if (!(error instanceof LogConflict) || error.about !== 'position') throw error;
    at.state.withdraw(record);
    return false;
  }
}

async function report(
  at: OpenState,
  decision: DecisionRecord,
  status: OutcomeRecord['status'],
): Promise<OutcomeRecord> {
  for (;;) {
    const record = outcomeOf(decision, status, at.log.nextPosition(decision.position));
    if (await stored(at, record, decision)) return record;
  }
}

const outcomeOf = (
  decision: DecisionRecord,
  status: OutcomeRecord['status'],
  position: number,
): OutcomeRecord => ({
  kind: 'outcome',
  position,
  tenant: decision.tenant,
  decisionId: decision.id,
  status,
  method: 'webauthn',
  attempts: 1,
  occurredAt_ms: decision.event.occurredAt_ms + 5_000,
  recordedAt_ms: decision.event.recordedAt_ms + 5_000,
  resolution: status === 'succeeded' ? 'passed' : 'not_passed',
  finalAction: status === 'succeeded' ? 'allow' : 'block',
  userKey: decision.event.user.key,
  decisionOccurredAt_ms: decision.event.occurredAt_ms,
});

const look = async (at: OpenState, of: DecisionRecord): Promise<StateView> =>
  at.state.read({
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

async function countersOf(at: OpenState, of: DecisionRecord): Promise<CounterView> {
  const { counters } = await look(at, of);
  if (!counters.known) throw new Error(`counters are unknown: ${counters.why}`);
  return counters.value;
}

const profileOf = async (at: OpenState, of: DecisionRecord) =>
  at.state.profile(of.tenant, of.event.user.key ?? '');

/** What every pair of log and state promises, whatever they are made of. */
export function riskStateContract(name: string, place: () => StatePlace): void {
  describe(`${name} as risk state`, () => {
    const withState = async (run: (at: OpenState) => Promise<void>): Promise<void> => {
      const at = await place().open(clock);
      await run(at);
      await at.close();
    };

    it('a failure counts for user, name, address, network and device, and teaches nothing', () =>
      withState(async (at) => {
        const failed = await decide(at, { status: 'failed', occurredAt_ms: T, teaches: false });
        await at.state.flush();
        const counters = await countersOf(at, failed);
        const subjects = [counters.user, counters.address, counters.network, counters.device];
        expect(subjects.map((activity) => failureCounts(activity, T, QUIET).failures_10m)).toEqual([
          1, 1, 1, 1,
        ]);
        expect(failureCounts(counters.userAtAddress, T, QUIET).failures_1h).toBe(1);
        expect((await look(at, failed)).profile).toEqual({ known: true, value: null });
        expect(sharers(counters.addressSharing, T)).toBe(0);
      }));

    it('windows end at the time of the event that looks, whatever came later', () =>
      withState(async (at) => {
        for (const minutes of [0, 5, 30, 90]) {
          await decide(at, { status: 'failed', occurredAt_ms: T + minutes * MINUTE, teaches: false });
        }
        const late = await decide(at, { status: 'failed', occurredAt_ms: T + MINUTE, teaches: false });
        await at.state.flush();
        const { address } = await countersOf(at, late);
        const counts = (at_ms: number) => failureCounts(address, at_ms, QUIET);
        expect(counts(T).failures_10m).toBe(1);
        expect(counts(T + MINUTE).failures_10m).toBe(2);
        expect(counts(T + 5 * MINUTE).failures_10m).toBe(3);
        expect(counts(T + 90 * MINUTE).failures_1h).toBe(1);
        expect(counts(T + 24 * HOUR).failures_24h).toBeLessThan(5);
        expect(counts(T + 26 * HOUR).failures_24h).toBe(0);
      }));

    it('failures of many people raise a campaign in the cells of their tenant, and in no other', () =>
      withState(async (at) => {
        const attack = { status: 'failed', userId: null, userKey: null, teaches: false } as const;
        const tried: DecisionRecord[] = [];
        for (let i = 0; i < 20; i++) {
          const typed = { loginKey: `typed ${i}`, deviceKey: null, occurredAt_ms: T + i * 10_000 };
          tried.push(await decide(at, { ...attack, ...typed, tenant: 'attacked' }));
        }
        const elsewhere = await decide(at, {
          ...attack,
          loginKey: 'typed',
          tenant: 'other',
          occurredAt_ms: T,
        });
        await at.state.flush();
        const last = tried.at(-1) ?? elsewhere;
        for (const cell of (await countersOf(at, last)).cells) {
          expect(liveCampaign(cell, last.event.occurredAt_ms)).toMatchObject({ attempts: 20, started_ms: T });
        }
        for (const cell of (await countersOf(at, elsewhere)).cells) expect(cell?.campaign).toBeNull();
      }));

    it('an attempt counts once, at its latest status', () =>
      withState(async (at) => {
        const attempt = { attemptId: 'a|u|1', teaches: false } as const;
        await decide(at, { ...attempt, status: 'attempted', occurredAt_ms: T });
        for (let i = 1; i < 4; i++) {
          const failed = await decide(at, { ...attempt, status: 'failed', occurredAt_ms: T + i * 1_000 });
          await at.state.flush();
          const { address } = await countersOf(at, failed);
          expect(failureCounts(address, T + MINUTE, QUIET).failures_1h).toBe(1);
        }
        const passed = await decide(at, { ...attempt, status: 'succeeded', occurredAt_ms: T + 5_000 });
        await at.state.flush();
        const { address } = await countersOf(at, passed);
        expect(failureCounts(address, T + MINUTE, QUIET).failures_1h).toBe(0);
      }));

    it('distinct networks, sharers and applications are counted from what was accepted', () =>
      withState(async (at) => {
        for (let i = 0; i < 5; i++) {
          await decide(at, { userId: `u${i}`, ip: '203.0.113.9', deviceKey: `d${i}`, occurredAt_ms: T });
        }
        const last = await decide(at, {
          userId: 'u0',
          ip: '198.51.100.7',
          deviceKey: 'd0',
          occurredAt_ms: T,
        });
        await at.state.flush();
        const here = await countersOf(at, last);
        expect(networkCounts(here.user, T, null).hour).toBeGreaterThanOrEqual(1);
        expect(here.application?.logins).toBeCloseTo(6, 1);
        expect(sharers(here.tenantSharing, T)).toBe(5);
        expect(acceptedLogins(here.tenantSharing, T)).toBe(6);
        const shared = await countersOf(at, decisionRecord({ position: 0, ip: '203.0.113.9' }));
        expect(sharers(shared.addressSharing, T)).toBe(5);
      }));

    it('a dry run counts and teaches nothing', () =>
      withState(async (at) => {
        const dry = await decide(at, { source: 'dry_run', status: 'failed', occurredAt_ms: T });
        await at.state.flush();
        expect(await profileOf(at, dry)).toBeNull();
        expect((await countersOf(at, dry)).address).toBeUndefined();
      }));

    it('a passed challenge teaches fully, one that was not passed notes trouble, and both can be read at once', () =>
      withState(async (at) => {
        const first = await decide(at, { action: 'challenge', teaches: false, occurredAt_ms: T });
        expect(await profileOf(at, first)).toBeNull();
        const passed = await report(at, first, 'succeeded');
        expect((await profileOf(at, first))?.habits.devices[0]?.provisional).toBe(false);
        expect((await at.state.annotations(first.id)).outcome).toEqual(passed);
        const second = await decide(at, { action: 'challenge', teaches: false, occurredAt_ms: T + HOUR });
        await report(at, second, 'denied');
        expect((await profileOf(at, first))?.lastTrouble_h).not.toBeNull();
      }));

    it('a verdict puts its rebuilt profile in place and changes the version', () =>
      withState(async (at) => {
        const first = await decide(at, { occurredAt_ms: T });
        const userKey = first.event.user.key ?? '';
        const rebuilt = await profileOf(at, first);
        await decide(at, { occurredAt_ms: T + 2 * DAY });
        const version = await at.state.profileVersion(TENANT, userKey);
        const verdict = {
          ...feedbackRecord(first, at.log.nextPosition(first.position)),
          profile: rebuilt === null ? null : encodeProfile(rebuilt),
        };
        at.state.apply(verdict, first, version);
        await at.log.append(verdict);
        expect(await profileOf(at, first)).toEqual(rebuilt);
        expect(await at.state.profileVersion(TENANT, userKey)).not.toBe(version);
        const { feedback } = await at.state.annotations(first.id);
        expect(feedback.map(({ position, profile }) => [position, profile])).toEqual([
          [verdict.position, null],
        ]);
      }));

    it('a forgotten device vouches no more, also after a kill, and is learned anew by its next login', async () => {
      const where = place();
      const at = await where.open(clock);
      const first = await decide(at, { deviceKey: 'kept', occurredAt_ms: T });
      const second = await decide(at, { deviceKey: 'sold', occurredAt_ms: T + DAY });
      const userKey = first.event.user.key ?? '';
      const version = await at.state.profileVersion(TENANT, userKey);
      expect(
        await stored(at, forgottenDeviceRecord(TENANT, userKey, 'sold', at.log.nextPosition(userKey))),
      ).toBe(true);
      const profile = await profileOf(at, second);
      expect(profile?.habits.devices.map(({ key }) => key)).toEqual([hash32('kept')]);
      expect(profile?.last?.deviceKey).toBeNull();
      expect(profile?.habits.networks).not.toEqual([]);
      expect(await at.state.profileVersion(TENANT, userKey)).not.toBe(version);
      const other = forgottenDeviceRecord(TENANT, 'uk_nobody', 'sold', at.log.nextPosition('uk_nobody'));
      expect(await stored(at, other)).toBe(true);
      expect(await at.state.profile(TENANT, 'uk_nobody')).toBeNull();
      await at.state.flush();
      const again = await where.reopen(clock);
      expect(await profileOf(again, second)).toEqual(profile);
      await decide(again, { deviceKey: 'sold', occurredAt_ms: T + 2 * DAY });
      expect((await profileOf(again, second))?.habits.devices).toHaveLength(2);
      await again.close();
    });

    it('of the verdicts on one decision the newest are kept and the one that stands, whatever their number', () =>
      withState(async (at) => {
        const first = await decide(at, { occurredAt_ms: T });
        const say = async (source: FeedbackRecord['source'], note: string): Promise<FeedbackRecord> => {
          for (;;) {
            const verdict = {
              ...feedbackRecord(first, at.log.nextPosition(first.position)),
              source,
              note,
              profile: null,
            };
            if (await stored(at, verdict, first)) return verdict;
          }
        };
        const early = await say('analyst', 'early');
        const standing = await say('analyst', 'stands');
        const users: FeedbackRecord[] = [];
        for (let i = 0; i < 3 * MOST_FEEDBACK; i++) users.push(await say('user', 'n'.repeat(2_000)));
        const { feedback } = await at.state.annotations(first.id);
        expect(feedback.map(({ position }) => position)).toEqual(
          [standing, ...users.slice(1 - MOST_FEEDBACK)].map(({ position }) => position),
        );
        expect(feedback).not.toContainEqual(early);
        const last = await say('analyst', 'anew');
        const after = (await at.state.annotations(first.id)).feedback;
        expect(after).toHaveLength(MOST_FEEDBACK);
        expect(after.at(-1)).toEqual(last);
        expect(after.map(({ position }) => position)).not.toContain(standing.position);
      }));

    it('tenants never meet', () =>
      withState(async (at) => {
        await decide(at, { tenant: 'one', status: 'failed', occurredAt_ms: T });
        await at.state.flush();
        const other = decisionRecord({ position: 0, tenant: 'two' });
        expect((await countersOf(at, other)).address).toBeUndefined();
        expect(await at.state.profile('two', other.event.user.key ?? '')).toBeNull();
      }));

    it('an erased user is forgotten, is known to be erased, and begins anew only after the erasure', () =>
      withState(async (at) => {
        const first = await decide(at, { occurredAt_ms: T });
        const userKey = first.event.user.key ?? '';
        const erasedAt_ms = T + DAY;
        const tombstone = {
          ...erasureRecord(TENANT, userKey, at.log.nextPosition(userKey)),
          recordedAt_ms: erasedAt_ms,
        };
        at.state.apply(tombstone);
        await at.log.append(tombstone);
        expect(await profileOf(at, first)).toBeNull();
        expect((await look(at, first)).erasedAt_ms).toBe(erasedAt_ms);
        await decide(at, { occurredAt_ms: T + 2 * DAY });
        expect((await profileOf(at, first))?.logins).toBe(1);
      }));

    it('a repeated event id finds its decision for a day of receipt and no longer', () =>
      withState(async (at) => {
        const first = await decide(at, { occurredAt_ms: T });
        const { key, bodyHash } = first.idempotency ?? { key: '', bodyHash: '' };
        const asked = { key, bodyHash, lane: laneOf(first.event) };
        expect(await at.state.idempotent({ ...asked, now_ms: T + MINUTE })).toEqual({
          position: first.position,
          bodyHash,
        });
        expect(await at.state.idempotent({ ...asked, now_ms: T + 25 * HOUR })).toBeUndefined();
        expect(await at.state.idempotent({ ...asked, key: 'another', now_ms: T })).toBeUndefined();
      }));

    it('what is said of a decision can be forgotten', () =>
      withState(async (at) => {
        const first = await decide(at, { action: 'challenge', teaches: false, occurredAt_ms: T });
        await report(at, first, 'succeeded');
        await at.state.forget([first.id]);
        expect((await at.state.annotations(first.id)).outcome).toBeNull();
      }));

    it('after a kill the state is the fold of the log, exactly', async () => {
      const where = place();
      const at = await where.open(clock);
      const random = seededRandom(7);
      const made: DecisionRecord[] = [];
      for (let i = 0; i < 120; i++) {
        const user = `u${Math.floor(random() * 6)}`;
        const decision = await decide(at, {
          userId: user,
          ip: `198.51.100.${Math.floor(random() * 4)}`,
          deviceKey: `d-${user}-${Math.floor(random() * 3)}`,
          status: random() < 0.2 ? 'failed' : 'succeeded',
          teaches: random() < 0.7,
          occurredAt_ms: T + i * 20 * MINUTE,
        });
        made.push(decision);
        if (random() < 0.2) await report(at, decision, random() < 0.5 ? 'succeeded' : 'denied');
      }
      await at.state.flush();
      const before = await snapshot(at, made);
      const again = await where.reopen(clock);
      expect(await snapshot(again, made)).toEqual(before);
      await again.close();
    });

    it('two writers on one profile lose no lesson, and the profile is the fold of the log in its order', async () => {
      const where = place();
      const one = await where.open(clock);
      const two = where.openBeside === null ? one : await where.openBeside(clock);
      for (let round = 0; round < 20; round++) {
        const userId = `both-${round}`;
        await Promise.all(
          Array.from({ length: 9 }, (_, i) =>
            decide(i % 2 === 0 ? one : two, {
              userId,
              deviceKey: `device-${i}`,
              occurredAt_ms: T + i * DAY,
            }),
          ),
        );
        const profile = await one.state.profile(TENANT, `uk_${userId}`);
        expect(profile?.habits.devices).toHaveLength(9);
        let fold: Profile | null = null;
        for (const record of await one.log.read(0, 1_000)) {
          if (record.kind === 'decision' && record.event.user.id === userId) {
            fold = learn(fold, lessonOf(record, 'full'));
          }
        }
        expect(profile).toEqual(fold);
      }
      await one.close();
      if (two !== one) await two.close();
    });
  });
}

async function snapshot(at: OpenState, made: readonly DecisionRecord[]): Promise<unknown> {
  return Promise.all(
    made.map(async (decision) => {
      const { user, address, network, device } = await countersOf(at, decision);
      return {
        id: decision.id,
        profile: await profileOf(at, decision),
        said: await at.state.annotations(decision.id),
        counters: [user, address, network, device],
      };
    }),
  );
}
