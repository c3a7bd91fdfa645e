import type { Attempt } from './bodies.ts';
import type { LookAlike } from './event.ts';
import type { Exit } from './lines.ts';
import type { WorldParameters } from './parameters.ts';
import { type Device, type Person, type Population, presentCookie, roundTrip_ms } from './people.ts';
import { drawSoftware, lookOf, otherBrowser } from './user-agents.ts';

/** An honest login: the attempts in order, the last of which succeeds. */
export interface HonestLogin {
  readonly attempts: readonly Attempt[];
  readonly lookAlike: LookAlike | null;
  readonly onChallenge: 'succeeded' | 'abandoned';
  /** What an attacker could learn of it. */
  readonly used: { readonly device: Device; readonly exit: Exit; readonly foreign: boolean };
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Days for which a renumbering or a new gateway is news. */
export const RENUMBERING_DAYS = 7;
export const ROLLOUT_DAYS = 14;

/** The times of a person's logins within the 24 hours from `from_ms`, ascending. */
export function loginTimes(person: Person, from_ms: number, parameters: WorldParameters): readonly number[] {
  const { random } = person;
  const weekday = new Date(from_ms + DAY_MS / 2).getUTCDay();
  const factor = weekday === 0 || weekday === 6 ? person.weekendFactor : 1;
  const times: number[] = [];
  for (let left = random.poisson(person.loginsADay * factor); left > 0; left--) {
    const local_h = random.chance(parameters.oddHours)
      ? 24 * random.next()
      : random.normal(random.pick(person.peaks), 1.3);
    const utc_h = (((local_h - person.utcOffset_h) % 24) + 24) % 24;
    const at_ms = Math.floor(from_ms + utc_h * HOUR_MS);
    if (at_ms >= person.registeredAt_ms) times.push(at_ms);
  }
  return times.sort((a, b) => a - b);
}

/** One honest login. Changes the person and the devices: call it in the order of time. */
export function honestLogin(
  person: Person,
  at_ms: number,
  day: number,
  parameters: WorldParameters,
  population: Population,
): HonestLogin {
  const { random } = person;
  const { network } = parameters;
  const fresh = takeChanges(person, day, parameters);
  const trip = person.trips.find(({ from_day, to_day }) => day >= from_day && day <= to_day) ?? null;
  const onPhone =
    person.phone !== null && (fresh.phone || random.chance(trip === null ? network.phoneLogins : 0.7));
  let device: Device =
    onPhone && person.phone !== null
      ? person.phone
      : ((fresh.computer ? undefined : person.computers[random.chance(0.85) ? 0 : 1]) ??
        (person.computers[0] as Device));
  let lookAlike: LookAlike | null = null;
  const migrates = !onPhone && person.passwordManagers[0] !== undefined && person.passwordManagers[0] <= day;
  if (migrates) {
    person.passwordManagers.shift();
    // The new manager came with another browser, which becomes the usual one.
    device = {
      ...device,
      software: otherBrowser(device.software, random),
      cookie: null,
      lastMajor: null,
      random: device.random.fork('migrated', day),
    };
    person.computers[0] = device;
    lookAlike = 'password_manager';
  }
  if (onPhone && fresh.phone) lookAlike = 'new_phone';
  else if (!onPhone && fresh.computer) lookAlike = 'new_computer';

  const { exit, foreign, why } = exitOf(person, { day, at_ms, onPhone, trip }, parameters, population);
  lookAlike ??= why;
  const cookie = presentCookie(device, at_ms, parameters.device.cookie_days);
  if (cookie.lost) lookAlike ??= 'lost_cookie';
  const look = lookOf(device.software, person.language, at_ms);
  if (device.lastMajor !== null && device.lastMajor !== look.major) lookAlike ??= 'browser_release';
  device.lastMajor = look.major;

  const attempt = (status: 'succeeded' | 'failed', time_ms: number): Attempt => ({
    at_ms: time_ms,
    status,
    person,
    ip: exit.ip,
    userAgent: look.userAgent,
    headers: look.headers,
    tlsFingerprint: look.tlsFingerprint,
    rtt_ms: roundTrip_ms(exit, population.server, random),
    // A key answers when the password was right.
    device: { id: cookie.id, presented: cookie.presented, bound: status === 'succeeded' && device.bound },
  });
  const misses = migrates
    ? random.integer(1, 4)
    : random.chance(parameters.failures.forgotten)
      ? random.integer(3, 6)
      : random.chance(parameters.failures.mistyped)
        ? random.integer(1, 2)
        : 0;
  const attempts: Attempt[] = [];
  let before_ms = at_ms;
  for (let i = 0; i < misses; i++) {
    before_ms -= random.integer(6, 45) * 1_000;
    attempts.unshift(attempt('failed', before_ms));
  }
  attempts.push(attempt('succeeded', at_ms));
  person.logins += 1;
  return {
    attempts,
    lookAlike,
    onChallenge: random.chance(parameters.failures.abandoned) ? 'abandoned' : 'succeeded',
    used: { device, exit, foreign },
  };
}

/** Devices that were bought since the last login. */
function takeChanges(person: Person, day: number, parameters: WorldParameters) {
  const { random } = person;
  const replace = (old: Device, kind: 'computer' | 'phone'): Device => {
    const own = random.fork(kind, day);
    const software = drawSoftware(kind, 1 + own.exponential(parameters.device.updateLag_days), own);
    return {
      // Most people stay with the system they know.
      software: own.chance(0.8)
        ? { ...software, platform: old.software.platform, browser: old.software.browser }
        : software,
      bound: parameters.collects.bound && own.chance(parameters.device.bound),
      forgetful: own.chance(parameters.device.forgetful),
      random: own,
      cookie: null,
      lastMajor: null,
    };
  };
  let phone = false;
  let computer = false;
  while (person.newPhones[0] !== undefined && person.newPhones[0] <= day) {
    person.newPhones.shift();
    if (person.phone === null) continue;
    person.phone = replace(person.phone, 'phone');
    phone = person.logins > 0;
  }
  while (person.newComputers[0] !== undefined && person.newComputers[0] <= day) {
    person.newComputers.shift();
    const old = person.computers[0];
    if (old === undefined) continue;
    person.computers[0] = replace(old, 'computer');
    computer = person.logins > 0;
  }
  return { phone, computer: computer && !phone };
}

function exitOf(
  person: Person,
  now: {
    readonly day: number;
    readonly at_ms: number;
    readonly onPhone: boolean;
    readonly trip: Person['trips'][number] | null;
  },
  parameters: WorldParameters,
  { lines }: Population,
): { readonly exit: Exit; readonly foreign: boolean; readonly why: LookAlike | null } {
  const { random, office } = person;
  const { network } = parameters;
  const { day, trip, onPhone } = now;
  if (person.vpn !== null && random.chance(network.vpnLogins)) {
    return { exit: random.pick(person.vpn), foreign: false, why: null };
  }
  const local = new Date(now.at_ms + person.utcOffset_h * HOUR_MS);
  const working = local.getUTCDay() % 6 !== 0 && local.getUTCHours() >= 8 && local.getUTCHours() < 18;
  if (office !== null && day >= office.vpnFrom_day && !onPhone && (working || random.chance(0.3))) {
    const isNew = day < office.vpnFrom_day + ROLLOUT_DAYS;
    return { exit: office.gateway, foreign: false, why: isNew ? 'corporate_vpn' : null };
  }
  if (trip !== null) {
    const foreign = trip.country !== person.country;
    if (onPhone && trip.roams && person.carrier !== null) {
      return { exit: person.carrier(random), foreign: false, why: null };
    }
    return { exit: trip.hotel.at(day), foreign, why: foreign ? 'holiday' : null };
  }
  if (office !== null && working && random.chance(onPhone ? 0.3 : 0.7)) {
    return { exit: office.line.at(day), foreign: false, why: null };
  }
  if (onPhone && person.carrier !== null && random.chance(network.carrier)) {
    return { exit: person.carrier(random), foreign: false, why: null };
  }
  if (random.chance(network.elsewhere)) {
    return { exit: lines.passing(person.country, random), foreign: false, why: null };
  }
  const line =
    person.second !== null && random.chance(network.secondPlaceLogins) ? person.second : person.home;
  const exit = line.at(day);
  const moved_day = line.renumberedOn();
  const moved = moved_day >= 0 && day < moved_day + RENUMBERING_DAYS;
  return { exit, foreign: false, why: moved ? 'renumbering' : null };
}
