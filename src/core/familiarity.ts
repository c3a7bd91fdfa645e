import type { HabitKind, Profile } from './profile.ts';

/**
 * Time constants of the exponential decay of habits, in days: how long a value stays typical of a user.
 * Starting values of the project's own experiments (addresses change fastest, countries slowest).
 */
export const DECAY_DAYS: Readonly<Record<HabitKind, number>> = {
  addresses: 45,
  networks: 60,
  ases: 90,
  countries: 180,
  places: 90,
  devices: 180,
  clients: 60,
  browsers: 90,
  oses: 180,
  hours: 120,
};

/** A provisional value weighs this much of a full one: a missed attacker must not look like the user. */
export const PROVISIONAL_WEIGHT = 0.2;
/** Days without trouble after which a provisional value counts as the user's own. */
export const QUIET_DAYS = 7;

const MS_PER_HOUR = 3_600_000;

export interface Familiarity {
  /** `provisional` values vouch for nothing else. */
  readonly seen: 'never' | 'provisional' | 'established';
  /** Decayed count of this value, provisional ones at 0.2. */
  readonly weight: number;
  /** `weight` over the decayed total of its kind, 0–1; 0 when the user has no values of this kind. */
  readonly share: number;
  /** Decayed total of the kind: how much history the share rests on. */
  readonly total: number;
  /** Distinct remembered values of the kind. */
  readonly distinct: number;
  /** The part of `total` that lies on values which never came back; the newest of all has had no occasion yet and is none of them. */
  readonly once: number;
  /** Hours since this value was first seen; 0 when never. */
  readonly age_h: number;
  /** Devices only: this one has shown a hardware-bound key. */
  readonly bound: boolean;
}

/** The last answer of each kind. */
interface Asked {
  readonly profile: Profile;
  readonly key: number | null;
  readonly now_ms: number;
  readonly answer: Familiarity;
}
const lastAsked: Partial<Record<HabitKind, Asked>> = {};

/**
 * How well the user is known for a value at `now_ms`. A `null` key asks about the value *none* and is never seen.
 * Pure; O(number of remembered values), at most 24.
 *
 * Several signals ask the same of one event, and profiles never change once made: the last answer of each kind is kept,
 * which halves the time of a decision and changes no answer.
 */
export function familiarity(
  profile: Profile,
  kind: HabitKind,
  key: number | null,
  now_ms: number,
): Familiarity {
  const last = lastAsked[kind];
  if (last !== undefined && last.profile === profile && last.key === key && last.now_ms === now_ms) {
    return last.answer;
  }
  const answer = reckon(profile, kind, key, now_ms);
  lastAsked[kind] = { profile, key, now_ms, answer };
  return answer;
}

/** How much history of one kind there is at `now_ms`, whatever the value asked about: what `familiarity` says of it. */
export function history(
  profile: Profile,
  kind: HabitKind,
  now_ms: number,
): Pick<Familiarity, 'total' | 'distinct' | 'once'> {
  const last = lastAsked[kind];
  if (last !== undefined && last.profile === profile && last.now_ms === now_ms) return last.answer;
  return familiarity(profile, kind, null, now_ms);
}

function reckon(profile: Profile, kind: HabitKind, key: number | null, now_ms: number): Familiarity {
  const now_h = now_ms / MS_PER_HOUR;
  const tau_h = DECAY_DAYS[kind] * 24;
  let total = 0;
  let once = 0;
  let weight = 0;
  let seen: Familiarity['seen'] = 'never';
  let age_h = 0;
  let bound = false;
  let newest_h = Number.NEGATIVE_INFINITY;
  let newestOnce = 0;
  const habits = profile.habits[kind];
  for (const habit of habits) {
    // A late event must not see decay run backwards.
    const idle_h = Math.max(0, now_h - habit.lastCounted_h);
    const provisional = habit.provisional && !isQuiet(profile, habit.firstSeen_h, now_h);
    const w = habit.weight * Math.exp(-idle_h / tau_h) * (provisional ? PROVISIONAL_WEIGHT : 1);
    total += w;
    // Counted once, and not seen again after the hour in which it was new.
    const cameOnce = habit.weight <= 1 && habit.lastSeen_h <= habit.firstSeen_h ? w : 0;
    once += cameOnce;
    if (habit.lastSeen_h > newest_h || (habit.lastSeen_h === newest_h && cameOnce > newestOnce)) {
      newest_h = habit.lastSeen_h;
      newestOnce = cameOnce;
    }
    if (habit.key === key) {
      weight = w;
      seen = provisional ? 'provisional' : 'established';
      age_h = Math.max(0, now_h - habit.firstSeen_h);
      bound = habit.bound === true;
    }
  }
  return {
    seen,
    weight,
    share: total > 0 ? weight / total : 0,
    total,
    distinct: habits.length,
    once: once - newestOnce,
    age_h,
    bound,
  };
}

/** Whether a provisional value has been quiet long enough to count as the user's own. */
export function isQuiet(profile: Profile, firstSeen_h: number, now_h: number): boolean {
  const since_h = Math.max(firstSeen_h, profile.lastTrouble_h ?? 0);
  return now_h - since_h >= QUIET_DAYS * 24;
}
