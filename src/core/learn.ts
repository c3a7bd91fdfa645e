import { DECAY_DAYS, isQuiet, PROVISIONAL_WEIGHT } from './familiarity.ts';
import {
  type Habit,
  type HabitKind,
  type LastLogin,
  PLACE_KINDS,
  type Profile,
  type RoundTrip,
} from './profile.ts';
import type { Learnable } from './record.ts';

/**
 * How many values of each kind a profile keeps. Together they fit 1 KiB (see `profile-codec.ts`); a user with more
 * loses the least typical one.
 */
export const HABIT_LIMITS: Readonly<Record<HabitKind, number>> = {
  addresses: 10,
  networks: 8,
  ases: 8,
  countries: 5,
  places: 6,
  devices: 10,
  clients: 6,
  browsers: 5,
  oses: 4,
  hours: 24,
};

/** One value of one user gains at most one count in this time: looping logins builds no trust. */
export const COUNT_GAP_H = 20;

const HOUR_MS = 3_600_000;
/** Weights are kept as 1/64ths, so that a profile read back from disk is the same to the bit. */
const WEIGHT_STEP = 64;
const MAX_WEIGHT = 32_767 / WEIGHT_STEP;
const SHARE_STEP = 255;
const DEGREE_STEP = 100;
/** Round trips are kept as 1/24ths of ln ms, up to 41 s. */
const ROUND_TRIP_STEP = 24;
const MAX_ROUND_TRIP_STEPS = 255;
/** Before a second one is known: people's lines vary by a quarter. */
const FIRST_SPREAD = 6 / ROUND_TRIP_STEP;
/** How far one login moves the running values, by how it was learned. */
const ROUND_TRIP_RATE = { full: 0.2, provisional: 0.1 } as const;
/** A user's own mix of clients changes over tens of logins. */
const CARRIES_MEMORY = 20;

/** One accepted login, ready to be learned. */
export interface Lesson {
  readonly learnable: Learnable;
  /** A known device spoke for the login when it was decided. */
  readonly vouchedByDevice: boolean;
  /** From a data centre, at an address that no list names as a public exit or blocks: a company's gateway, for one. */
  readonly atGateway: boolean;
  readonly occurredAt_ms: number;
  readonly decisionId: string;
  readonly how: 'full' | 'provisional';
  readonly country: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly accuracy_km: number | null;
}

/**
 * Profile × accepted login → profile. Pure: the given profile is not changed.
 *
 * A late lesson adds what it teaches and never moves the last login back. A provisional lesson makes new values
 * provisional and strengthens no established one; a full lesson makes the values it carries established.
 */
export function learn(profile: Profile | null, lesson: Lesson): Profile {
  const at_h = Math.floor(lesson.occurredAt_ms / HOUR_MS);
  const before = profile ?? emptyProfile(at_h);
  const { features } = lesson.learnable;
  const ownPlaces = placesOfOwnDevice(before, lesson, at_h);
  const learned = (kind: HabitKind, key: number | null): readonly Habit[] =>
    key === null
      ? before.habits[kind]
      : learnHabit(before, kind, key, at_h, {
          provisional: lesson.how === 'provisional',
          withOwnDevice: ownPlaces.includes(kind),
        });
  const last = before.last;
  const counts = countsAnew(before, at_h);
  const ases = learned('ases', features.as);
  return {
    createdAt_h: Math.min(before.createdAt_h, at_h),
    logins: Math.min(0xffff_ffff, before.logins + (counts ? 1 : 0)),
    countedAt_h: counts ? at_h : before.countedAt_h,
    last: last !== null && last.at_ms > lesson.occurredAt_ms ? last : lastLogin(lesson),
    lastTrouble_h: before.lastTrouble_h,
    habits: {
      addresses: learned('addresses', features.address),
      networks: learned('networks', features.network),
      ases,
      countries: learned('countries', features.country),
      places: learned('places', features.place),
      devices: lesson.learnable.bound
        ? withBoundKey(learned('devices', features.device), features.device)
        : learned('devices', features.device),
      clients: learned('clients', features.client),
      browsers: learned('browsers', features.browser),
      oses: learned('oses', features.os),
      hours: learned('hours', features.hour),
    },
    roundTrips: learnRoundTrip(
      before.roundTrips,
      ases,
      features.as,
      lesson,
      teachesLine(before, lesson, at_h),
    ),
    carries: {
      device: share(before.carries.device, lesson.learnable.carries.device, before.logins),
      userAgent: share(before.carries.userAgent, lesson.learnable.carries.userAgent, before.logins),
      rtt: share(before.carries.rtt, lesson.learnable.carries.rtt, before.logins),
      headers: share(before.carries.headers, lesson.learnable.carries.headers, before.logins),
      tlsFingerprint: share(
        before.carries.tlsFingerprint,
        lesson.learnable.carries.tlsFingerprint,
        before.logins,
      ),
    },
    boundDevice: before.boundDevice || (lesson.how === 'full' && lesson.learnable.bound),
  };
}

/** Whether a login at this hour counts: the first one, or the first in 20 h. */
export function countsAnew(profile: Profile, at_h: number): boolean {
  return profile.logins === 0 || at_h - profile.countedAt_h > COUNT_GAP_H;
}

/** Notes that a challenge was not passed or that somebody reported trouble: provisional values must wait anew. */
export function noteTrouble(profile: Profile, at_ms: number): Profile {
  const at_h = Math.floor(at_ms / HOUR_MS);
  return { ...profile, lastTrouble_h: Math.max(profile.lastTrouble_h ?? 0, at_h) };
}

/**
 * The profile without a device: the next login from it is as new. The same profile when it does not know the device
 * and no place of one. Whichever of the user's devices was at a place is not remembered, so that none of them counts as having been there.
 */
export function forgetDevice(profile: Profile, device: number): Profile {
  const devices = profile.habits.devices.filter(({ key }) => key !== device);
  const last = profile.last?.deviceKey === device ? { ...profile.last, deviceKey: null } : profile.last;
  const isMarked = PLACE_KINDS.some((kind) => profile.habits[kind].some((habit) => habit.withOwnDevice));
  if (devices.length === profile.habits.devices.length && last === profile.last && !isMarked) return profile;
  const habits: Record<HabitKind, readonly Habit[]> = { ...profile.habits, devices };
  for (const kind of PLACE_KINDS) habits[kind] = habits[kind].map(withoutMark);
  return { ...profile, last, habits };
}

const withoutMark = (habit: Habit): Habit =>
  habit.withOwnDevice ? { ...habit, withOwnDevice: false } : habit;

export function emptyProfile(at_h: number): Profile {
  return {
    createdAt_h: at_h,
    logins: 0,
    countedAt_h: at_h,
    last: null,
    lastTrouble_h: null,
    habits: {
      addresses: [],
      networks: [],
      ases: [],
      countries: [],
      places: [],
      devices: [],
      clients: [],
      browsers: [],
      oses: [],
      hours: [],
    },
    roundTrips: [],
    carries: { device: 0, userAgent: 0, rtt: 0, headers: 0, tlsFingerprint: 0 },
    boundDevice: false,
  };
}

/**
 * Where the lesson shows that an established device of the user's own was. Exits of VPNs and carriers are shared with
 * strangers, and in a data centre the address alone is the company's. The cookie of a device that has a key, or of a
 * user who has such a device, may be a copy where the key was not shown.
 */
function placesOfOwnDevice(profile: Profile, lesson: Lesson, at_h: number): readonly HabitKind[] {
  const { learnable, vouchedByDevice, atGateway } = lesson;
  const { device } = learnable.features;
  if (device === null || !vouchedByDevice || (learnable.placeless && !atGateway)) return [];
  const hasKey =
    profile.boundDevice || profile.habits.devices.some(({ key, bound }) => key === device && bound);
  if (hasKey && !learnable.bound) return [];
  if (!isEstablished(profile, 'devices', device, at_h)) return [];
  return atGateway ? ['addresses'] : PLACE_KINDS;
}

function isEstablished(profile: Profile, kind: HabitKind, key: number, at_h: number): boolean {
  return profile.habits[kind].some(
    (habit) => habit.key === key && !(habit.provisional && !isQuiet(profile, habit.firstSeen_h, at_h)),
  );
}

function learnHabit(
  profile: Profile,
  kind: HabitKind,
  key: number,
  at_h: number,
  { provisional, withOwnDevice }: { readonly provisional: boolean; readonly withOwnDevice: boolean },
): readonly Habit[] {
  const habits = profile.habits[kind];
  const i = habits.findIndex((habit) => habit.key === key);
  const old = habits[i];
  if (old === undefined) {
    const fresh: Habit = {
      key,
      weight: 1,
      firstSeen_h: at_h,
      lastSeen_h: at_h,
      lastCounted_h: at_h,
      provisional,
      withOwnDevice,
    };
    if (habits.length < HABIT_LIMITS[kind]) return [...habits, fresh];
    const evicted = leastTypical(kind, habits, at_h);
    return habits.map((habit, j) => (j === evicted ? fresh : habit));
  }
  const seenThisHour = at_h === old.lastSeen_h && at_h - old.lastCounted_h <= COUNT_GAP_H;
  // The second login within an hour teaches nothing new, unless it makes a provisional value the user's own or comes
  // from a device that is.
  const marks = withOwnDevice && !old.withOwnDevice;
  if (seenThisHour && at_h >= old.firstSeen_h && (!old.provisional || (provisional && !marks))) return habits;
  const stillProvisional = old.provisional && !isQuiet(profile, old.firstSeen_h, at_h);
  // Hours are whole: a difference of 21 is the smallest that is certainly more than 20 h.
  const counts = at_h - old.lastCounted_h > COUNT_GAP_H;
  const weight = counts
    ? quantizeWeight(old.weight * Math.exp(-(at_h - old.lastCounted_h) / (DECAY_DAYS[kind] * 24)) + 1)
    : old.weight;
  const lastCounted_h = counts ? at_h : old.lastCounted_h;
  const next: Habit = {
    key,
    weight,
    firstSeen_h: lastCounted_h - storedAge_h(kind, lastCounted_h - Math.min(old.firstSeen_h, at_h)),
    lastSeen_h: Math.max(old.lastSeen_h, at_h),
    lastCounted_h,
    provisional: stillProvisional && provisional,
    withOwnDevice: old.withOwnDevice || withOwnDevice,
  };
  // All but bound devices have one shape: the hot loops over habits are twice as fast for it.
  const kept = old.bound === true ? ({ ...next, bound: true } satisfies Habit) : next;
  return habits.map((habit, j) => (j === i ? kept : habit));
}

/**
 * Whether a lesson may move what is known of an established operator's line. A missed attacker behind the victim's own
 * operator, on a network and a device of his own, must not make his proxy's delay look like the user's.
 */
function teachesLine(profile: Profile, { how, learnable }: Lesson, at_h: number): boolean {
  if (how === 'full') return true;
  const established = (kind: HabitKind, key: number | null): boolean =>
    key !== null && isEstablished(profile, kind, key, at_h);
  const { as, network, device } = learnable.features;
  return !established('ases', as) || established('networks', network) || established('devices', device);
}

/**
 * Systems that fell out of the habits take their round trips with them. `teaches`: whether the lesson may move an
 * entry that is there.
 */
function learnRoundTrip(
  before: readonly RoundTrip[],
  ases: readonly Habit[],
  as: number | null,
  lesson: Lesson,
  teaches: boolean,
): readonly RoundTrip[] {
  const { rtt_ms } = lesson.learnable;
  if (rtt_ms === null || as === null) {
    return before.length === 0 ? before : before.filter((one) => ases.some(({ key }) => key === one.as));
  }
  const seen = Math.log(Math.max(1, rtt_ms));
  const after: RoundTrip[] = [];
  for (const { key } of ases) {
    const old = before.find((one) => one.as === key);
    if (key !== as) {
      if (old !== undefined) after.push(old);
      continue;
    }
    if (old === undefined) {
      after.push({ as: key, center: onGrid(seen), spread: FIRST_SPREAD });
      continue;
    }
    if (!teaches) {
      after.push(old);
      continue;
    }
    const rate = ROUND_TRIP_RATE[lesson.how];
    const off = seen - old.center;
    // A step of bounded size follows the median, not the mean: one slow hotel line moves nothing.
    const step = Math.sign(off) * Math.min(Math.abs(off), 2 * old.spread);
    after.push({
      as: key,
      center: onGrid(old.center + towards(rate * step)),
      spread: Math.max(
        1 / ROUND_TRIP_STEP,
        onGrid(old.spread + towards(rate * (Math.min(Math.abs(off), 1.5) - old.spread))),
      ),
    });
  }
  return after;
}

/** Half a step or more is a whole one, or the grid would hold what should move. */
function towards(by: number): number {
  const steps = Math.abs(by) * ROUND_TRIP_STEP;
  return (Math.sign(by) * (steps >= 0.5 ? Math.max(1, Math.round(steps)) : 0)) / ROUND_TRIP_STEP;
}

function onGrid(ln_ms: number): number {
  return Math.min(MAX_ROUND_TRIP_STEPS, Math.max(0, Math.round(ln_ms * ROUND_TRIP_STEP))) / ROUND_TRIP_STEP;
}

/** A device that showed its key once has one: from then on its cookie without the key is a copy. */
function withBoundKey(devices: readonly Habit[], key: number | null): readonly Habit[] {
  const i = devices.findIndex((device) => device.key === key);
  const device = devices[i];
  if (device === undefined || device.bound === true) return devices;
  return devices.map((one, j): Habit => (j === i ? { ...one, bound: true } : one));
}

/** The age as the codec keeps it: whole days up to 127 for hours of the week, else hours up to 3.7 years. */
function storedAge_h(kind: HabitKind, age_h: number): number {
  return kind === 'hours' ? Math.min(0x7f, Math.floor(age_h / 24)) * 24 : Math.min(0x7fff, age_h);
}

function leastTypical(kind: HabitKind, habits: readonly Habit[], at_h: number): number {
  const tau_h = DECAY_DAYS[kind] * 24;
  let least = 0;
  let leastWeight = Number.POSITIVE_INFINITY;
  for (const [j, habit] of habits.entries()) {
    const w =
      habit.weight *
      Math.exp(-Math.max(0, at_h - habit.lastCounted_h) / tau_h) *
      (habit.provisional ? PROVISIONAL_WEIGHT : 1);
    if (w < leastWeight) {
      leastWeight = w;
      least = j;
    }
  }
  return least;
}

function lastLogin(lesson: Lesson): LastLogin {
  const { features, placeless } = lesson.learnable;
  return {
    at_ms: lesson.occurredAt_ms,
    decisionId: lesson.decisionId,
    country: lesson.country,
    latitude: quantizeDegree(lesson.latitude),
    longitude: quantizeDegree(lesson.longitude),
    accuracy_km: lesson.accuracy_km === null ? null : Math.min(65_534, Math.round(lesson.accuracy_km)),
    placeless,
    deviceKey: features.device,
    addressKey: features.address,
  };
}

function share(before: number, carried: boolean, logins: number): number {
  const memory = Math.min(CARRIES_MEMORY, logins + 1);
  const next = before + ((carried ? 1 : 0) - before) / memory;
  // Rounding towards the new value, or a share of 0.99 would never reach 1.
  const steps = carried ? Math.ceil(next * SHARE_STEP) : Math.floor(next * SHARE_STEP);
  return Math.min(SHARE_STEP, Math.max(0, steps)) / SHARE_STEP;
}

const quantizeWeight = (weight: number): number =>
  Math.min(MAX_WEIGHT, Math.max(1 / WEIGHT_STEP, Math.round(weight * WEIGHT_STEP) / WEIGHT_STEP));

const quantizeDegree = (degrees: number | null): number | null =>
  degrees === null ? null : Math.round(degrees * DEGREE_STEP) / DEGREE_STEP;
