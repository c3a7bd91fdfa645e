import type { RiskRequest } from '../contracts/http/risk-request.ts';
import type { OutcomeRecord } from '../core/record.ts';
import { demoAttacks } from './demo-attacks.ts';
import { createDemoRandom, type DemoRandom } from './demo-random.ts';
import {
  addressIn,
  type DemoPlatform,
  type DemoTown,
  homeTown,
  neighbour,
  otherTown,
  userAgentOf,
} from './demo-world.ts';

export interface DemoOptions {
  readonly users: number;
  readonly days: number;
  readonly seed: number;
  /** About how many honest logins in all; `null`: what such users do, some 1.4 a day and user. */
  readonly logins: number | null;
  /** The last login is at most here. */
  readonly end_ms: number;
}

/** A line as `replay` reads it. */
export interface DemoEvent {
  readonly at_ms: number;
  readonly body: RiskRequest;
  readonly onChallenge: OutcomeRecord['status'];
}

export interface DemoDevice {
  readonly id: string;
  readonly platform: DemoPlatform;
  readonly browser: 'chrome' | 'firefox';
  readonly lag_days: number;
}

export interface DemoUser {
  readonly id: string;
  readonly login: string;
  readonly methods: readonly string[];
  readonly registeredAt_ms: number;
  readonly town: DemoTown;
  home: string;
  readonly phoneNetwork: string;
  /** The one address of the user's office; `null`: works from home. */
  readonly office: string | null;
  readonly computer: DemoDevice;
  phone: DemoDevice | null;
  readonly trip: {
    readonly from: number;
    readonly to: number;
    readonly town: DemoTown;
    readonly hotel: string;
  } | null;
  /** The day on which a new phone takes the old one's place. */
  readonly newPhoneOn: number | null;
  readonly loginsADay: number;
  /** Devices of which a cookie was set. */
  readonly known: Set<string>;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const OFFICES = 4;
/** By a user. */
export const USUAL_LOGINS_A_DAY = 1.4;
const METHODS: readonly [readonly string[], ...(readonly string[])[]] = [
  ['webauthn', 'totp'],
  ['totp', 'sms'],
  ['totp'],
  ['sms'],
  ['email_otp'],
  ['push_number_match'],
];

/**
 * Invented logins of invented people, oldest first, attacks included: homes whose addresses change, offices behind one
 * address, phones on mobile networks, trips, new phones, mistyped passwords; a wave of credential stuffing from hosting
 * networks, a password spray, a hammered account and some takeovers. The same options give the same events.
 */
export function* demoLogins(options: DemoOptions): Generator<DemoEvent> {
  const random = createDemoRandom(options.seed);
  const begin_ms = options.end_ms - options.days * DAY_MS;
  const users = makeUsers(options, begin_ms, random);
  const attacks = demoAttacks(users, options, random);
  for (let day = 0; day < options.days; day++) {
    const from_ms = begin_ms + day * DAY_MS;
    const events = attacks.filter(({ at_ms }) => at_ms >= from_ms && at_ms < from_ms + DAY_MS);
    for (const user of users) events.push(...dayOf(user, day, from_ms, random));
    events.sort((a, b) => a.at_ms - b.at_ms);
    for (const event of events) if (event.at_ms < options.end_ms) yield event;
  }
}

/** A demo event as a line of a replay file. */
export const demoLine = ({ body, onChallenge }: DemoEvent): string =>
  JSON.stringify({ ...body, on_challenge: onChallenge });

function makeUsers(options: DemoOptions, begin_ms: number, random: DemoRandom): readonly DemoUser[] {
  const offices = Array.from({ length: OFFICES }, () => {
    const town = homeTown(random);
    return { town, address: addressIn(town.fixed, random) };
  });
  const usual = options.users * options.days * USUAL_LOGINS_A_DAY;
  const loginsADay = USUAL_LOGINS_A_DAY * (options.logins === null ? 1 : options.logins / usual);
  return Array.from({ length: options.users }, (_, i): DemoUser => {
    const office = random.chance(0.55) ? offices[random.integer(0, OFFICES - 1)] : undefined;
    const town = office?.town ?? homeTown(random);
    const isNew = random.chance(0.08);
    const tripFrom = random.integer(2, Math.max(2, options.days - 2));
    return {
      id: `u_${String(i + 1).padStart(4, '0')}`,
      login: `user${i + 1}@example.org`,
      methods: random.pick(METHODS),
      registeredAt_ms: isNew
        ? begin_ms + random.integer(0, options.days - 1) * DAY_MS
        : begin_ms - random.integer(60, 1_500) * DAY_MS,
      town,
      home: addressIn(town.fixed, random),
      phoneNetwork: addressIn(town.mobile, random),
      office: office?.address ?? null,
      computer: makeDevice(random.pick(['windows', 'windows', 'mac']), random),
      phone: random.chance(0.7) ? makeDevice(random.pick(['android', 'iphone']), random) : null,
      trip: random.chance(0.15)
        ? ((destination) => ({
            from: tripFrom,
            to: tripFrom + random.integer(2, 6),
            town: destination,
            hotel: addressIn(destination.fixed, random),
          }))(otherTown(random))
        : null,
      newPhoneOn: random.chance(0.1) ? random.integer(3, Math.max(3, options.days - 1)) : null,
      loginsADay: loginsADay * (0.4 + 1.2 * random.next()),
      known: new Set(),
    };
  });
}

const makeDevice = (platform: DemoPlatform, random: DemoRandom): DemoDevice => ({
  id: random.hex(32),
  platform,
  browser: random.chance(0.2) ? 'firefox' : 'chrome',
  lag_days: random.integer(2, 25),
});

function dayOf(user: DemoUser, day: number, from_ms: number, random: DemoRandom): DemoEvent[] {
  if (user.newPhoneOn === day && user.phone !== null) user.phone = makeDevice(user.phone.platform, random);
  if (random.chance(0.04)) user.home = neighbour(user.home, random);
  const events: DemoEvent[] = [];
  const weekday = new Date(from_ms + DAY_MS / 2).getUTCDay();
  const expected = user.loginsADay * (weekday === 0 || weekday === 6 ? 0.35 : 1.25);
  const logins = Math.floor(expected) + (random.chance(expected % 1) ? 1 : 0);
  for (let i = 0; i < logins; i++) events.push(...loginOf(user, day, from_ms, random));
  return events;
}

/** One login, now and then after a mistyped password. */
function loginOf(user: DemoUser, day: number, from_ms: number, random: DemoRandom): DemoEvent[] {
  const away = user.trip !== null && day >= user.trip.from && day <= user.trip.to ? user.trip : null;
  const atWork = away === null && user.office !== null && random.chance(0.6);
  const hour = atWork ? random.around(9.5, 1.6) : random.pick([random.around(8, 1), random.around(20, 2)]);
  const at_ms = timeOfDay(from_ms, hour - (away?.town ?? user.town).utcOffset_h);
  if (at_ms < user.registeredAt_ms) return [];
  const onPhone = !atWork && user.phone !== null && random.chance(0.45);
  const device = onPhone && user.phone !== null ? user.phone : user.computer;
  const ip = atWork
    ? (user.office ?? user.home)
    : away !== null
      ? away.hotel
      : onPhone && random.chance(0.5)
        ? neighbour(user.phoneNetwork, random)
        : user.home;
  const town = away?.town ?? user.town;
  const method = random.chance(0.08) && user.methods.includes('webauthn') ? 'webauthn' : 'password';
  const attempt = (status: 'succeeded' | 'failed', time_ms: number): DemoEvent => ({
    at_ms: time_ms,
    body: {
      event_id: `demo-${random.hex(12)}`,
      status,
      occurred_at: new Date(time_ms).toISOString(),
      user: {
        id: user.id,
        login: user.login,
        registered_at: new Date(user.registeredAt_ms).toISOString(),
        challenge_methods: [...user.methods],
      },
      context: {
        ip,
        user_agent: userAgentOf(device.platform, device.browser, time_ms, device.lag_days),
        headers: { 'accept-language': `${user.town.language},en;q=0.5` },
        rtt_ms: Math.round((town.utcOffset_h < -1 || town.utcOffset_h > 4 ? 120 : 18) + 25 * random.next()),
      },
      device: { id: device.id, presented: user.known.has(device.id) },
      application: { id: onPhone ? 'mobile' : 'web' },
      authentication: { method, amr: [method === 'webauthn' ? 'hwk' : 'pwd'] },
    },
    onChallenge: random.chance(0.95) ? 'succeeded' : 'abandoned',
  });
  const events: DemoEvent[] = [];
  if (method === 'password' && random.chance(0.05))
    events.push(attempt('failed', at_ms - random.integer(8, 40) * 1_000));
  events.push(attempt('succeeded', at_ms));
  // A browser in private mode, or one that forgets its cookies, is as new the next time.
  if (random.chance(0.97)) user.known.add(device.id);
  return events;
}

/** The moment within the 24 hours from `from_ms` at which the clock shows this hour in UTC. */
function timeOfDay(from_ms: number, utcHour: number): number {
  const startHour = (from_ms % DAY_MS) / HOUR_MS;
  const ahead = (((utcHour - startHour) % 24) + 24) % 24;
  return Math.floor(from_ms + ahead * HOUR_MS);
}
