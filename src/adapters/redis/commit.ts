import type { Effect } from '../../core/effects.ts';
import { decodeProfile } from '../../core/profile-codec.ts';
import type { DecisionRecord, LogRecord } from '../../core/record.ts';
import { LogConflict, LogUnavailable } from '../../ports/log-errors.ts';
import { annotate, decodeAnnotations, encodeAnnotations } from './annotations.ts';
import { MOST_AHEAD_MS } from './clock-watch.ts';
import type { RedisClient } from './connect.ts';
import { sortEffects } from './effect-keys.ts';
import { applyFresh, type Entity, encodeEntity, eraseUser, lifeOf, replaceProfile } from './entities.ts';
import { type EntityWriter, readEntity } from './entity-writer.ts';
import { type Keys, LIFE_MS, shardOfPosition } from './keys.ts';
import { createEntryEncoder, entryId, positionOfEntry } from './log-entry.ts';
import { type CommitArguments, type Scripts, STORED } from './scripts.ts';
import { createVersions, readVersioned, type Versioned, versionBytes, withVersion } from './versioned.ts';

export interface Commit {
  readonly record: LogRecord;
  /** The decision that an outcome speaks of. */
  readonly decision: DecisionRecord | undefined;
  /** The version that a verdict's profile was rebuilt from. */
  readonly profileVersion: number | undefined;
}

/** What a stored record still has to change elsewhere. */
export interface Stored {
  /** By key. */
  readonly outside: ReadonlyMap<string, readonly Effect[]>;
  /** Of the tenant as a whole. */
  readonly ofTenant: readonly Effect[];
}

export type CommitRecord = (commit: Commit) => Promise<Stored>;

/** What whoever gives out positions learns from a refusal. */
export interface PositionNews {
  /** The position that stands in the way. */
  behind(shard: number, last: number): void;
  /**
   * The position given out was too far ahead of Redis' time; the shard's last one. Whether another one would do: false
   * when it is this process's clock that is wrong.
   */
  ahead(shard: number, last: number, redis_ms: number): boolean;
}

const EVENT_TAKEN = 2;
const USER_CHANGED = 3;
const NOTES_CHANGED = 4;
const BEHIND = 5;
const AHEAD = 6;
/** A user who changes under every try logs in many times in one millisecond. */
const MAX_TRIES = 20;

/**
 * Stores a record together with everything of its lane: the user's profile and counters, the event id's entry, what was
 * said of the decision. All of it is in one shard, so it happens at once or not at all; a profile can therefore be
 * recomputed from its shard of the log to the bit.
 *
 * @throws LogConflict, LogUnavailable
 */
export function createCommit(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly scripts: Pick<Scripts, 'commit'>;
  readonly writer: EntityWriter;
  readonly positions: PositionNews;
}): CommitRecord {
  const { redis, keys, scripts, writer, positions } = options;
  const encode = createEntryEncoder();
  const turns = createTurns();
  const nextVersion = createVersions();

  return async (commit) => {
    const turn = turns.join(shardOfPosition(commit.record.position));
    try {
      return await store(commit, turn);
    } finally {
      turn.leave();
    }
  };

  async function store({ record, decision, profileVersion }: Commit, turn: Turn): Promise<Stored> {
    const { position } = record;
    const shard = shardOfPosition(position);
    const { user, inside, outside, ofTenant } = sortEffects(keys, record, decision);
    const changesUser = inside.length > 0 || changesProfile(record);
    const notes =
      record.kind === 'outcome' || record.kind === 'feedback'
        ? keys.annotations(shard, record.decisionId)
        : null;
    const event =
      record.kind === 'decision' && record.idempotency !== null
        ? { key: keys.idempotency(shard, record.idempotency.key), value: eventEntry(record) }
        : null;
    const bytes = encode(record);
    const unused = keys.open(shard);

    /** Applies what the record does to its user, in place. */
    const change = (entity: Entity): void => {
      const erasedAt_ms = entity.user?.erasedAt_ms ?? null;
      if (record.kind === 'decision' && erasedAt_ms !== null && record.event.occurredAt_ms <= erasedAt_ms) {
        throw new LogConflict('state');
      }
      applyFresh(entity, inside, position);
      if (record.kind === 'erasure') eraseUser(entity, record.recordedAt_ms, position);
      if (record.kind === 'feedback' && record.profile !== null) {
        if (profileVersion !== undefined && (entity.user?.position ?? 0) !== profileVersion) {
          throw new LogConflict('state');
        }
        const profile = record.profile.byteLength === 0 ? null : decodeProfile(record.profile);
        replaceProfile(entity, profile, position);
      }
    };

    // What those before it make of the user is the base of what this one does.
    if (turn.waits) await turn.come();
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      let userBase = user !== null && changesUser ? (writer.take(user) ?? null) : null;
      let noteBase: Versioned<Buffer> | null = null;
      const asked = user !== null && changesUser && userBase === null ? user : null;
      // A login's user was read with the rest of its state. Reports have to ask, and a login whose state came late.
      if (asked !== null || notes !== null) {
        const [userBytes, noteBytes] = await Promise.all([
          asked === null ? null : redis.getBuffer(asked),
          notes === null ? null : redis.getBuffer(notes),
        ]);
        if (asked !== null) userBase = readEntity(userBytes);
        if (record.kind === 'outcome' || record.kind === 'feedback') {
          const found = readVersioned(noteBytes, decodeAnnotations);
          const after = annotate(found.value, record);
          if (after === undefined) throw new LogConflict('state');
          noteBase = { version: found.version, value: Buffer.from(encodeAnnotations(after)) };
        }
      }
      if (userBase !== null) change(userBase.value);
      const userVersion = nextVersion();
      const args: CommitArguments = [
        entryId(position),
        bytes,
        String(position),
        outside.size > 0 ? '1' : '0',
        versionBytes(userBase?.version ?? null),
        userBase === null ? '' : withVersion(userVersion, encodeEntity(userBase.value)),
        userBase === null ? 0 : lifeOf(userBase.value),
        event?.value ?? '',
        LIFE_MS.idempotency,
        versionBytes(noteBase?.version ?? null),
        noteBase === null ? '' : withVersion(nextVersion(), noteBase.value),
        LIFE_MS.annotations,
        MOST_AHEAD_MS,
      ];
      if (user !== null && userBase !== null) {
        writer.sent(user, { version: userVersion, value: userBase.value });
      }
      turn.leave();
      let outcome: number | undefined;
      let found: Buffer | null | undefined;
      let now_ms: Buffer | undefined;
      try {
        [outcome, found, now_ms] = await scripts.commit(
          [keys.log(shard), keys.open(shard), user ?? unused, event?.key ?? unused, notes ?? unused],
          args,
        );
      } catch (cause) {
        throw new LogUnavailable('Redis did not store the record.', { cause });
      } finally {
        if (user !== null && userBase !== null) writer.arrived(user, outcome === STORED);
      }
      switch (outcome) {
        case STORED:
          return { outside, ofTenant };
        case EVENT_TAKEN:
          throw new LogConflict('event', parseEventEntry(found ?? null));
        case USER_CHANGED:
          if (user !== null) writer.read(user, found ?? null, true);
          break;
        case NOTES_CHANGED:
          break;
        case BEHIND:
          positions.behind(shard, positionOfEntry(textOf(found)));
          throw new LogConflict('position');
        case AHEAD:
          if (positions.ahead(shard, positionOfEntry(textOf(found)), Number(textOf(now_ms)))) {
            throw new LogConflict('position');
          }
          throw new LogUnavailable(
            "The clock of this process is too far ahead of Redis' to record anything.",
          );
        default:
          throw new LogUnavailable('Redis answered what no script answers.');
      }
    }
    throw new LogUnavailable('The user changes faster than a record can be stored.');
  }
}

const textOf = (bytes: Buffer | null | undefined): string => bytes?.toString('latin1') ?? '';

interface Turn {
  /** Whether another record of the shard is still being made ready. */
  readonly waits: boolean;
  /** Resolves when those before it are sent. */
  come(): Promise<void>;
  /** It is sent, or will not be. */
  leave(): void;
}

/**
 * Records of one shard leave this process in the order of their positions, although some of them have to look something
 * up first. Who has nobody before it is not made to wait, not even for a turn of the event loop.
 */
function createTurns(): { join(shard: number): Turn } {
  const last = new Map<number, Promise<void>>();
  return {
    join(shard) {
      const before = last.get(shard);
      let leave: () => void = () => undefined;
      const left = new Promise<void>((resolve) => {
        leave = resolve;
      });
      const gone = before === undefined ? left : Promise.all([before, left]).then(() => undefined);
      last.set(shard, gone);
      return {
        waits: before !== undefined,
        come: () => before ?? Promise.resolve(),
        leave() {
          if (last.get(shard) === gone) last.delete(shard);
          leave();
        },
      };
    },
  };
}

const changesProfile = (record: LogRecord): boolean =>
  record.kind === 'erasure' || (record.kind === 'feedback' && record.profile !== null);

function eventEntry(record: DecisionRecord): string {
  return `${record.position} ${record.idempotency?.bodyHash ?? ''}`;
}

/** What an event id's entry says; `null`: nothing, or it has just expired. */
export function parseEventEntry(
  entry: Buffer | null,
): { readonly position: number; readonly bodyHash: string } | null {
  if (entry === null) return null;
  const text = entry.toString('latin1');
  const space = text.indexOf(' ');
  return { position: Number(text.slice(0, space)), bodyHash: text.slice(space + 1) };
}
