import { LRUCache } from 'lru-cache';
import { type Activity, emptyActivity, recordFailure, recordNetwork } from '../../core/activity.ts';
import {
  type ApplicationStats,
  emptyApplicationStats,
  recordApplicationLogin,
} from '../../core/application-stats.ts';
import { type Cell, type Observation, stepCell } from '../../core/campaign/cell.ts';
import { CELL_KINDS, type CellKind, cellKindOf } from '../../core/campaign/cells.ts';
import { changesProfile, type Effect } from '../../core/effects.ts';
import {
  countFailure,
  countSuccess,
  countVerdict,
  emptyPopulation,
  type Population,
} from '../../core/model/population.ts';
import type { AttemptState } from '../../core/record.ts';
import { emptySharing, recordSharer, type Sharing } from '../../core/sharing.ts';

/** How many subjects are remembered in all, by what they are. Attackers can invent the first, third and fourth kind. */
export interface SubjectLimits {
  readonly activities: number;
  readonly sharings: number;
  readonly seen: number;
  readonly attempts: number;
  readonly applications: number;
  /** One a tenant, up to 250 KB each. */
  readonly populations: number;
  /** Of each kind: who invents TLS fingerprints pushes out no networks. */
  readonly cells: number;
}

export const DEFAULT_SUBJECT_LIMITS: SubjectLimits = {
  activities: 200_000,
  sharings: 200_000,
  seen: 50_000,
  attempts: 100_000,
  applications: 4_096,
  populations: 512,
  cells: 16_384,
};

/** A power of two (see `shardIndex`). A restored snapshot belongs to the shard that wrote it, so neither may change. */
const SHARDS = 128;
const DAY_MS = 86_400_000;

/** A shard as stored: the position up to which it holds every effect, and its entries, least recently used first. */
export interface ShardSnapshot {
  readonly applied: number;
  readonly activities: readonly (readonly [string, Activity])[];
  readonly sharings: readonly (readonly [string, Sharing])[];
  readonly seen: readonly (readonly [string, Sharing])[];
  readonly attempts: readonly (readonly [string, AttemptState])[];
  readonly applications: readonly (readonly [string, ApplicationStats])[];
  readonly populations: readonly (readonly [string, Population])[];
  readonly cells: readonly (readonly [string, Cell])[];
}

/**
 * Counters of subjects in memory, in a fixed number of shards, so that a snapshot can be written shard by shard
 * without stopping the world. Least recently used subjects fall out: memory is bounded whatever an attacker invents.
 */
export interface SubjectCache {
  activity(subject: string): Activity | undefined;
  sharing(subject: string): Sharing | undefined;
  seen(subject: string): Sharing | undefined;
  attempt(subject: string): AttemptState | undefined;
  application(subject: string): ApplicationStats | undefined;
  population(subject: string): Population | undefined;
  cell(subject: string): Cell | undefined;
  /** Carries out an effect on a subject, once for each position: a position that the subject's shard holds is passed over. */
  apply(effect: Effect, position: number): void;
  /** Every record has been applied up to here, whether or not it touched a subject. */
  advance(position: number): void;
  /** The next shard that changed since its last snapshot, oldest change first. */
  nextDirty():
    | { readonly shard: number; readonly since: number; readonly snapshot: ShardSnapshot }
    | undefined;
  markClean(shard: number, applied: number): void;
  /** Its snapshot could not be written. */
  markDirty(shard: number, since: number): void;
  /** Every effect up to this position is in the stored shards. */
  floor(): number;
  restore(shard: number, snapshot: ShardSnapshot): void;
  size(): number;
}

interface Shard {
  applied: number;
  /** Position of the oldest effect that no snapshot holds; 0 when clean. */
  dirtySince: number;
  lastTouched: number;
  activities: LRUCache<string, Activity>;
  sharings: LRUCache<string, Sharing>;
  seen: LRUCache<string, Sharing>;
  attempts: LRUCache<string, AttemptState>;
  applications: LRUCache<string, ApplicationStats>;
  populations: LRUCache<string, Population>;
  cells: Record<CellKind, LRUCache<string, Cell>>;
}

export function createSubjectCache(limits: SubjectLimits = DEFAULT_SUBJECT_LIMITS): SubjectCache {
  const per = (n: number): number => Math.max(4, Math.ceil(n / SHARDS));
  const shards: Shard[] = Array.from({ length: SHARDS }, () => ({
    applied: 0,
    dirtySince: 0,
    lastTouched: 0,
    activities: new LRUCache({ max: per(limits.activities) }),
    sharings: new LRUCache({ max: per(limits.sharings) }),
    seen: new LRUCache({ max: per(limits.seen) }),
    attempts: new LRUCache({ max: per(limits.attempts) }),
    applications: new LRUCache({ max: per(limits.applications) }),
    populations: new LRUCache({ max: per(limits.populations) }),
    cells: {
      as: new LRUCache({ max: per(limits.cells) }),
      tls: new LRUCache({ max: per(limits.cells) }),
      network: new LRUCache({ max: per(limits.cells) }),
    },
  }));
  let head = 0;
  /** Newest event time seen: what is older than a day before it is dropped from snapshots. */
  let newest_ms = 0;

  const shardOf = (subject: string): Shard => {
    const shard = shards[shardIndex(subject)];
    if (shard === undefined) throw new Error('shard index out of range');
    return shard;
  };

  return {
    // Looking does not refresh: what a login looks at, its effects touch a moment later.
    activity: (subject) => shardOf(subject).activities.peek(subject),
    sharing: (subject) => shardOf(subject).sharings.peek(subject),
    seen: (subject) => shardOf(subject).seen.peek(subject),
    attempt: (subject) => shardOf(subject).attempts.peek(subject),
    application: (subject) => shardOf(subject).applications.peek(subject),
    population: (subject) => shardOf(subject).populations.peek(subject),
    cell: (subject) => cellsIn(shardOf(subject), subject)?.peek(subject),

    apply(effect, position) {
      if (changesProfile(effect)) return;
      const shard = shardOf(effect.subject);
      if (position <= shard.applied) return;
      // Most logins lie in cells where nobody failed: nothing is kept of them, and nothing is to be written.
      if (effect.kind === 'cell' && !stepIn(shard, effect.subject, effect.seen)) return;
      if (shard.dirtySince === 0) shard.dirtySince = position;
      shard.lastTouched = position;
      switch (effect.kind) {
        case 'failure': {
          newest_ms = Math.max(newest_ms, effect.at_ms);
          const activity = ensure(shard.activities, effect.subject, emptyActivity);
          recordFailure(activity, effect.at_ms, effect.user, effect.by);
          return;
        }
        case 'network': {
          newest_ms = Math.max(newest_ms, effect.at_ms);
          recordNetwork(
            ensure(shard.activities, effect.subject, emptyActivity),
            effect.at_ms,
            effect.network,
          );
          return;
        }
        case 'sharer': {
          const seen = effect.subject.includes('|s|');
          const sharing = ensure(seen ? shard.seen : shard.sharings, effect.subject, emptySharing);
          recordSharer(sharing, effect.at_ms, effect.user);
          return;
        }
        case 'application':
          recordApplicationLogin(
            ensure(shard.applications, effect.subject, emptyApplicationStats),
            effect.learnable,
          );
          return;
        case 'population': {
          const { keys, at_ms, what } = effect;
          const population = ensure(shard.populations, effect.subject, () => emptyPopulation(at_ms));
          if (what.of === 'success') countSuccess(population, keys, at_ms, what.user);
          else if (what.of === 'failure') countFailure(population, keys, at_ms, what.person);
          else countVerdict(population, keys, what.decision, what.verdict);
          return;
        }
        case 'cell':
          newest_ms = Math.max(newest_ms, effect.seen.at_ms);
          return;
        case 'attempt':
          shard.attempts.set(effect.subject, effect.attempt);
          return;
      }
    },

    advance(position) {
      head = Math.max(head, position);
    },

    nextDirty() {
      let oldest: Shard | undefined;
      let index = -1;
      for (const [i, shard] of shards.entries()) {
        if (shard.dirtySince > 0 && (oldest === undefined || shard.dirtySince < oldest.dirtySince)) {
          oldest = shard;
          index = i;
        }
      }
      if (oldest === undefined) return undefined;
      prune(oldest, newest_ms);
      return { shard: index, since: oldest.dirtySince, snapshot: snapshotOf(oldest, head) };
    },

    markClean(index, applied) {
      const shard = shards[index];
      if (shard === undefined) return;
      shard.dirtySince = shard.lastTouched > applied ? applied + 1 : 0;
    },

    markDirty(index, since) {
      const shard = shards[index];
      if (shard !== undefined) shard.dirtySince = since;
    },

    floor() {
      let floor = head;
      for (const shard of shards) if (shard.dirtySince > 0) floor = Math.min(floor, shard.dirtySince - 1);
      return floor;
    },

    restore(index, snapshot) {
      const shard = shards[index];
      if (shard === undefined) return;
      shard.applied = snapshot.applied;
      for (const [k, v] of snapshot.activities) shard.activities.set(k, v);
      for (const [k, v] of snapshot.sharings) shard.sharings.set(k, v);
      for (const [k, v] of snapshot.seen) shard.seen.set(k, v);
      for (const [k, v] of snapshot.attempts) shard.attempts.set(k, v);
      for (const [k, v] of snapshot.applications) shard.applications.set(k, v);
      for (const [k, v] of snapshot.populations) shard.populations.set(k, v);
      for (const [k, v] of snapshot.cells) cellsIn(shard, k)?.set(k, v);
    },

    size: () =>
      shards.reduce((n, s) => n + s.activities.size + s.sharings.size + s.seen.size + s.attempts.size, 0),
  };
}

/** By the last characters, where subjects differ most: a dozen subjects a login are looked up, and need no more. */
function shardIndex(subject: string): number {
  let h = subject.length;
  for (let i = Math.max(0, subject.length - 6); i < subject.length; i++) {
    h = (Math.imul(h, 31) + subject.charCodeAt(i)) | 0;
  }
  return (h ^ (h >>> 7)) & (SHARDS - 1);
}

function ensure<T extends object>(cache: LRUCache<string, T>, key: string, make: () => T): T {
  let value = cache.get(key);
  if (value === undefined) {
    value = make();
    cache.set(key, value);
  }
  return value;
}

function cellsIn(shard: Shard, subject: string): LRUCache<string, Cell> | undefined {
  const kind = cellKindOf(subject);
  return kind === null ? undefined : shard.cells[kind];
}

/** Whether there was, or is now, anything to keep. */
function stepIn(shard: Shard, subject: string, seen: Observation): boolean {
  const cells = cellsIn(shard, subject);
  const before = cells?.get(subject);
  const after = stepCell(before, subject, seen);
  if (after !== undefined) cells?.set(subject, after);
  else if (before !== undefined) cells?.delete(subject);
  return before !== undefined || after !== undefined;
}

/** Activities live at most a day after their last sign of life. */
function prune(shard: Shard, newest_ms: number): void {
  const oldest_s = Math.floor((newest_ms - DAY_MS) / 1000);
  for (const [subject, activity] of shard.activities.entries()) {
    const lastFailure_s = Math.max(Math.floor(activity.last_ms / 1000), (activity.hours.at(-1) ?? 0) * 3_600);
    const lastNetwork_s = activity.networkLast_s.reduce((a, b) => Math.max(a, b), 0);
    if (Math.max(lastFailure_s, lastNetwork_s) < oldest_s) shard.activities.delete(subject);
  }
  for (const kind of CELL_KINDS) {
    for (const [subject, cell] of shard.cells[kind].entries()) {
      if (cell.at_ms < newest_ms - DAY_MS) shard.cells[kind].delete(subject);
    }
  }
}

function snapshotOf(shard: Shard, applied: number): ShardSnapshot {
  return {
    applied,
    activities: entriesOf(shard.activities),
    sharings: entriesOf(shard.sharings),
    seen: entriesOf(shard.seen),
    attempts: entriesOf(shard.attempts),
    applications: entriesOf(shard.applications),
    populations: entriesOf(shard.populations),
    cells: CELL_KINDS.flatMap((kind) => entriesOf(shard.cells[kind])),
  };
}

/** Least recently used first, so that a restored cache forgets in the same order. */
function entriesOf<T extends object>(cache: LRUCache<string, T>): readonly (readonly [string, T])[] {
  const entries: (readonly [string, T])[] = [];
  for (const key of cache.rkeys()) {
    const value = cache.peek(key);
    if (value !== undefined) entries.push([key, value]);
  }
  return entries;
}
