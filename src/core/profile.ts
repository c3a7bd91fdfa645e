/** One remembered value of a user. Times are whole hours since 1970-01-01 UTC. */
export interface Habit {
  /** 32-bit key of the value (see `Features`). */
  readonly key: number;
  /** Decayed count as of `lastCounted_h`; grows by at most one in 20 h. */
  readonly weight: number;
  readonly firstSeen_h: number;
  readonly lastSeen_h: number;
  readonly lastCounted_h: number;
  /** Learned from logins that passed nothing but the first factor: weighs 0.2 and vouches for nothing until 7 quiet days passed. */
  readonly provisional: boolean;
  /** Never of a device: an established device of the user's own was here, and not behind an exit that a list names. */
  readonly withOwnDevice: boolean;
  /** Devices only: its hardware-bound key was proved in an accepted login. */
  readonly bound?: true;
}

export const HABIT_KINDS = [
  'addresses',
  'networks',
  'ases',
  'countries',
  'places',
  'devices',
  'clients',
  'browsers',
  'oses',
  'hours',
] as const;
export type HabitKind = (typeof HABIT_KINDS)[number];

/** The kinds that say where somebody is. */
export const PLACE_KINDS = [
  'addresses',
  'networks',
  'ases',
  'countries',
  'places',
] as const satisfies readonly HabitKind[];
export type PlaceKind = (typeof PLACE_KINDS)[number];

/** The last accepted login: what a travel finding refers to. */
export interface LastLogin {
  readonly at_ms: number;
  readonly decisionId: string;
  readonly country: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly accuracy_km: number | null;
  /** VPN, relay, Tor, hosting or mobile egress: its place says little about where the person is. */
  readonly placeless: boolean;
  readonly deviceKey: number | null;
  readonly addressKey: number | null;
}

/** Round trips of a user through one autonomous system, in ln ms on a grid of 1/24 (4 %). */
export interface RoundTrip {
  readonly as: number;
  /** Running median. */
  readonly center: number;
  /** Running mean distance from it. */
  readonly spread: number;
}

/** Learned per-user state. Begins at an accepted login. Encoded in at most 1 KiB. */
export interface Profile {
  readonly createdAt_h: number;
  /** Accepted logins ever learned. */
  readonly logins: number;
  /** Hour of the last login that counted: `logins` grows by at most one in 20 h. */
  readonly countedAt_h: number;
  readonly last: LastLogin | null;
  /** Last challenge that was not passed, or other trouble: provisional values become full only after 7 quiet days. */
  readonly lastTrouble_h: number | null;
  readonly habits: Readonly<Record<HabitKind, readonly Habit[]>>;
  /** One for each remembered system through which a round-trip time came, in the order of `habits.ases`. */
  readonly roundTrips: readonly RoundTrip[];
  /** Decayed shares (0–1) of this user's logins that carried each client fact. */
  readonly carries: {
    readonly device: number;
    readonly userAgent: number;
    readonly rtt: number;
    readonly headers: number;
    readonly tlsFingerprint: number;
  };
  /** The user has shown a hardware-bound device before. */
  readonly boundDevice: boolean;
}
