import { Packr } from 'msgpackr';
import { type Activity, emptyActivity, recordFailure, recordNetwork } from '../../core/activity.ts';
import type { Effect } from '../../core/effects.ts';
import { forgetDevice, learn, noteTrouble } from '../../core/learn.ts';
import type { Profile } from '../../core/profile.ts';
import { decodeProfile, encodeProfile } from '../../core/profile-codec.ts';
import type { AttemptState } from '../../core/record.ts';
import { emptySharing, recordSharer, type Sharing } from '../../core/sharing.ts';
import { LIFE_MS } from './keys.ts';

/**
 * What one key holds of one subject. Effects reach it at least once; it counts each once, because it knows the
 * positions of the last of them.
 */
export interface Entity {
  /** Positions of the last effects, ascending; at most `REMEMBERED`. */
  applied: number[];
  activity: Activity | undefined;
  sharing: Sharing | undefined;
  seen: Sharing | undefined;
  attempt: { readonly position: number; readonly state: AttemptState } | undefined;
  /** Of users alone. */
  user: UserPart | undefined;
}

export interface UserPart {
  readonly profile: Profile | null;
  /** Position of the record that made the profile what it is; 0: none yet. */
  readonly position: number;
  readonly erasedAt_ms: number | null;
}

/**
 * Effects whose repeat is noticed. A repeat comes within seconds; a subject with more effects than this in the meantime
 * is so busy that one of them, more or less, changes no decision.
 */
export const REMEMBERED = 32;

const packr = new Packr({ useRecords: false, structuredClone: false });

export const emptyEntity = (): Entity => ({
  applied: [],
  activity: undefined,
  sharing: undefined,
  seen: undefined,
  attempt: undefined,
  user: undefined,
});

const NO_USER: UserPart = Object.freeze({ profile: null, position: 0, erasedAt_ms: null });

/** Whether an effect of the record at a position is in the entity already, or cannot be told to be missing. */
export function isApplied(entity: Entity, position: number): boolean {
  if (entity.applied.includes(position)) return true;
  const oldest = entity.applied[0];
  return entity.applied.length >= REMEMBERED && oldest !== undefined && position < oldest;
}

/** Carries out the effects of one record on its subject, in place, unless it was done before. */
export function applyEffects(entity: Entity, effects: readonly Effect[], position: number): void {
  if (!isApplied(entity, position)) applyFresh(entity, effects, position);
}

/** The same for a record that is being stored with its effects, and so cannot have been before. */
export function applyFresh(entity: Entity, effects: readonly Effect[], position: number): void {
  for (const effect of effects) applyEffect(entity, effect, position);
  const at = entity.applied.findLastIndex((earlier) => earlier < position) + 1;
  entity.applied.splice(at, 0, position);
  if (entity.applied.length > REMEMBERED) entity.applied.shift();
}

function applyEffect(entity: Entity, effect: Effect, position: number): void {
  switch (effect.kind) {
    case 'failure':
      entity.activity ??= emptyActivity();
      recordFailure(entity.activity, effect.at_ms, effect.user, effect.by);
      return;
    case 'network':
      entity.activity ??= emptyActivity();
      recordNetwork(entity.activity, effect.at_ms, effect.network);
      return;
    case 'sharer':
      if (isSeen(effect.subject)) {
        entity.seen ??= emptySharing();
        recordSharer(entity.seen, effect.at_ms, effect.user);
      } else {
        entity.sharing ??= emptySharing();
        recordSharer(entity.sharing, effect.at_ms, effect.user);
      }
      return;
    case 'attempt':
      if ((entity.attempt?.position ?? 0) < position) {
        entity.attempt = { position, state: effect.attempt };
      }
      return;
    case 'learn': {
      const user = entity.user ?? NO_USER;
      if (user.erasedAt_ms !== null && effect.lesson.occurredAt_ms <= user.erasedAt_ms) return;
      entity.user = { ...user, profile: learn(user.profile, effect.lesson), position };
      return;
    }
    case 'trouble': {
      const user = entity.user ?? NO_USER;
      if (user.profile === null) return;
      entity.user = { ...user, profile: noteTrouble(user.profile, effect.at_ms), position };
      return;
    }
    case 'forget': {
      const user = entity.user ?? NO_USER;
      if (user.profile === null) return;
      entity.user = { ...user, profile: forgetDevice(user.profile, effect.device), position };
      return;
    }
    default:
      // What all logins of a tenant share is folded elsewhere (see `tenant-subjects.ts`).
      return;
  }
}

/** A verdict's rebuilt profile. */
export function replaceProfile(entity: Entity, profile: Profile | null, position: number): void {
  entity.user = { ...(entity.user ?? NO_USER), profile, position };
}

/** Leaves nothing but the tombstone. */
export function eraseUser(entity: Entity, erasedAt_ms: number, position: number): void {
  entity.activity = undefined;
  entity.user = { profile: null, position, erasedAt_ms };
}

/** Subjects of what a device showed at all share the key of the device itself. */
export const isSeen = (subject: string): boolean => subject.includes('|s|');

/** How long the entity is worth keeping after a change. */
export function lifeOf(entity: Entity): number {
  if (entity.user !== undefined) {
    return entity.user.erasedAt_ms === null ? LIFE_MS.profile : LIFE_MS.tombstone;
  }
  return entity.sharing === undefined ? LIFE_MS.activity : LIFE_MS.sharing;
}

export function encodeEntity(entity: Entity): Uint8Array {
  const { applied, activity, sharing, seen, attempt, user } = entity;
  return packr.pack([
    applied,
    activity === undefined ? null : activityList(activity),
    sharing === undefined ? null : sharingList(sharing),
    seen === undefined ? null : sharingList(seen),
    attempt === undefined ? null : [attempt.position, attempt.state],
    user === undefined
      ? null
      : [user.position, user.erasedAt_ms, user.profile === null ? null : encodeProfile(user.profile)],
  ]);
}

/** `null`: nothing is kept of the subject. */
export function decodeEntity(bytes: Buffer | null): Entity {
  if (bytes === null) return emptyEntity();
  const [applied, activity, sharing, seen, attempt, user] = packr.unpack(bytes) as Stored;
  return {
    applied,
    activity: activity === null ? undefined : activityOf(activity),
    sharing: sharing === null ? undefined : sharingOf(sharing),
    seen: seen === null ? undefined : sharingOf(seen),
    attempt: attempt === null ? undefined : { position: attempt[0], state: attempt[1] },
    user:
      user === null
        ? undefined
        : {
            position: user[0],
            erasedAt_ms: user[1],
            profile: user[2] === null ? null : decodeProfile(user[2]),
          },
  };
}

type Stored = [
  applied: number[],
  activity: ActivityList | null,
  sharing: SharingList | null,
  seen: SharingList | null,
  attempt: [position: number, state: AttemptState] | null,
  user: [position: number, erasedAt_ms: number | null, profile: Uint8Array | null] | null,
];

type ActivityList = [
  ...lists: [number[], number[], number[], number[], number[], number[], number[], number[]],
  ...cadence: [number, number, number, number, number],
];

/** Without the names of fields, which would be as long as their values. */
const activityList = (a: Activity): ActivityList => [
  a.minutes,
  a.minuteFailures,
  a.hours,
  a.hourFailures,
  a.users,
  a.userLast_s,
  a.networks,
  a.networkLast_s,
  a.last_ms,
  a.gap_ms,
  a.run,
  a.peakRun,
  a.peakAt_ms,
];

const activityOf = (list: ActivityList): Activity => ({
  minutes: list[0],
  minuteFailures: list[1],
  hours: list[2],
  hourFailures: list[3],
  users: list[4],
  userLast_s: list[5],
  networks: list[6],
  networkLast_s: list[7],
  last_ms: list[8],
  gap_ms: list[9],
  run: list[10],
  peakRun: list[11],
  peakAt_ms: list[12],
});

type SharingList = [number[], number[], number[], number[]];

const sharingList = (s: Sharing): SharingList => [s.users, s.userLast_h, s.hours, s.logins];

const sharingOf = (list: SharingList): Sharing => ({
  users: list[0],
  userLast_h: list[1],
  hours: list[2],
  logins: list[3],
});
