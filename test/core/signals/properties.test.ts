import { describe, expect, it } from 'vitest';
import type { LoginEvent } from '../../../src/core/event.ts';
import type { Facts, FailureCounts, SharingFacts, VelocityFacts } from '../../../src/core/facts.ts';
import { known, unknown } from '../../../src/core/known.ts';
import { MODEL } from '../../../src/core/model/model.ts';
import type { PopulationFacts } from '../../../src/core/model/population.ts';
import { HABIT_KINDS, type Habit, type HabitKind, type Profile } from '../../../src/core/profile.ts';
import { createScorer } from '../../../src/core/score.ts';
import { BASE_EVENT, NOW_ms } from '../../../src/core/signals/examples.ts';
import { SIGNALS } from '../../../src/core/signals/index.ts';
import { seededRandom } from '../../support/random.ts';

const PRIOR = -5.3;
const scorer = createScorer(SIGNALS, MODEL.caps, MODEL.weights);
const NOW_h = Math.floor(NOW_ms / 3_600_000);

/** Random logins of every shape that the types allow, odd ones included. */
function generator(seed: number) {
  const random = seededRandom(seed);
  const chance = (p: number) => random() < p;
  const below = (n: number) => Math.floor(random() * n);
  const pick = <const T>(values: readonly [T, ...T[]]): T => values[below(values.length)] ?? values[0];
  const key = () => below(6) + 1;

  const habits = (kind: HabitKind): readonly Habit[] => {
    if (chance(0.2)) return [];
    const seen = new Map<number, Habit>();
    for (let i = 0; i < 1 + below(kind === 'hours' ? 24 : 8); i++) {
      const lastCounted_h = NOW_h + 48 - below(24 * 900);
      const value = kind === 'hours' ? below(168) : kind === 'places' ? random() * 2 ** 32 : key();
      seen.set(Math.floor(value), {
        key: Math.floor(value),
        weight: chance(0.5) ? random() : random() * 60,
        firstSeen_h: lastCounted_h - below(24 * 900),
        lastSeen_h: lastCounted_h,
        lastCounted_h,
        provisional: chance(0.4),
        withOwnDevice: kind !== 'devices' && chance(0.3),
      });
    }
    return [...seen.values()];
  };
  const coordinates = () => ({
    latitude: chance(0.1) ? null : random() * 180 - 90,
    longitude: chance(0.1) ? null : random() * 360 - 180,
    accuracy_km: chance(0.2) ? null : pick([0, 5, 50, 199, 200, 1_000]),
  });
  const profile = (): Profile => ({
    createdAt_h: NOW_h - below(24 * 900),
    logins: below(200),
    countedAt_h: NOW_h - below(900),
    roundTrips: chance(0.5) ? [] : [{ as: key(), center: random() * 10, spread: (1 + below(40)) / 24 }],
    last: chance(0.2)
      ? null
      : {
          at_ms: NOW_ms - pick([0, 1, 999, 60_000, 3_600_000, 86_400_000, 4e10, -60_000]),
          decisionId: 'dec_1',
          country: chance(0.2) ? null : 'DE',
          ...coordinates(),
          placeless: chance(0.3),
          deviceKey: chance(0.4) ? null : key(),
          addressKey: chance(0.4) ? null : key(),
        },
    lastTrouble_h: chance(0.8) ? null : NOW_h - below(400),
    habits: Object.fromEntries(HABIT_KINDS.map((kind) => [kind, habits(kind)])) as Profile['habits'],
    carries: {
      device: pick([0, 1, random()]),
      userAgent: pick([0, 1, random()]),
      rtt: pick([0, 1, random()]),
      headers: pick([0, 1, random()]),
      tlsFingerprint: random(),
    },
    boundDevice: chance(0.3),
  });
  const counts = (): FailureCounts => {
    const failures_10m = chance(0.5) ? 0 : below(200);
    const failures_1h = failures_10m + (chance(0.5) ? 0 : below(200));
    const failures_24h = failures_1h + (chance(0.5) ? 0 : below(2_000));
    const failedUsers_1h = Math.min(128, below(failures_1h + 1));
    return {
      failures_10m,
      failures_1h,
      failures_24h,
      failedUsers_1h,
      failedUsers_24h: Math.min(128, failedUsers_1h + below(50)),
      regularGaps_1h: chance(0.7) ? 0 : below(300),
    };
  };
  const velocity = (device: boolean): VelocityFacts => {
    const user = chance(0.1) ? null : counts();
    return {
      user,
      userByOthers:
        user === null
          ? null
          : {
              failures_10m: below(user.failures_10m + 1),
              failures_1h: below(user.failures_1h + 1),
              failures_24h: below(user.failures_24h + 1),
            },
      userNetworks_1h: user === null ? null : below(33),
      userNetworks_24h: user === null ? null : below(33),
      address: counts(),
      network: counts(),
      device: device ? counts() : null,
      cells: chance(0.2)
        ? null
        : (['as', 'tls', 'network'] as const).map((kind) => ({
            kind,
            accepted_per_min: pick([0, 0.01, 1, 500]),
            campaign: chance(0.7)
              ? null
              : {
                  id: 'cmp_1',
                  kind: pick(['stuffing', 'spraying']),
                  started_ms: NOW_ms - below(86_400_000),
                  attempts: 7 + below(10_000),
                  users: 1 + below(5_000),
                  successes: below(5),
                  attempts_per_min: random() * 100,
                },
          })),
    };
  };
  const sharing = (): SharingFacts => ({
    addressUsers: pick([0, 1, 2, 8, 30, 128]),
    networkUsers: pick([0, 1, 2, 8, 30, 128]),
    deviceUsers: pick([0, 1, 2, 8, 20, 21, 128]),
    deviceUsersSeen_24h: pick([0, 1, 2, 8, 20, 21, 128]),
    addressShareOfTenant: random(),
    tenantUsers_24h: pick([0, 3, 49, 50, 128]),
  });
  const value = () => ({
    successes: pick([0, 0.3, 5, 400]),
    failures: pick([0, 1, 30, 9_000]),
    verdicts: pick([0, 0.25, 20]),
  });
  const population = (): PopulationFacts => ({
    countries: value(),
    ases: value(),
    oses: value(),
    browsers: value(),
    clients: value(),
    tls: value(),
    logins: pick([0, 40, 5_000]),
    ratio: pick([0.02, 0.15, 1]),
    attacks: pick([0, 10, 5_000]),
  });
  const login = (): { event: LoginEvent; facts: Facts } => {
    const device = chance(0.7);
    const theirs = device ? key() : null;
    const userAgent = chance(0.8);
    const isPublic = chance(0.9);
    const event: LoginEvent = {
      ...BASE_EVENT,
      type: pick(['login', 'registration', 'session', 'credential_change']),
      user: {
        ...BASE_EVENT.user,
        registeredAt_ms: chance(0.2) ? null : NOW_ms - pick([-86_400_000, 0, 60_000, 1e8, 1e11]),
      },
      context: {
        ip: '198.51.100.7',
        userAgent: userAgent ? 'x' : null,
        headers: chance(0.3)
          ? null
          : {
              'accept-language': pick(['*', 'de', '']),
              'sec-ch-ua': pick(['', '"Chromium";v="', '"Chromium";v="99"', '"HeadlessChrome"', '\u0000']),
              'sec-ch-ua-platform': pick(['"Windows"', '"Android"', '', '"?"']),
              'sec-ch-ua-mobile': pick(['?0', '?1', 'x']),
            },
        rtt_ms: chance(0.3) ? null : pick([0, 1, 30, 5_000]),
        tlsFingerprint: null,
      },
      device: device
        ? {
            key: String(theirs),
            presented: pick([true, false, null]),
            fingerprintKey: null,
            bound: pick([true, false, null]),
          }
        : null,
      authentication: {
        ...BASE_EVENT.authentication,
        method: pick([null, 'password', 'webauthn', 'x_own']),
        credentialCompromised: chance(0.1),
      },
    };
    const place = { country: pick(['DE', 'PT']), region: null, city: null, ...coordinates() };
    const users = chance(0.1) ? unknown('timeout') : known(chance(0.15) ? null : profile());
    const facts: Facts = {
      profile: users,
      deviceIsTheirs: !device
        ? unknown('not_collected')
        : !users.known
          ? users
          : known(
              users.value?.habits.devices.some(({ key: k, provisional }) => k === theirs && !provisional) ??
                false,
            ),
      client: userAgent
        ? known({
            browserFamily: pick([null, 'chrome', 'firefox', 'mobile safari']),
            browserMajor: chance(0.3) ? null : below(150),
            osFamily: pick([null, 'windows', 'ios', 'linux', 'beos']),
            osVersion: null,
            deviceType: pick(['desktop', 'mobile', 'bot', 'other', 'tablet']),
            automation: pick([null, null, 'headless', 'crawler', 'library']),
            automationName: null,
            released_day: chance(0.3) ? null : below(30_000),
          })
        : unknown('not_collected'),
      address: {
        kind: isPublic ? 'public' : pick(['private', 'cgnat', 'loopback']),
        version: 4,
        network: '198.51.100.0/24',
        place: chance(0.2) ? unknown('unavailable') : known(place),
        as: chance(0.2) ? unknown('unavailable') : known({ number: 64_500 + key(), name: null }),
        hosting: chance(0.2),
        vpn: chance(0.2),
        tor: chance(0.1),
        relay: chance(0.1),
        residentialProxy: chance(0.1),
        mobile: chance(0.2),
        blocklists: pick([[], [], ['a'], ['a', 'b', 'c', 'd', 'e']]),
      },
      velocity: chance(0.1) ? unknown('timeout') : known(velocity(device)),
      sharing: chance(0.1) ? unknown('timeout') : known(sharing()),
      application: chance(0.1)
        ? unknown('timeout')
        : known({
            logins: pick([0, 10, 60, 1_000]),
            carriesDevice: pick([0, 1, random()]),
            carriesUserAgent: pick([0, 1, random()]),
            carriesRtt: pick([0, 1, random()]),
            carriesHeaders: pick([0, 1, random()]),
            carriesTlsFingerprint: 0,
            publicAddresses: random(),
            clientShare: pick([0, 0.001, 0.5]),
          }),
      population: chance(0.1) ? unknown('timeout') : known(population()),
      features: {
        address: isPublic ? key() : null,
        network: isPublic ? key() : null,
        as: chance(0.2) ? null : key(),
        country: chance(0.2) ? null : key(),
        place: chance(0.2) ? null : Math.floor(random() * 2 ** 32),
        device: theirs,
        client: userAgent ? key() : null,
        browser: userAgent ? key() : null,
        os: userAgent ? key() : null,
        tls: chance(0.5) ? null : key(),
        hour: below(168),
      },
      serverPlace: chance(0.5) ? unknown('unavailable') : known({ latitude: 50, longitude: 8 }),
    };
    return { event, facts };
  };
  return { login, chance, below, pick };
}

const ROUNDS = 1_500;
const FRESH_DEVICE = 0x7fff_0001;

/** The same login with an id that nobody ever had. */
function withFresh(event: LoginEvent, facts: Facts, presented: boolean | null, bound: boolean | null) {
  return {
    event: {
      ...event,
      device: { key: 'never seen', presented, fingerprintKey: null, bound },
    } satisfies LoginEvent,
    facts: {
      ...facts,
      deviceIsTheirs: facts.profile.known ? known(false) : facts.profile,
      features: { ...facts.features, device: FRESH_DEVICE },
      ...deviceCounts(facts, { users: 0, seen: 0, counted: true }),
    } satisfies Facts,
  };
}

/** The same login without a device. */
function withNone(event: LoginEvent, facts: Facts, how: 'absent' | 'without id') {
  return {
    event: {
      ...event,
      device: how === 'absent' ? null : { key: null, presented: null, fingerprintKey: null, bound: null },
    } satisfies LoginEvent,
    facts: {
      ...facts,
      deviceIsTheirs: unknown('not_collected'),
      features: { ...facts.features, device: null },
      ...deviceCounts(facts, { users: 0, seen: 0, counted: false }),
    } satisfies Facts,
  };
}

const NO_FAILURES: FailureCounts = {
  failures_10m: 0,
  failures_1h: 0,
  failures_24h: 0,
  failedUsers_1h: 0,
  failedUsers_24h: 0,
  regularGaps_1h: 0,
};

function deviceCounts(facts: Facts, of: { users: number; seen: number; counted: boolean }) {
  return {
    sharing: facts.sharing.known
      ? known({ ...facts.sharing.value, deviceUsers: of.users, deviceUsersSeen_24h: of.seen })
      : facts.sharing,
    velocity: facts.velocity.known
      ? known({ ...facts.velocity.value, device: of.counted ? NO_FAILURES : null })
      : facts.velocity,
  };
}

describe('any login', () => {
  it('gets finite evidence, finite details and a readable explanation from every signal', () => {
    const { login } = generator(1);
    for (let i = 0; i < ROUNDS; i++) {
      const { event, facts } = login();
      for (const signal of SIGNALS) {
        const finding = signal.judge(event, facts);
        if (finding.state !== 'evidence') continue;
        if (!Number.isFinite(finding.rawLogOdds) || Math.abs(finding.rawLogOdds) > 5) {
          throw new Error(`${signal.id}: ${finding.rawLogOdds}`);
        }
        for (const [name, value] of Object.entries(finding.details)) {
          if (typeof value === 'number' && !Number.isFinite(value)) {
            throw new Error(`${signal.id}: ${name} = ${value}`);
          }
        }
        const message = signal.explain(finding.details);
        if (message.length < 10 || /undefined|NaN|Infinity/.test(message)) {
          throw new Error(`${signal.id}: ${message}`);
        }
      }
    }
  });

  it('with the cookie left out never scores below the same with a device never seen', () => {
    const { login, pick } = generator(2);
    let telling = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const { event, facts } = login();
      const fresh = withFresh(event, facts, pick([true, false, null]), pick([true, false, null]));
      const none = withNone(event, facts, pick(['absent', 'without id']));
      const withId = scorer(fresh.event, fresh.facts, PRIOR).logOdds;
      const without = scorer(none.event, none.facts, PRIOR).logOdds;
      if (without < withId) throw new Error(`${without} < ${withId} in round ${i}`);
      if (without > withId) telling++;
    }
    expect(telling).toBeGreaterThan(0);
  });

  it('with an id never seen never scores below the same with an own device', () => {
    const { login } = generator(3);
    for (let i = 0; i < ROUNDS; i++) {
      const { event, facts } = login();
      if (!facts.profile.known || facts.profile.value === null) continue;
      const own = facts.profile.value.habits.devices.find(({ provisional }) => !provisional);
      if (own === undefined || !facts.sharing.known) continue;
      // Whether browser and system changed with the device is another question: both are left out.
      const bare = {
        ...facts,
        client: unknown('not_collected'),
        features: { ...facts.features, client: null, browser: null, os: null },
        ...deviceCounts(facts, { users: 1, seen: 1, counted: true }),
      };
      const known_ = {
        ...event,
        device: { key: 'own', presented: true, fingerprintKey: null, bound: null },
      };
      const ownFacts: Facts = {
        ...bare,
        deviceIsTheirs: known(true),
        features: { ...bare.features, device: own.key },
      };
      const fresh = withFresh(event, bare, true, null);
      expect(scorer(fresh.event, fresh.facts, PRIOR).logOdds).toBeGreaterThanOrEqual(
        scorer(known_, ownFacts, PRIOR).logOdds,
      );
    }
  });

  it('is judged alike twice', () => {
    const a = generator(4);
    const b = generator(4);
    for (let i = 0; i < 200; i++) {
      const one = a.login();
      const two = b.login();
      expect(scorer(one.event, one.facts, PRIOR)).toEqual(scorer(two.event, two.facts, PRIOR));
    }
  });
});

describe('velocity', () => {
  type Count = keyof FailureCounts;
  type Subject = 'user' | 'address' | 'network' | 'device';
  const SUBJECTS: readonly [Subject, ...Subject[]] = ['user', 'address', 'network', 'device'];
  const COUNTS: readonly [Count, ...Count[]] = [
    'failures_10m',
    'failures_1h',
    'failures_24h',
    'failedUsers_1h',
    'failedUsers_24h',
    'regularGaps_1h',
  ];

  it('never says less when any count rises', () => {
    const { login, below, pick } = generator(5);
    const velocitySignals = SIGNALS.filter(({ category }) => category === 'velocity');
    for (let i = 0; i < ROUNDS; i++) {
      const { event, facts } = login();
      if (!facts.velocity.known) continue;
      const more = 1 + below(40);
      const subject = pick(SUBJECTS);
      const value = facts.velocity.value;
      const before = value[subject];
      if (before === null) continue;
      const count = pick(COUNTS);
      const worse: VelocityFacts = { ...value, [subject]: { ...before, [count]: before[count] + more } };
      for (const signal of velocitySignals) {
        const a = signal.judge(event, facts);
        const b = signal.judge(event, { ...facts, velocity: known(worse) });
        const from = a.state === 'evidence' ? a.rawLogOdds : 0;
        const to = b.state === 'evidence' ? b.rawLogOdds : 0;
        if (to < from) throw new Error(`${signal.id}: ${from} → ${to} by ${subject}.${count} + ${more}`);
      }
    }
  });

  it('never says less for one more failure of the user, whoever made it', () => {
    const { login, chance } = generator(6);
    const signal = SIGNALS.find(({ id }) => id === 'velocity.user_failures');
    for (let i = 0; i < ROUNDS; i++) {
      const { event, facts } = login();
      if (!facts.velocity.known) continue;
      const { user, userByOthers } = facts.velocity.value;
      if (user === null || userByOthers === null) continue;
      const others = chance(0.5) ? 1 : 0;
      const worse: VelocityFacts = {
        ...facts.velocity.value,
        user: {
          ...user,
          failures_10m: user.failures_10m + 1,
          failures_1h: user.failures_1h + 1,
          failures_24h: user.failures_24h + 1,
        },
        userByOthers: {
          failures_10m: userByOthers.failures_10m + others,
          failures_1h: userByOthers.failures_1h + others,
          failures_24h: userByOthers.failures_24h + others,
        },
      };
      const a = signal?.judge(event, facts);
      const b = signal?.judge(event, { ...facts, velocity: known(worse) });
      expect(b?.state === 'evidence' ? b.rawLogOdds : 0).toBeGreaterThanOrEqual(
        a?.state === 'evidence' ? a.rawLogOdds : 0,
      );
    }
  });

  it('of strangers never weighs more because more accepted users share the address', () => {
    const { login } = generator(7);
    const shared = SIGNALS.filter(({ id }) =>
      /^velocity\.(address|network)|^network\.(hosting|vpn|tor|blocklisted|new_as)/.test(id),
    );
    for (let i = 0; i < ROUNDS; i++) {
      const { event, facts } = login();
      if (!facts.sharing.known) continue;
      const sharing = facts.sharing.value;
      const more = known({
        ...sharing,
        addressUsers: sharing.addressUsers + 5,
        networkUsers: sharing.networkUsers + 5,
      });
      for (const signal of shared) {
        const a = signal.judge(event, facts);
        const b = signal.judge(event, { ...facts, sharing: more });
        const from = a.state === 'evidence' ? a.rawLogOdds : 0;
        expect(b.state === 'evidence' ? b.rawLogOdds : 0, signal.id).toBeLessThanOrEqual(from);
      }
    }
  });
});

it('reads no state but what its descriptor names, so that degraded decisions know what they miss', () => {
  const { login } = generator(8);
  const STATE = ['profile', 'deviceIsTheirs', 'velocity', 'sharing', 'application', 'population'] as const;
  for (let i = 0; i < 400; i++) {
    const { event, facts } = login();
    for (const signal of SIGNALS) {
      const roots = new Set(signal.needs.map((need) => need.split('.')[0]));
      // Whose device it is, is read from the profile.
      if (roots.has('profile') || roots.has('deviceIsTheirs')) roots.add('profile').add('deviceIsTheirs');
      const guarded = { ...facts };
      for (const name of STATE) {
        if (roots.has(name)) continue;
        Object.defineProperty(guarded, name, {
          get() {
            throw new Error(`${signal.id} reads ${name}`);
          },
        });
      }
      signal.judge(event, guarded);
    }
  }
});
