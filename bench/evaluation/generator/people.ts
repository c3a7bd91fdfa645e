import { ACCESS_COUNTRIES } from './access-networks.ts';
import { changePerson, type PlannedChanges } from './changes.ts';
import { type Block, distanceKm, type Internet } from './internet.ts';
import { createLineMaker, type Exit, hostIn, type Line, type Renumbering } from './lines.ts';
import type { WorldParameters } from './parameters.ts';
import type { Random } from './random.ts';
import { type ClientSoftware, drawSoftware } from './user-agents.ts';

/** A browser with its cookie. Shared by the members of a household who share a computer. */
export interface Device {
  software: ClientSoftware;
  readonly bound: boolean;
  readonly forgetful: boolean;
  readonly random: Random;
  cookie: { readonly id: string; readonly until_ms: number } | null;
  /** Major version at the last login; `null` before the first. */
  lastMajor: number | null;
}

export interface Office {
  readonly line: Line;
  readonly country: string;
  /** From this day on its computers leave through one rented gateway. */
  vpnFrom_day: number;
  readonly gateway: Exit;
}

export interface Trip {
  readonly from_day: number;
  readonly to_day: number;
  readonly country: string;
  readonly hotel: Line;
  readonly roams: boolean;
}

export interface Person {
  readonly index: number;
  readonly id: string;
  readonly login: string;
  readonly random: Random;
  readonly country: string;
  readonly language: string;
  readonly utcOffset_h: number;
  readonly methods: readonly string[] | null;
  readonly registeredAt_ms: number;
  readonly home: Line;
  readonly second: Line | null;
  readonly office: Office | null;
  readonly carrier: ((random: Random) => Exit) | null;
  /** Exits that the user's VPN gives; `null`: uses none. */
  readonly vpn: readonly Exit[] | null;
  readonly computers: Device[];
  phone: Device | null;
  readonly loginsADay: number;
  /** Hours of the day, local, around which this person logs in. */
  readonly peaks: readonly number[];
  readonly weekendFactor: number;
  readonly trips: Trip[];
  /** Days of coming changes, ascending; used up as they come. */
  readonly newPhones: number[];
  readonly newComputers: number[];
  readonly passwordManagers: number[];
  /** Honest logins so far. */
  logins: number;
}

export interface Population {
  readonly people: readonly Person[];
  readonly renumberings: readonly Renumbering[];
  /** Where the auth server stands, and how often the way to it is bad. */
  readonly server: { readonly latitude: number; readonly longitude: number; readonly hiccups: number };
  readonly lines: ReturnType<typeof createLineMaker>;
}

const DAY_MS = 86_400_000;
const METHODS: readonly (readonly string[] | null)[] = [
  ['webauthn', 'totp'],
  ['totp', 'sms'],
  ['totp'],
  ['sms', 'email_otp'],
  ['email_otp'],
  ['push_number_match'],
  null,
];
/** Where people like to go; the rest is anywhere. */
const HOLIDAYS = ['ES', 'IT', 'FR', 'GR', 'TR', 'PT', 'AT', 'US', 'GB', 'TH', 'MX', 'EG', 'NL'] as const;

export function populate(
  parameters: WorldParameters,
  internet: Internet,
  random: Random,
  begin_ms: number,
  changes: PlannedChanges | null = null,
): Population {
  const { network, device, days } = parameters;
  const countries = parameters.countries.filter(([country]) => internet.fixed(country).length > 0);
  const mainCountry = countries[0]?.[0] ?? 'DE';
  const drawCountry = (from: Random): string =>
    countries[from.weighted(countries.map(([, weight]) => weight))]?.[0] ?? mainCountry;

  const eventful = random.fork('events');
  const someDay = (from: Random): number => Math.floor((0.15 + 0.8 * from.next()) * days);
  const renumberings: Renumbering[] = [];
  const providers = internet.fixed(mainCountry);
  for (let i = 0; i < Math.min(parameters.events.renumberings, providers.length); i++) {
    renumberings.push({ asn: providers[i]?.asn ?? 0, day: someDay(eventful) });
  }
  for (const [i, day] of changes?.renumbered ?? []) {
    const asn = providers[i]?.asn;
    if (asn !== undefined) renumberings.push({ asn, day });
  }
  const lines = createLineMaker(internet, parameters, renumberings);

  const offices = Array.from({ length: network.offices }, (_, i): Office => {
    const own = random.fork('office', i);
    const country = i % 3 === 2 ? drawCountry(own) : mainCountry;
    const block = own.pick(internet.hosting(country));
    return {
      line: lines.office(country, own),
      country,
      vpnFrom_day: Math.min(
        i < parameters.events.vpnRollouts ? someDay(eventful) : Number.POSITIVE_INFINITY,
        changes?.rolledOut.get(i) ?? Number.POSITIVE_INFINITY,
      ),
      gateway: { ip: hostIn(block, own), block, access_ms: 12 },
    };
  });

  const makeDevice = (kind: 'computer' | 'phone', own: Random): Device => ({
    software: drawSoftware(kind, 1 + own.exponential(device.updateLag_days), own),
    bound: parameters.collects.bound && own.chance(device.bound),
    forgetful: own.chance(device.forgetful),
    random: own,
    cookie: null,
    lastMajor: null,
  });
  const schedule = (aYear: number, own: Random): number[] => {
    const list: number[] = [];
    for (let day = own.exponential(365 / aYear); day < days; day += own.exponential(365 / aYear)) {
      list.push(Math.floor(day));
    }
    return list;
  };

  const people: Person[] = [];
  for (let index = 0; index < parameters.users; index++) {
    const own = random.fork('user', index);
    const partner = index > 0 && own.chance(network.households / 2) ? people[index - 1] : undefined;
    const office = own.chance(network.officeWorkers) && offices.length > 0 ? own.pick(offices) : null;
    const country = partner?.country ?? office?.country ?? drawCountry(own);
    const clock = ACCESS_COUNTRIES[country];
    const signsUp = own.chance(parameters.newcomers);
    const vpnUser = own.chance(network.vpnUsers);
    const peakCount = own.integer(1, 3);
    const trips: Trip[] = [];
    for (let day = own.exponential(365 / parameters.holidays); day < days; ) {
      const length = 2 + own.exponential(parameters.holiday_days - 2);
      trips.push(tripFrom({ country, day, length, number: trips.length }, parameters, internet, lines, own));
      day += length + own.exponential(365 / parameters.holidays);
    }
    const shared = partner !== undefined && own.chance(0.3) ? partner.computers[0] : undefined;
    const computers = [shared ?? makeDevice('computer', own.fork('computer', 0))];
    if (own.chance(device.secondComputers)) computers.push(makeDevice('computer', own.fork('computer', 1)));
    const hasPhone = own.chance(network.phones);
    const person: Person = {
      index,
      id: `u${index}`,
      login: `user${index}@example.org`,
      random: own.fork('days'),
      country,
      language: own.chance(0.12) ? 'en-US' : (clock?.language ?? 'en-US'),
      utcOffset_h: clock?.utcOffset_h ?? 0,
      methods: own.pick(METHODS),
      registeredAt_ms: signsUp
        ? begin_ms + Math.floor(own.next() * days * DAY_MS)
        : begin_ms - own.integer(20, 1_500) * DAY_MS,
      home: partner?.home ?? lines.home(country, own.fork('home')),
      second: own.chance(network.secondPlaces) ? lines.home(country, own.fork('second')) : null,
      office,
      carrier: hasPhone ? lines.carrier(country, own.fork('carrier')) : null,
      vpn: vpnUser ? vpnExits(country, internet, network.vpnHome, own.fork('vpn')) : null,
      computers,
      phone: hasPhone ? makeDevice('phone', own.fork('phone')) : null,
      loginsADay: Math.min(8, parameters.loginsADay * Math.exp(own.normal(0, parameters.loginsSigma))),
      peaks: Array.from({ length: peakCount }, () => own.pick([7.5, 9, 12.5, 14, 18, 20, 21.5])),
      weekendFactor: Math.max(0, own.normal(parameters.weekendFactor, 0.25)),
      trips,
      newPhones: hasPhone ? schedule(device.newPhones, own.fork('phones')) : [],
      newComputers: schedule(device.newComputers, own.fork('computers')),
      passwordManagers: schedule(parameters.events.passwordManagers, own.fork('managers')),
      logins: 0,
    };
    people.push(person);
    if (changes !== null) changePerson(person, changes, parameters, internet, lines);
  }
  const { latitude, longitude } = serverPlace(internet, mainCountry);
  return { people, renumberings, server: { latitude, longitude, hiccups: network.hiccups }, lines };
}

/** One journey as everybody's are drawn. */
export function tripFrom(
  { country, day, length, number }: { country: string; day: number; length: number; number: number },
  parameters: WorldParameters,
  internet: Internet,
  lines: Population['lines'],
  random: Random,
): Trip {
  const abroad = random.chance(0.8);
  const destination = abroad ? destinationFrom(country, internet, random) : country;
  return {
    from_day: Math.floor(day),
    to_day: Math.floor(day + length),
    country: destination,
    hotel: lines.home(destination, random.fork('hotel', number)),
    roams: random.chance(parameters.roaming),
  };
}

function destinationFrom(country: string, internet: Internet, random: Random): string {
  for (;;) {
    const found = random.chance(0.65) ? random.pick(HOLIDAYS) : random.pick(internet.countries);
    if (found !== country) return found;
  }
}

/** A VPN gives a few exits, mostly at home, the rest in the big markets. */
function vpnExits(country: string, internet: Internet, atHome: number, random: Random): readonly Exit[] {
  return Array.from({ length: random.integer(2, 8) }, (): Exit => {
    const where = random.chance(atHome) ? country : random.pick(['NL', 'DE', 'US', 'GB', 'SG', 'FR']);
    const block = random.pick(internet.hosting(where));
    return { ip: hostIn(block, random), block, access_ms: 20 };
  });
}

function serverPlace(internet: Internet, country: string): Block {
  const block = internet.hosting(country)[0] ?? internet.fixed(country)[0]?.blocks[0];
  if (block === undefined) throw new RangeError(`the tables hold no network in ${country}`);
  return block;
}

/** Round-trip time: the last mile, 1.5 times light in fibre (200 km/ms) both ways, queues, now and then a hiccup. */
export function roundTrip_ms(
  exit: { readonly block: Block; readonly access_ms: number },
  server: Population['server'],
  random: Random,
): number {
  const flight_ms = (1.5 * distanceKm(exit.block, server)) / 100;
  const hiccup_ms = random.chance(server.hiccups) ? random.exponential(150) : 0;
  return Math.max(1, Math.round(4 + exit.access_ms + flight_ms + random.exponential(4) + hiccup_ms));
}

/** The cookie that a login at this time carries, and the one that the device keeps afterwards. */
export function presentCookie(
  device: Device,
  at_ms: number,
  cookie_days: number,
): { readonly id: string; readonly presented: boolean; readonly lost: boolean } {
  if (device.forgetful) return { id: device.random.hex(32), presented: false, lost: true };
  if (device.cookie !== null && at_ms < device.cookie.until_ms) {
    return { id: device.cookie.id, presented: true, lost: false };
  }
  const lost = device.cookie !== null;
  const id = device.random.hex(32);
  device.cookie = { id, until_ms: at_ms + device.random.exponential(cookie_days) * DAY_MS };
  return { id, presented: false, lost };
}
