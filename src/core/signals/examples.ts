import type { Context, DeviceClaim, LoginEvent } from '../event.ts';
import type {
  AddressFacts,
  ApplicationFacts,
  CampaignFacts,
  CellFacts,
  ClientFacts,
  Facts,
  FailureCounts,
  Features,
  SharingFacts,
  VelocityFacts,
} from '../facts.ts';
import { countryKey, placeKey } from '../geo.ts';
import { known, unknown } from '../known.ts';
import type { PopulationFacts } from '../model/population.ts';
import type { Habit, HabitKind, LastLogin, Profile } from '../profile.ts';

/** The fixture's now: Tuesday 2026-03-10, 18:30 UTC. */
export const NOW_ms = Date.UTC(2026, 2, 10, 18, 30);
const NOW_h = Math.floor(NOW_ms / 3_600_000);

/** The values that the fixture's user is known for. Addresses and AS numbers are those reserved for documentation. */
export const HOME = {
  address: 0x0a01,
  network: 0x0a02,
  as: 64_500,
  country: countryKey('DE'),
  latitude: 53.5,
  longitude: 10,
} as const;
export const OFFICE = {
  address: 0x0b01,
  network: 0x0b02,
  as: 64_501,
  country: countryKey('DE'),
  latitude: 53,
  longitude: 9,
} as const;
const LAPTOP = 0x0d01;
const PHONE = 0x0d02;
const CHROME_WINDOWS = 0x0c01;
const SAFARI_IOS = 0x0c02;
const CHROME = 0x0e01;
const SAFARI = 0x0e02;
const WINDOWS = 0x0f01;
const IOS = 0x0f02;
/** Keys that nobody has in the fixture. */
export const ELSEWHERE = { address: 0x1a01, network: 0x1a02, as: 64_510, country: countryKey('PT') } as const;
export const STRANGE = { device: 0x1d01, client: 0x1c01, browser: 0x1e01, os: 0x1f01 } as const;

/** A remembered value: so many decayed counts, first seen so many days ago, last counted a day ago. */
export function habit(key: number, weight: number, firstSeen_days: number, provisional = false): Habit {
  return {
    key,
    weight,
    firstSeen_h: NOW_h - firstSeen_days * 24,
    lastSeen_h: NOW_h - 24,
    lastCounted_h: NOW_h - 24,
    provisional,
    withOwnDevice: false,
  };
}

const LAST_LOGIN: LastLogin = {
  at_ms: NOW_ms - 24 * 3_600_000,
  decisionId: 'dec_018f4b2e-8c5a-7d11-9a53-3d6f0c2b7e10',
  country: 'DE',
  latitude: HOME.latitude,
  longitude: HOME.longitude,
  accuracy_km: 20,
  placeless: false,
  deviceKey: LAPTOP,
  addressKey: HOME.address,
};

/** 40 logins in 60 days with two devices, in the evening at home and in the morning at the office. */
const PROFILE: Profile = {
  createdAt_h: NOW_h - 60 * 24,
  logins: 40,
  countedAt_h: NOW_h - 24,
  last: LAST_LOGIN,
  lastTrouble_h: null,
  habits: {
    addresses: [habit(HOME.address, 14, 60), habit(OFFICE.address, 10, 55)],
    networks: [habit(HOME.network, 14, 60), habit(OFFICE.network, 10, 55)],
    ases: [habit(HOME.as, 18, 60), habit(OFFICE.as, 12, 55)],
    countries: [habit(HOME.country, 33, 60)],
    places: [
      habit(placeKey(HOME.latitude, HOME.longitude), 18, 60),
      habit(placeKey(OFFICE.latitude, OFFICE.longitude), 12, 55),
    ],
    devices: [habit(LAPTOP, 22, 60), habit(PHONE, 9, 58)],
    clients: [habit(CHROME_WINDOWS, 14, 40), habit(SAFARI_IOS, 7, 40)],
    browsers: [habit(CHROME, 20, 60), habit(SAFARI, 8, 58)],
    oses: [habit(WINDOWS, 22, 60), habit(IOS, 9, 58)],
    // Monday to Friday, 8:00 and 18:00 UTC.
    hours: [0, 1, 2, 3, 4].flatMap((day) => [habit(day * 24 + 8, 2, 55), habit(day * 24 + 18, 4, 60)]),
  },
  roundTrips: [
    { as: HOME.as, center: Math.log(30), spread: 0.2 },
    { as: OFFICE.as, center: Math.log(24), spread: 0.15 },
  ],
  carries: { device: 1, userAgent: 1, rtt: 1, headers: 1, tlsFingerprint: 0 },
  boundDevice: false,
};

const NO_FAILURES: FailureCounts = {
  failures_10m: 0,
  failures_1h: 0,
  failures_24h: 0,
  failedUsers_1h: 0,
  failedUsers_24h: 0,
  regularGaps_1h: 0,
};

/** The fixture login: at home, Tuesday evening, on the user's own laptop. Nothing speaks against it. */
export const BASE_EVENT: LoginEvent = {
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
    loginKey: 'login-key',
    registeredAt_ms: NOW_ms - 900 * 86_400_000,
    challengeMethods: ['webauthn', 'totp'],
  },
  context: {
    ip: '198.51.100.7',
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36',
    headers: {
      'accept-language': 'de-DE,de;q=0.9',
      'sec-ch-ua': '"Chromium";v="144", "Google Chrome";v="144", "Not_A Brand";v="24"',
      'sec-ch-ua-mobile': '?0',
      'sec-ch-ua-platform': '"Windows"',
    },
    rtt_ms: 31,
    tlsFingerprint: null,
  },
  device: { key: 'laptop-key', presented: true, fingerprintKey: null, bound: null },
  session: null,
  applicationId: 'web',
  authentication: {
    method: 'password',
    amr: ['pwd'],
    acr: null,
    idp: null,
    credentialCompromised: false,
  },
  properties: null,
  disposition: null,
};

/** What is known about the fixture login, in a tenant of some hundred users. */
export const BASE_FACTS: Facts = {
  profile: known(PROFILE),
  deviceIsTheirs: known(true),
  client: known({
    browserFamily: 'chrome',
    browserMajor: 144,
    osFamily: 'windows',
    osVersion: '10',
    deviceType: 'desktop',
    automation: null,
    automationName: null,
    released_day: Math.floor(NOW_ms / 86_400_000) - 56,
  }),
  address: {
    kind: 'public',
    version: 4,
    network: '198.51.100.0/24',
    place: known({
      country: 'DE',
      region: 'HH',
      city: 'Hamburg',
      latitude: HOME.latitude,
      longitude: HOME.longitude,
      accuracy_km: 20,
    }),
    as: known({ number: HOME.as, name: 'Example Cable' }),
    hosting: false,
    vpn: false,
    tor: false,
    relay: false,
    residentialProxy: false,
    mobile: false,
    blocklists: [],
  },
  velocity: known({
    user: NO_FAILURES,
    userByOthers: { failures_10m: 0, failures_1h: 0, failures_24h: 0 },
    userNetworks_1h: 1,
    userNetworks_24h: 2,
    address: NO_FAILURES,
    network: NO_FAILURES,
    device: NO_FAILURES,
    cells: [
      { kind: 'as', accepted_per_min: 0, campaign: null },
      { kind: 'network', accepted_per_min: 0, campaign: null },
    ],
  }),
  sharing: known({
    addressUsers: 1,
    networkUsers: 1,
    deviceUsers: 1,
    deviceUsersSeen_24h: 1,
    addressShareOfTenant: 0.01,
    tenantUsers_24h: 120,
  }),
  application: known({
    logins: 900,
    carriesDevice: 1,
    carriesUserAgent: 1,
    carriesRtt: 1,
    carriesHeaders: 1,
    carriesTlsFingerprint: 0,
    publicAddresses: 1,
    clientShare: 0.3,
  }),
  population: known({
    countries: { successes: 4_000, failures: 500, verdicts: 0 },
    ases: { successes: 900, failures: 110, verdicts: 0 },
    oses: { successes: 2_500, failures: 300, verdicts: 0 },
    browsers: { successes: 1_500, failures: 190, verdicts: 0 },
    clients: { successes: 400, failures: 50, verdicts: 0 },
    tls: { successes: 0, failures: 0, verdicts: 0 },
    logins: 6_000,
    ratio: 0.12,
    attacks: 40,
  }),
  features: {
    address: HOME.address,
    network: HOME.network,
    as: HOME.as,
    country: HOME.country,
    place: placeKey(HOME.latitude, HOME.longitude),
    device: LAPTOP,
    client: CHROME_WINDOWS,
    browser: CHROME,
    os: WINDOWS,
    tls: null,
    hour: 42,
  },
  serverPlace: known({ latitude: 50, longitude: 8.75 }),
};

// ---- Changes to the fixture, for examples and tests ----

type Change<T> = Partial<T>;

export const withContext =
  (change: Change<Context>) =>
  (event: LoginEvent): LoginEvent => ({ ...event, context: { ...event.context, ...change } });

export const withHeaders =
  (change: Record<string, string>) =>
  (event: LoginEvent): LoginEvent => ({
    ...event,
    context: { ...event.context, headers: { ...event.context.headers, ...change } },
  });

export const withDevice =
  (change: Change<DeviceClaim>) =>
  (event: LoginEvent): LoginEvent => ({
    ...event,
    device: { key: null, presented: null, fingerprintKey: null, bound: null, ...event.device, ...change },
  });

export const withoutDevice = (event: LoginEvent): LoginEvent => ({ ...event, device: null });

const changed = <K extends 'client' | 'velocity' | 'sharing' | 'application' | 'population'>(
  facts: Facts,
  name: K,
  change: object,
): Facts => {
  const fact = facts[name];
  return fact.known ? { ...facts, [name]: known({ ...fact.value, ...change }) } : facts;
};

export const withClient =
  (change: Change<ClientFacts>) =>
  (facts: Facts): Facts =>
    changed(facts, 'client', change);
export const withSharing =
  (change: Change<SharingFacts>) =>
  (facts: Facts): Facts =>
    changed(facts, 'sharing', change);
export const withApplication =
  (change: Change<ApplicationFacts>) =>
  (facts: Facts): Facts =>
    changed(facts, 'application', change);
export const withPopulation =
  (change: Change<PopulationFacts>) =>
  (facts: Facts): Facts =>
    changed(facts, 'population', change);
export const withVelocity =
  (change: Change<VelocityFacts>) =>
  (facts: Facts): Facts =>
    changed(facts, 'velocity', change);

export const withAddress =
  (change: Change<AddressFacts>) =>
  (facts: Facts): Facts => ({ ...facts, address: { ...facts.address, ...change } });

export const withFeatures =
  (change: Change<Features>) =>
  (facts: Facts): Facts => ({ ...facts, features: { ...facts.features, ...change } });

export const withProfile =
  (change: Change<Profile>) =>
  (facts: Facts): Facts =>
    facts.profile.known && facts.profile.value !== null
      ? { ...facts, profile: known({ ...facts.profile.value, ...change }) }
      : facts;

export const withHabits =
  (change: Partial<Record<HabitKind, readonly Habit[]>>) =>
  (facts: Facts): Facts =>
    facts.profile.known && facts.profile.value !== null
      ? withProfile({ habits: { ...facts.profile.value.habits, ...change } })(facts)
      : facts;

export const withLast =
  (change: Change<LastLogin>) =>
  (facts: Facts): Facts =>
    withProfile({ last: { ...LAST_LOGIN, ...change } })(facts);

/** Applies changes from left to right. */
export const all =
  (...changes: readonly ((facts: Facts) => Facts)[]) =>
  (facts: Facts): Facts =>
    changes.reduce((changedFacts, change) => change(changedFacts), facts);

export const failures = (change: Change<FailureCounts>): FailureCounts => ({ ...NO_FAILURES, ...change });

/** So many failures within ten minutes. */
export const burstOf = (n: number, users = 1): FailureCounts =>
  failures({
    failures_10m: n,
    failures_1h: n,
    failures_24h: n,
    failedUsers_1h: users,
    failedUsers_24h: users,
  });

/** The user's first login here. */
export const newcomer = (facts: Facts): Facts => ({
  ...facts,
  profile: known(null),
  deviceIsTheirs: known(false),
});

/** Stuffing at 8 tries a minute for half an hour. */
export const STUFFING: CampaignFacts = {
  id: 'cmp_019cd8f2-7a00-7000-9c41-5b0a7be2d431',
  kind: 'stuffing',
  started_ms: NOW_ms - 30 * 60_000,
  attempts: 240,
  users: 231,
  successes: 1,
  attempts_per_min: 8,
};

/** A campaign goes on in one of the event's cells, through which so many logins a minute are accepted. */
export const withinCampaign = (
  kind: CellFacts['kind'],
  campaign: CampaignFacts,
  accepted_per_min = 0.02,
): ((facts: Facts) => Facts) => withVelocity({ cells: [{ kind, accepted_per_min, campaign }] });

/** The password was wrong or is not checked yet. */
export const unverified = (event: LoginEvent): LoginEvent => ({ ...event, status: 'attempted' });
export const profileHidden = (facts: Facts): Facts => ({ ...facts, profile: unknown('not_verified') });

/** A cookie that this user was never seen with. */
export const strangeDevice = (facts: Facts): Facts =>
  all(
    withFeatures({ device: STRANGE.device }),
    withSharing({ deviceUsers: 0, deviceUsersSeen_24h: 0 }),
  )({
    ...facts,
    deviceIsTheirs: known(false),
  });

/** No user agent collected. */
export const noClient = (facts: Facts): Facts =>
  withFeatures({ client: null, browser: null, os: null })({ ...facts, client: unknown('not_collected') });

/** No device collected. */
export const noDevice = (facts: Facts): Facts =>
  all(
    withFeatures({ device: null }),
    withVelocity({ device: null }),
    withSharing({ deviceUsers: 0, deviceUsersSeen_24h: 0 }),
  )({ ...facts, deviceIsTheirs: unknown('not_collected') });

/** An address of another operator in Lisbon, 2,200 km from home. */
export const inLisbon = (facts: Facts): Facts =>
  all(
    withAddress({
      network: '203.0.113.0/24',
      place: known({
        country: 'PT',
        region: '11',
        city: 'Lisbon',
        latitude: 38.75,
        longitude: -9.25,
        accuracy_km: 20,
      }),
      as: known({ number: ELSEWHERE.as, name: 'Example Móvel' }),
    }),
    withFeatures({ ...ELSEWHERE, place: placeKey(38.75, -9.25) }),
  )(facts);

/** Another operator in the user's own town. */
export const nextDoor = (facts: Facts): Facts =>
  all(
    withAddress({ network: '203.0.113.0/24', as: known({ number: ELSEWHERE.as, name: 'Example Mobil' }) }),
    withFeatures({ address: ELSEWHERE.address, network: ELSEWHERE.network, as: ELSEWHERE.as }),
  )(facts);

/** The address belongs to a private network. */
export const privateAddress = (facts: Facts): Facts =>
  all(
    withAddress({
      kind: 'private',
      network: '10.0.0.0/24',
      place: unknown('not_public'),
      as: unknown('not_public'),
    }),
    withFeatures({ address: null, network: null, as: null, country: null, place: null }),
  )(facts);

/** Half of everybody comes from this address: a proxy before the auth server. */
export const behindProxy = withSharing({
  addressShareOfTenant: 0.9,
  tenantUsers_24h: 100,
  addressUsers: 128,
});
