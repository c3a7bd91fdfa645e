import { createRandom, type Random } from './random.ts';

/** Raised whenever the same parameters would give other bytes. */
export const GENERATOR_VERSION = 3;

/**
 * Everything that shapes a world. Rates are per year or day as their names say; shares are 0–1. None of them is
 * measured: they are chosen so that honest behaviour is varied, and two worlds differ in them.
 */
export interface WorldParameters {
  readonly name: string;
  readonly seed: string;
  readonly users: number;
  readonly days: number;
  /** First day, `YYYY-MM-DD`, UTC. Browser releases follow the calendar from here. */
  readonly startDay: string;
  /** Home countries by weight; the auth server stands in the first. */
  readonly countries: readonly (readonly [country: string, weight: number])[];

  /** Logins a day of the median user, and the deviation of their logarithm between users. */
  readonly loginsADay: number;
  readonly loginsSigma: number;
  readonly weekendFactor: number;
  /** Share of logins that keep no hours. */
  readonly oddHours: number;
  /** Share of users who sign up during the world instead of before it. */
  readonly newcomers: number;

  readonly network: {
    /** Mean days for which a home keeps its address, of lines that change it at all. */
    readonly lease_days: number;
    readonly staticLines: number;
    /** Chance that a new address lies in the same /24, and if not, in the same city. */
    readonly sameNetwork: number;
    readonly sameCity: number;
    /** Homes behind a carrier's shared addresses. */
    readonly sharedLines: number;
    /** Share of users with a phone, and of their logins made with it. */
    readonly phones: number;
    readonly phoneLogins: number;
    /** Share of phone logins that use the carrier instead of Wi-Fi. */
    readonly carrier: number;
    readonly offices: number;
    /** Share of users who work in one of the offices. */
    readonly officeWorkers: number;
    /** Share of users who share a home (and some a computer) with another user. */
    readonly households: number;
    /** Share of users with a second usual place; share of logins there. */
    readonly secondPlaces: number;
    readonly secondPlaceLogins: number;
    /** Share of logins from a café, a train, somebody else's Wi-Fi. */
    readonly elsewhere: number;
    readonly vpnUsers: number;
    readonly vpnLogins: number;
    /** Chance that a VPN's exit is in the user's own country. */
    readonly vpnHome: number;
    /** Share of requests whose round trip a bad moment of the line makes longer, by 150 ms on average. */
    readonly hiccups: number;
  };
  readonly device: {
    /** Share of users with a second computer. */
    readonly secondComputers: number;
    /** Share of the machines that never keep a cookie (private windows, strict browsers). */
    readonly forgetful: number;
    /** Mean days until a cookie is lost. */
    readonly cookie_days: number;
    /** New phones and computers per user and year. */
    readonly newPhones: number;
    readonly newComputers: number;
    /** Mean days from a browser's release to its installation. */
    readonly updateLag_days: number;
    /** Share of machines with a hardware-bound key. */
    readonly bound: number;
  };
  /** Holidays abroad a year, their mean length, and the chance that the phone stays on its own carrier there. */
  readonly holidays: number;
  readonly holiday_days: number;
  readonly roaming: number;

  /** Look-alikes that happen to many at once. */
  readonly events: {
    /** Corporate VPN roll-outs (one office each) and provider renumberings (one AS each) in the world. */
    readonly vpnRollouts: number;
    readonly renumberings: number;
    /** Password manager migrations per user and year. */
    readonly passwordManagers: number;
  };
  readonly failures: {
    /** Chance that a login is preceded by a mistyped password, and by a forgotten one. */
    readonly mistyped: number;
    readonly forgotten: number;
    /** Share of challenged honest people who give up. */
    readonly abandoned: number;
  };
  readonly background: {
    /** Failed logins of lone bots, as a share of honest logins. */
    readonly naive: number;
    /** Campaigns per 30 days, and the attempts of one. */
    readonly stuffing: number;
    readonly stuffingAttempts: number;
    readonly spray: number;
    readonly sprayAttempts: number;
    readonly lowAndSlow: number;
    readonly lowAndSlowAttempts: number;
    /** Share of attempts that name a user who exists. */
    readonly existingUsers: number;
  };
  readonly attackers: {
    /** Share of naive attackers, and of VPN and AiTM attackers, in hosting networks. */
    readonly naiveHosting: number;
    readonly vpnHosting: number;
    readonly aitmHosting: number;
    /** Share of kits that set a browser's text but keep their own TLS and headers. */
    readonly sloppyKits: number;
    /** How often a cloner gets the TLS fingerprint right too. */
    readonly clonedTls: number;
    /** Share of cloning attackers whose proxy happens to be in the victim's city. */
    readonly sameCity: number;
    /** Median milliseconds that a residential proxy adds. */
    readonly proxyDelay_ms: number;
    readonly stealerSameAs: number;
  };
  /** What the application collects. An attacker shows what the victim's application collects. */
  readonly collects: {
    readonly device: boolean;
    readonly presented: boolean;
    readonly bound: boolean;
    readonly headers: boolean;
    readonly rtt: boolean;
    readonly tls: boolean;
    readonly registeredAt: boolean;
  };
}

/** Fibre and cable homes that keep their address, people who stay where they are, patient browsers. */
export const STABLE: WorldParameters = {
  name: 'stable',
  seed: 'stable-1',
  users: 1_500,
  days: 150,
  startDay: '2026-01-05',
  countries: [['DE', 70], ['AT', 8], ['CH', 7], ['FR', 4], ['GB', 4], ['NL', 3], ['US', 4]],
  loginsADay: 0.25,
  loginsSigma: 1,
  weekendFactor: 0.5,
  oddHours: 0.12,
  newcomers: 0.12,
  network: {
    lease_days: 45,
    staticLines: 0.4,
    sameNetwork: 0.35,
    sameCity: 0.7,
    sharedLines: 0.1,
    phones: 0.7,
    phoneLogins: 0.3,
    carrier: 0.35,
    offices: 12,
    officeWorkers: 0.35,
    households: 0.2,
    secondPlaces: 0.2,
    secondPlaceLogins: 0.12,
    elsewhere: 0.02,
    vpnUsers: 0.05,
    vpnLogins: 0.5,
    vpnHome: 0.7,
    hiccups: 0.04,
  },
  device: {
    secondComputers: 0.2,
    forgetful: 0.03,
    cookie_days: 150,
    newPhones: 0.35,
    newComputers: 0.2,
    updateLag_days: 9,
    bound: 0.25,
  },
  holidays: 0.9,
  holiday_days: 8,
  roaming: 0.45,
  events: { vpnRollouts: 2, renumberings: 2, passwordManagers: 0.15 },
  failures: { mistyped: 0.05, forgotten: 0.004, abandoned: 0.02 },
  background: {
    naive: 0.15,
    stuffing: 2.5,
    stuffingAttempts: 600,
    spray: 1,
    sprayAttempts: 500,
    lowAndSlow: 0.7,
    lowAndSlowAttempts: 150,
    existingUsers: 0.35,
  },
  attackers: {
    naiveHosting: 0.55,
    vpnHosting: 0.6,
    aitmHosting: 1,
    sloppyKits: 0.5,
    clonedTls: 0.7,
    sameCity: 0.2,
    proxyDelay_ms: 110,
    stealerSameAs: 0.5,
  },
  collects: {
    device: true,
    presented: true,
    bound: true,
    headers: true,
    rtt: true,
    tls: true,
    registeredAt: true,
  },
}; // biome-ignore format: short tuples on one line

/** Daily new addresses, many phones, frequent releases, cookies that do not last, people on the move. */
export const CHURNY: WorldParameters = {
  ...STABLE,
  name: 'churny',
  seed: 'churny-1',
  startDay: '2026-05-04',
  countries: [['US', 45], ['IN', 15], ['BR', 12], ['GB', 10], ['DE', 8], ['ID', 6], ['MX', 4]],
  oddHours: 0.25,
  weekendFactor: 0.8,
  network: {
    ...STABLE.network,
    lease_days: 12,
    staticLines: 0.15,
    sameNetwork: 0.2,
    sameCity: 0.55,
    sharedLines: 0.25,
    phones: 0.9,
    phoneLogins: 0.6,
    carrier: 0.55,
    elsewhere: 0.05,
    secondPlaces: 0.35,
    vpnUsers: 0.07,
    vpnHome: 0.5,
    hiccups: 0.08,
  },
  device: {
    ...STABLE.device,
    forgetful: 0.08,
    cookie_days: 45,
    newPhones: 0.5,
    updateLag_days: 4,
    bound: 0.15,
  },
  holidays: 1.6,
  failures: { mistyped: 0.08, forgotten: 0.008, abandoned: 0.03 },
}; // biome-ignore format: short tuples on one line

const HOME_COUNTRIES = ['DE', 'US', 'GB', 'FR', 'ES', 'IT', 'NL', 'PL', 'SE', 'NO', 'BR', 'IN', 'JP', 'CA', 'AU', 'ZA', 'MX', 'KR', 'TR', 'RO'] as const; // biome-ignore format: one table

/**
 * A world that nobody chose: every parameter drawn from a range around and beyond the two above. What is fitted on
 * many of these has to work in worlds it has not seen.
 */
export function drawParameters(
  seed: string | number,
  size: { readonly users: number; readonly days: number },
): WorldParameters {
  const random = createRandom(`parameters/${seed}`);
  const between = (least: number, most: number): number => least + (most - least) * random.next();
  /** Between two positive numbers, even in the logarithm. */
  const scaled = (least: number, most: number): number => least * (most / least) ** random.next();
  return {
    name: `drawn-${seed}`,
    seed: `drawn-${seed}`,
    ...size,
    startDay: dayText(random.integer(Date.UTC(2025, 2, 1) / DAY_MS, Date.UTC(2026, 6, 1) / DAY_MS)),
    countries: drawCountries(random),
    loginsADay: scaled(0.12, 0.6),
    loginsSigma: between(0.6, 1.3),
    weekendFactor: between(0.3, 1.1),
    oddHours: between(0.05, 0.35),
    newcomers: between(0.05, 0.3),
    network: {
      lease_days: scaled(3, 90),
      staticLines: between(0.05, 0.6),
      sameNetwork: between(0.1, 0.6),
      sameCity: between(0.3, 0.9),
      sharedLines: between(0, 0.35),
      phones: between(0.4, 0.95),
      phoneLogins: between(0.15, 0.7),
      carrier: between(0.15, 0.7),
      offices: random.integer(2, 20),
      officeWorkers: between(0.05, 0.6),
      households: between(0.05, 0.35),
      secondPlaces: between(0.05, 0.45),
      secondPlaceLogins: between(0.05, 0.25),
      elsewhere: between(0.005, 0.07),
      vpnUsers: between(0.02, 0.1),
      vpnLogins: between(0.2, 0.9),
      vpnHome: between(0.3, 0.9),
      hiccups: between(0.01, 0.12),
    },
    device: {
      secondComputers: between(0.05, 0.4),
      forgetful: between(0.01, 0.1),
      cookie_days: scaled(25, 300),
      newPhones: between(0.2, 0.6),
      newComputers: between(0.1, 0.35),
      updateLag_days: scaled(2, 20),
      bound: random.chance(0.3) ? 0 : between(0.05, 0.5),
    },
    holidays: between(0.3, 2.5),
    holiday_days: between(4, 12),
    roaming: between(0.2, 0.7),
    events: {
      vpnRollouts: random.integer(0, 3),
      renumberings: random.integer(0, 3),
      passwordManagers: between(0.05, 0.3),
    },
    failures: {
      mistyped: between(0.02, 0.12),
      forgotten: between(0.002, 0.012),
      abandoned: between(0.005, 0.05),
    },
    background: {
      naive: scaled(0.03, 0.6),
      stuffing: between(0.5, 4),
      stuffingAttempts: scaled(200, 1_500),
      spray: between(0.3, 2),
      sprayAttempts: scaled(150, 1_000),
      lowAndSlow: between(0.2, 1.5),
      lowAndSlowAttempts: scaled(60, 300),
      existingUsers: between(0.1, 0.8),
    },
    attackers: {
      naiveHosting: between(0.3, 0.8),
      vpnHosting: between(0.35, 0.85),
      aitmHosting: between(0.8, 1),
      sloppyKits: between(0.2, 0.8),
      clonedTls: between(0.4, 1),
      sameCity: between(0.05, 0.5),
      proxyDelay_ms: scaled(40, 250),
      stealerSameAs: between(0.2, 0.9),
    },
    collects: {
      device: random.chance(0.93),
      presented: random.chance(0.75),
      bound: random.chance(0.6),
      headers: random.chance(0.75),
      rtt: random.chance(0.6),
      tls: random.chance(0.5),
      registeredAt: random.chance(0.8),
    },
  };
}

const DAY_MS = 86_400_000;

const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** One main market and a few others, or several of a size. */
function drawCountries(random: Random): readonly (readonly [string, number])[] {
  const left: string[] = [...HOME_COUNTRIES];
  const count = random.integer(1, 7);
  return Array.from({ length: count }, (_, i) => {
    const [country] = left.splice(random.integer(0, left.length - 1), 1);
    return [country ?? 'DE', i === 0 ? random.integer(40, 100) : random.integer(3, 30)] as const;
  });
}
