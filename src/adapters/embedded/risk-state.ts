import { LRUCache } from 'lru-cache';
import type { Activity } from '../../core/activity.ts';
import { effectsOf, subjects } from '../../core/effects.ts';
import { withFeedback } from '../../core/feedback.ts';
import { known } from '../../core/known.ts';
import { forgetDevice, learn, noteTrouble } from '../../core/learn.ts';
import type { Profile } from '../../core/profile.ts';
import { decodeProfile } from '../../core/profile-codec.ts';
import type { DecisionRecord, LogRecord } from '../../core/record.ts';
import type {
  Annotations,
  IdempotencyQuery,
  IdempotentDecision,
  RiskState,
  StateQuery,
  StateView,
} from '../../ports/risk-state.ts';
import type { ProfileRow, StateStorage } from './state-storage.ts';
import { createSubjectCache, type SubjectLimits } from './subject-cache.ts';

export interface RiskStateOptions {
  /** `null`: nothing is kept beyond this process (replays). */
  readonly storage: StateStorage | null;
  /** Resolves when every record appended so far is durable: rows never run ahead of the log. */
  readonly settled: () => Promise<void>;
  readonly limits?: SubjectLimits;
  readonly cachedProfiles?: number;
}

export interface EmbeddedRiskState extends RiskState {
  /** In memory, so all of these answer at once. */
  read(query: StateQuery): StateView;
  idempotent(query: IdempotencyQuery): IdempotentDecision | undefined;
  annotations(decisionId: string): Annotations;
  profile(tenant: string, userKey: string): Profile | null;
  profileVersion(tenant: string, userKey: string): number;
  /** Position above which the log must be folded again after a start. */
  readonly foldFrom: number;
  /** Writes changed rows and one changed shard; call it a few times a second. */
  checkpoint(): Promise<void>;
  /** Position up to which everything is kept in rows and snapshots: the log below it is not needed for the state. */
  folded(): number;
  /** Forgets event ids that no repeat may use any more. */
  expire(now_ms: number): Promise<void>;
}

const DAY_MS = 86_400_000;
/** With a checkpoint every 250 ms all shards have their turn within 16 s: so much log is folded again after a kill. */
const SHARDS_A_CHECKPOINT = 2;
const NO_ANNOTATIONS: Annotations = Object.freeze({ outcome: null, feedback: Object.freeze([]) });

interface Changes {
  profiles: Map<string, ProfileRow>;
  annotations: Map<string, Annotations>;
  idempotency: Map<string, IdempotentDecision>;
  tombstones: Map<string, number>;
}

const noChanges = (): Changes => ({
  profiles: new Map(),
  annotations: new Map(),
  idempotency: new Map(),
  tombstones: new Map(),
});

/**
 * The embedded RiskState: everything is a fold of the log, kept in memory and written behind. What a kill takes is
 * folded again from the log at the next start; positions in rows and shards make that exact.
 */
export function createRiskState(options: RiskStateOptions): EmbeddedRiskState {
  const { storage, settled } = options;
  const cache = createSubjectCache(options.limits);
  /** Read-through cache of stored rows; without storage there is nothing to read through to. */
  const clean = new LRUCache<string, ProfileRow>({ max: options.cachedProfiles ?? 50_000 });
  const tombstones = new Map<string, number>(storage?.tombstones() ?? []);
  let changes = noChanges();
  let writing = noChanges();
  let applied = storage?.applied() ?? 0;
  let writes: Promise<void> = Promise.resolve();
  const rowsApplied = applied;
  let writtenRows = applied;
  let writtenFloor = storage?.shardFloor() ?? 0;
  const shardFloor = storage?.shardFloor() ?? 0;
  const foldFrom = storage === null ? 0 : Math.min(rowsApplied, shardFloor);
  if (storage !== null) {
    for (const { shard, snapshot } of storage.shards()) cache.restore(shard, snapshot);
    cache.advance(shardFloor);
  }

  const row = (key: string): ProfileRow | undefined => {
    const changed = changes.profiles.get(key) ?? writing.profiles.get(key);
    if (changed !== undefined || storage === null) return changed;
    const cached = clean.get(key);
    if (cached !== undefined) return cached;
    const stored = storage.profile(key);
    if (stored !== undefined) clean.set(key, stored);
    return stored;
  };
  const setProfile = (key: string, profile: Profile | null, position: number): void => {
    const before = row(key);
    if (before !== undefined && before.position >= position) return;
    changes.profiles.set(key, { profile, position });
  };
  const annotationsOf = (decisionId: string): Annotations =>
    changes.annotations.get(decisionId) ??
    writing.annotations.get(decisionId) ??
    storage?.annotations(decisionId) ??
    NO_ANNOTATIONS;

  const applyRows = (record: LogRecord): void => {
    const { position } = record;
    if (record.kind === 'decision') {
      if (record.idempotency !== null) {
        changes.idempotency.set(record.idempotency.key, {
          position,
          bodyHash: record.idempotency.bodyHash,
        });
      }
      return;
    }
    if (record.kind === 'outcome') {
      const before = annotationsOf(record.decisionId);
      if (before.outcome === null) changes.annotations.set(record.decisionId, { ...before, outcome: record });
      return;
    }
    if (record.kind === 'feedback') {
      const before = annotationsOf(record.decisionId);
      const stored = record.profile === null ? record : { ...record, profile: null };
      const feedback = withFeedback(before.feedback, stored);
      if (feedback !== before.feedback) changes.annotations.set(record.decisionId, { ...before, feedback });
      if (record.profile !== null && record.userKey !== null) {
        const profile = record.profile.byteLength === 0 ? null : decodeProfile(record.profile);
        setProfile(subjects.user(record.tenant, record.userKey), profile, position);
      }
      return;
    }
    // Its effect on the profile is all that it changes.
    if (record.kind === 'forgotten_device') return;
    const key = subjects.user(record.tenant, record.userKey);
    tombstones.set(key, record.recordedAt_ms);
    changes.tombstones.set(key, record.recordedAt_ms);
    setProfile(key, null, position);
  };

  const applyEffects = (record: LogRecord, decision: DecisionRecord | undefined): void => {
    const { position } = record;
    const effects = effectsOf(record, decision);
    // One record may teach a profile once only, whatever the number of its effects.
    for (const effect of effects) {
      if (effect.kind === 'learn') {
        if (isErased(effect.userKey, effect.lesson.occurredAt_ms)) continue;
        const before = row(effect.userKey);
        if (before === undefined || before.position < position) {
          setProfile(effect.userKey, learn(before?.profile ?? null, effect.lesson), position);
        }
      } else if (effect.kind === 'trouble') {
        const before = row(effect.userKey);
        if (before?.profile != null && before.position < position) {
          setProfile(effect.userKey, noteTrouble(before.profile, effect.at_ms), position);
        }
      } else if (effect.kind === 'forget') {
        const before = row(effect.userKey);
        if (before?.profile != null && before.position < position) {
          setProfile(effect.userKey, forgetDevice(before.profile, effect.device), position);
        }
      } else {
        cache.apply(effect, position);
      }
    }
    cache.advance(position);
  };

  const isErased = (userKey: string, occurredAt_ms: number): boolean => {
    const erasedAt_ms = tombstones.get(userKey);
    return erasedAt_ms !== undefined && occurredAt_ms <= erasedAt_ms;
  };

  const writeRows = async (): Promise<void> => {
    if (storage === null) return;
    const upTo = applied;
    writing = changes;
    changes = noChanges();
    try {
      await settled();
      await storage.write({ ...writing, applied: upTo });
      for (const [key, value] of writing.profiles) clean.set(key, value);
      writing = noChanges();
      writtenRows = upTo;
    } catch (error) {
      // Nothing is lost: what was not written is newer than `applied` and stays in memory for the next try.
      changes = {
        profiles: new Map([...writing.profiles, ...changes.profiles]),
        annotations: new Map([...writing.annotations, ...changes.annotations]),
        idempotency: new Map([...writing.idempotency, ...changes.idempotency]),
        tombstones: new Map([...writing.tombstones, ...changes.tombstones]),
      };
      writing = noChanges();
      throw error;
    }
  };
  const writeShard = async (): Promise<boolean> => {
    if (storage === null) return false;
    const dirty = cache.nextDirty();
    if (dirty === undefined) {
      const floor = cache.floor();
      if (floor > writtenFloor) await storage.writeShardFloor(floor);
      writtenFloor = floor;
      return false;
    }
    // Encoded before the first wait: the snapshot shows live counters, and they go on counting.
    const bytes = storage.encodeShard(dirty.snapshot);
    cache.markClean(dirty.shard, dirty.snapshot.applied);
    const floor = cache.floor();
    await settled();
    try {
      await storage.writeShard(dirty.shard, bytes, floor);
      writtenFloor = floor;
    } catch (error) {
      cache.markDirty(dirty.shard, dirty.since);
      throw error;
    }
    return true;
  };
  /** One write at a time: two would race for `writing`. */
  const exclusively = (work: () => Promise<void>): Promise<void> => {
    const next = writes.then(work);
    writes = next.catch(() => undefined);
    return next;
  };

  return {
    foldFrom,
    read(query: StateQuery) {
      const { tenant, deviceKey } = query;
      const person = query.loginKey ?? query.userKey;
      const userKey = query.userKey === null ? null : subjects.user(tenant, query.userKey);
      const user = userKey === null ? undefined : cache.activity(userKey);
      const login =
        query.loginKey === null ? undefined : cache.activity(subjects.login(tenant, query.loginKey));
      // Who never failed has no failures here or on this device either: two look-ups that most logins do not need.
      const failed = person !== null && (hasFailures(user) || hasFailures(login));
      const addressKey = subjects.address(tenant, query.ip);
      const networkKey = subjects.network(tenant, query.network);
      const deviceSubject = deviceKey === null ? null : subjects.device(tenant, deviceKey);
      return {
        profile: known(userKey === null ? null : (row(userKey)?.profile ?? null)),
        erasedAt_ms: userKey === null ? null : (tombstones.get(userKey) ?? null),
        counters: known({
          user,
          login,
          address: cache.activity(addressKey),
          network: cache.activity(networkKey),
          device: deviceSubject === null ? undefined : cache.activity(deviceSubject),
          userAtAddress: failed ? cache.activity(subjects.userAt(tenant, person, query.ip)) : undefined,
          userOnDevice:
            failed && deviceKey !== null
              ? cache.activity(subjects.userOn(tenant, person, deviceKey))
              : undefined,
          addressSharing: cache.sharing(addressKey),
          networkSharing: cache.sharing(networkKey),
          deviceSharing: deviceSubject === null ? undefined : cache.sharing(deviceSubject),
          deviceSeen: deviceKey === null ? undefined : cache.seen(subjects.deviceSeen(tenant, deviceKey)),
          tenantSharing: cache.sharing(subjects.tenant(tenant)),
          application: cache.application(subjects.application(tenant, query.applicationId)),
          population: cache.population(subjects.population(tenant)),
          attempt:
            query.attemptId === null ? undefined : cache.attempt(subjects.attempt(tenant, query.attemptId)),
          cells: query.cells.map((subject) => cache.cell(subject)),
        }),
      };
    },

    idempotent({ key, now_ms }) {
      const found =
        changes.idempotency.get(key) ?? writing.idempotency.get(key) ?? storage?.idempotent(key) ?? undefined;
      return found !== undefined && now_ms - found.position / 1000 < DAY_MS ? found : undefined;
    },
    annotations: annotationsOf,

    apply(record, decision) {
      applied = Math.max(applied, record.position);
      if (record.position > rowsApplied || storage === null) applyRows(record);
      applyEffects(record, decision);
    },
    withdraw(record) {
      if (record.kind === 'decision') {
        if (record.idempotency !== null) changes.idempotency.delete(record.idempotency.key);
        return;
      }
      if (record.kind === 'erasure' || record.kind === 'forgotten_device') return;
      const before = annotationsOf(record.decisionId);
      changes.annotations.set(record.decisionId, {
        outcome: before.outcome?.position === record.position ? null : before.outcome,
        feedback: before.feedback.filter((f) => f.position !== record.position),
      });
    },
    profileVersion: (tenant, userKey) => row(subjects.user(tenant, userKey))?.position ?? 0,
    async forget(decisionIds) {
      for (const id of decisionIds) {
        if (annotationsOf(id) !== NO_ANNOTATIONS) changes.annotations.set(id, NO_ANNOTATIONS);
      }
    },
    profile: (tenant, userKey) => row(subjects.user(tenant, userKey))?.profile ?? null,

    checkpoint: () =>
      exclusively(async () => {
        await writeRows();
        for (let i = 0; i < SHARDS_A_CHECKPOINT && (await writeShard()); i++);
      }),
    flush: () =>
      exclusively(async () => {
        await writeRows();
        while (await writeShard()) {
          // Each turn writes one shard; the loop ends when none has changed.
        }
      }),
    folded: () => Math.min(writtenRows, writtenFloor),
    async expire(now_ms) {
      await storage?.expireIdempotency(now_ms);
    },
    async close() {
      if (storage === null) return;
      await this.flush();
      await storage.close();
    },
  };
}

const hasFailures = (activity: Activity | undefined): boolean =>
  activity !== undefined && (activity.minutes.length > 0 || activity.hours.length > 0);
