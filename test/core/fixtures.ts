import { DEFAULT_POLICY } from '../../src/core/default-policy.ts';
import type { LoginEvent } from '../../src/core/event.ts';
import type { Facts, FailureCounts } from '../../src/core/facts.ts';
import { known, unknown } from '../../src/core/known.ts';
import { NO_POPULATION } from '../../src/core/model/population.ts';
import type { LevelRule, Policy } from '../../src/core/policy.ts';
import { HABIT_KINDS, type Profile } from '../../src/core/profile.ts';
import type { CategoryCaps } from '../../src/core/score.ts';
import {
  abstain,
  CATEGORIES,
  type Category,
  evidence,
  type Finding,
  neutral,
  type Signal,
} from '../../src/core/signal.ts';

/** Monday 2026-11-23, 10:00 UTC. */
export const NOW_ms = Date.UTC(2026, 10, 23, 10);

type Overrides = {
  readonly [K in keyof LoginEvent]?: LoginEvent[K] extends object | null
    ? Partial<LoginEvent[K]> | null
    : LoginEvent[K];
};

/** A plain password login of a user who has WebAuthn, TOTP and SMS, on a device of which the cookie came. */
export function login(overrides: Overrides = {}): LoginEvent {
  const base: LoginEvent = {
    tenant: 'default',
    eventId: null,
    attemptId: null,
    type: 'login',
    status: 'succeeded',
    occurredAt_ms: NOW_ms,
    recordedAt_ms: NOW_ms,
    user: {
      id: 'u_42',
      key: 'user-key',
      loginKey: null,
      registeredAt_ms: null,
      challengeMethods: ['sms', 'totp', 'webauthn'],
    },
    context: { ip: '203.0.113.7', userAgent: null, headers: null, rtt_ms: null, tlsFingerprint: null },
    device: { key: 'device-key', presented: true, fingerprintKey: null, bound: null },
    session: null,
    applicationId: 'web',
    authentication: { method: 'password', amr: ['pwd'], acr: null, idp: null, credentialCompromised: false },
    properties: null,
    disposition: null,
  };
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(overrides)) {
    const before = merged[key];
    merged[key] = isRecord(value) && isRecord(before) ? { ...before, ...value } : value;
  }
  return merged as unknown as LoginEvent;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const noFailures: FailureCounts = {
  failures_10m: 0,
  failures_1h: 0,
  failures_24h: 0,
  failedUsers_1h: 0,
  failedUsers_24h: 0,
  regularGaps_1h: 0,
};

/** Every failure count as high as it goes. */
export const worstFailures: FailureCounts = {
  failures_10m: 1_000_000,
  failures_1h: 1_000_000,
  failures_24h: 1_000_000,
  failedUsers_1h: 128,
  failedUsers_24h: 128,
  regularGaps_1h: 1_000,
};

export function profile(overrides: Partial<Profile> = {}): Profile {
  const habits = Object.fromEntries(HABIT_KINDS.map((kind) => [kind, []])) as unknown as Profile['habits'];
  return {
    createdAt_h: NOW_ms / 3_600_000 - 24 * 400,
    logins: 200,
    countedAt_h: NOW_ms / 3_600_000 - 24,
    last: null,
    lastTrouble_h: null,
    habits,
    roundTrips: [],
    carries: { device: 1, userAgent: 1, rtt: 0, headers: 0, tlsFingerprint: 0 },
    boundDevice: false,
    ...overrides,
  };
}

/** A user with long history, on their own device, with nothing unusual anywhere. */
export function facts(overrides: Partial<Facts> = {}): Facts {
  return {
    profile: known(profile()),
    deviceIsTheirs: known(true),
    client: unknown('not_collected'),
    address: {
      kind: 'public',
      version: 4,
      network: '203.0.113.0/24',
      place: unknown('unavailable'),
      as: unknown('unavailable'),
      hosting: false,
      vpn: false,
      tor: false,
      relay: false,
      residentialProxy: false,
      mobile: false,
      blocklists: [],
    },
    velocity: known({
      user: noFailures,
      userByOthers: { failures_10m: 0, failures_1h: 0, failures_24h: 0 },
      userNetworks_1h: 1,
      userNetworks_24h: 1,
      address: noFailures,
      network: noFailures,
      device: noFailures,
      cells: null,
    }),
    sharing: known({
      addressUsers: 1,
      networkUsers: 1,
      deviceUsers: 1,
      deviceUsersSeen_24h: 1,
      addressShareOfTenant: 0.01,
      tenantUsers_24h: 100,
    }),
    application: known({
      logins: 1000,
      carriesDevice: 1,
      carriesUserAgent: 1,
      carriesRtt: 0,
      carriesHeaders: 0,
      carriesTlsFingerprint: 0,
      publicAddresses: 1,
      clientShare: 0.2,
    }),
    population: known(NO_POPULATION),
    serverPlace: unknown('unavailable'),
    features: {
      address: 1,
      network: 2,
      as: 3,
      country: 4,
      place: 5,
      device: 6,
      client: 7,
      browser: 8,
      os: 9,
      tls: null,
      hour: 10,
    },
    ...overrides,
  };
}

/** Someone whom nobody knows: no profile, a device that is not theirs. */
export const strangersFacts = (overrides: Partial<Facts> = {}): Facts =>
  facts({ profile: known(null), deviceIsTheirs: known(false), ...overrides });

type LevelOverrides = { readonly [K in keyof Policy['levels']]?: Partial<LevelRule> };

export function policy(
  overrides: Partial<Omit<Policy, 'levels'>> & { levels?: LevelOverrides } = {},
): Policy {
  const { levels, ...rest } = overrides;
  return {
    ...DEFAULT_POLICY,
    ...rest,
    levels: {
      low: { ...DEFAULT_POLICY.levels.low, ...levels?.low },
      medium: { ...DEFAULT_POLICY.levels.medium, ...levels?.medium },
      high: { ...DEFAULT_POLICY.levels.high, ...levels?.high },
    },
  };
}

interface SignalSketch {
  readonly needs?: readonly string[];
  readonly dependsOnOthers?: boolean;
  readonly judge?: Signal['judge'];
}

/** A signal that says what a test wants it to say: nats, a finding, or a judge of its own. */
export function signal(
  id: `${Category}.${string}`,
  says: number | Finding | null,
  { needs = [], dependsOnOthers = false, judge }: SignalSketch = {},
): Signal {
  const finding =
    says === null ? neutral() : typeof says === 'number' ? evidence(says, { nats: says }) : says;
  return {
    id,
    category: id.slice(0, id.indexOf('.')) as Category,
    title: id,
    description: id,
    needs,
    dependsOnOthers,
    judge: judge ?? (() => finding),
    explain: (details) => `${id} said ${String(details.nats)}`,
    examples: { positive: [], negative: [], abstaining: [] },
  };
}

export const unable = abstain('no_history');

export function caps(positive = 100, negative = 100): CategoryCaps {
  return Object.fromEntries(
    CATEGORIES.map((category) => [category, { positive, negative }]),
  ) as unknown as CategoryCaps;
}

/** Seeded, uniform in [0, 1): the 32-bit generator mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A registry of `size` signals that say random things, a third of them about what others do. */
export function randomSignals(random: () => number, size = 30): readonly Signal[] {
  return Array.from({ length: size }, (_, i) => {
    const category = CATEGORIES[Math.floor(random() * CATEGORIES.length)] ?? 'device';
    const kind = random();
    const says = kind < 0.2 ? unable : kind < 0.4 ? null : (random() - 0.4) * 10 ** (random() * 3 - 1.5);
    return signal(`${category}.s${i}`, says, { dependsOnOthers: random() < 0.33 });
  });
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
