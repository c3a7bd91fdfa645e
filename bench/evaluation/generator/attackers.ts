import { ACCESS_COUNTRIES, BOT_COUNTRIES } from './access-networks.ts';
import type { Attempt } from './bodies.ts';
import type { Attacker } from './event.ts';
import { type Block, distanceKm, type Internet } from './internet.ts';
import { hostIn } from './lines.ts';
import type { HonestLogin } from './logins.ts';
import type { WorldParameters } from './parameters.ts';
import { type Person, type Population, roundTrip_ms } from './people.ts';
import type { Random } from './random.ts';
import { type ClientSoftware, drawSoftware, lookOf, TOOL_AGENTS } from './user-agents.ts';

/** What an attacker of one kind does with the right password of somebody whose last login is known. */
export interface Takeover {
  readonly attacker: Attacker;
  readonly attempt: Attempt;
}

export interface AttackContext {
  readonly parameters: WorldParameters;
  readonly internet: Internet;
  readonly population: Population;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** From here on, two hours are too short to have travelled. */
const FAR_KM = 3_000;
const BOT_WEIGHTS = Object.values(BOT_COUNTRIES);
const BOT_NAMES = Object.keys(BOT_COUNTRIES);

/** Kinds that act alone; the campaigns' hits are made by the campaigns. */
export const LONE_ATTACKERS = [
  'naive',
  'vpn',
  'targeted',
  'very_targeted',
  'session_replay',
  'impossible_travel',
  'aitm',
  'stealer',
] as const satisfies readonly Attacker[];

/**
 * One takeover of each kind after (or, for a proxy in the middle, in) an honest login:
 *
 * - naive: anywhere in the world, mostly hosting; a popular client.
 * - vpn: in the victim's country, mostly hosting; a popular client.
 * - targeted: a home line in the victim's country; the victim's system and browser, in the version of the day.
 * - very_targeted: a residential proxy in the victim's AS, the victim's exact client and language, at the attacker's
 *   hours, slower by the proxy.
 * - session_replay: minutes after the victim, with the stolen cookie and client, from anywhere.
 * - impossible_travel: within two hours after the victim, from more than 3,000 km away; a popular client.
 * - aitm: at the victim's own moment, the victim's client and language forwarded by a rented server in the victim's
 *   country; the cookie of the real site is never sent to the fake one.
 * - stealer: copied cookie and client behind a residential proxy in the victim's AS or country. Where the victim's
 *   device holds a bound key it cannot be copied (`stealer_bound`).
 */
export function takeovers(
  person: Person,
  login: HonestLogin,
  kinds: readonly (typeof LONE_ATTACKERS)[number][],
  context: AttackContext,
  random: Random,
): readonly Takeover[] {
  return kinds.map((kind) => takeover(kind, person, login, context, random.fork(kind)));
}

function takeover(
  kind: (typeof LONE_ATTACKERS)[number],
  person: Person,
  login: HonestLogin,
  { parameters, internet, population }: AttackContext,
  random: Random,
): Takeover {
  const { attackers, collects } = parameters;
  const honest = login.attempts.at(-1) as Attempt;
  const victim = login.used.exit.block;
  const at_ms = honest.at_ms;
  const ownId = random.hex(32);
  const anyTime_ms = at_ms + Math.floor((0.1 + random.exponential(1.2)) * DAY_MS);

  const through = (
    block: Block,
    client: Pick<Attempt, 'userAgent' | 'headers' | 'tlsFingerprint'>,
    options: {
      readonly at_ms: number;
      /** Milliseconds that a way round through a proxy adds. */
      readonly detour_ms?: number;
      readonly cookie?: string;
      readonly access_ms?: number;
      readonly type?: 'session';
    },
  ): Attempt => ({
    at_ms: options.at_ms,
    status: 'succeeded',
    ...(options.type === undefined ? {} : { type: options.type }),
    person,
    ip: hostIn(block, random),
    ...client,
    rtt_ms:
      Math.round(options.detour_ms ?? 0) +
      roundTrip_ms(
        { block, access_ms: options.access_ms ?? 6 + random.exponential(10) },
        population.server,
        random,
      ),
    device: {
      id: options.cookie ?? ownId,
      presented: options.cookie !== undefined,
      bound: false,
    },
  });
  const proxy_ms = (): number => attackers.proxyDelay_ms * Math.exp(random.normal(0, 0.8));

  switch (kind) {
    case 'naive': {
      const block = worldBlock(internet, attackers.naiveHosting, random);
      return {
        attacker: 'naive',
        attempt: through(block, popularClient('en-US', anyTime_ms, attackers.sloppyKits, random), {
          at_ms: anyTime_ms,
        }),
      };
    }
    case 'vpn': {
      const block = random.chance(attackers.vpnHosting)
        ? random.pick(internet.hosting(person.country))
        : homeBlock(internet, person.country, random);
      return {
        attacker: 'vpn',
        attempt: through(block, popularClient(person.language, anyTime_ms, 0.2, random), {
          at_ms: anyTime_ms,
          detour_ms: random.exponential(60),
        }),
      };
    }
    case 'targeted': {
      const software: ClientSoftware = {
        ...login.used.device.software,
        lag_days: 1 + random.exponential(4),
      };
      const look = lookOf(software, person.language, anyTime_ms);
      return {
        attacker: 'targeted',
        attempt: through(
          homeBlock(internet, person.country, random),
          {
            userAgent: look.userAgent,
            headers: look.headers,
            tlsFingerprint: look.tlsFingerprint,
          },
          { at_ms: anyTime_ms, detour_ms: proxy_ms() },
        ),
      };
    }
    case 'very_targeted': {
      const when_ms = atAttackersHour(anyTime_ms, random);
      return {
        attacker: 'very_targeted',
        attempt: through(
          sameAsBlock(internet, login, attackers.sameCity, random),
          clonedClient(honest, attackers.clonedTls, random),
          { at_ms: when_ms, detour_ms: proxy_ms() },
        ),
      };
    }
    case 'session_replay': {
      const block = random.chance(0.5)
        ? worldBlock(internet, attackers.naiveHosting, random)
        : random.pick(internet.hosting(person.country));
      return {
        attacker: 'session_replay',
        attempt: through(block, clonedClient(honest, 0.5, random), {
          at_ms: at_ms + random.integer(2, 40) * 60_000,
          cookie: honest.device.id,
          type: 'session',
        }),
      };
    }
    case 'impossible_travel': {
      const when_ms = at_ms + random.integer(10, 115) * 60_000;
      let block = worldBlock(internet, 0.3, random);
      for (let i = 0; i < 40 && distanceKm(block, victim) < FAR_KM; i++) {
        block = worldBlock(internet, 0.3, random);
      }
      return {
        attacker: 'impossible_travel',
        attempt: through(block, popularClient('en-US', when_ms, 0.3, random), { at_ms: when_ms }),
      };
    }
    case 'aitm': {
      const block = random.chance(attackers.aitmHosting)
        ? random.pick(internet.hosting(person.country))
        : homeBlock(internet, person.country, random);
      // The victim's own last mile comes before the proxy's.
      const detour_ms = login.used.exit.access_ms + (1.5 * distanceKm(login.used.exit.block, block)) / 100;
      return {
        attacker: 'aitm',
        attempt: through(block, clonedClient(honest, 0.3, random), {
          at_ms: at_ms - 1,
          detour_ms,
          access_ms: 3,
        }),
      };
    }
    case 'stealer': {
      const when_ms = atAttackersHour(at_ms + random.exponential(0.6) * DAY_MS, random);
      const block = random.chance(attackers.stealerSameAs)
        ? sameAsBlock(internet, login, attackers.sameCity, random)
        : homeBlock(internet, person.country, random);
      return {
        attacker: collects.bound && login.used.device.bound ? 'stealer_bound' : 'stealer',
        attempt: through(block, clonedClient(honest, attackers.clonedTls, random), {
          at_ms: when_ms,
          detour_ms: proxy_ms(),
          cookie: honest.device.id,
        }),
      };
    }
  }
}

/** A rented server or an infected machine somewhere. */
export function worldBlock(internet: Internet, hosting: number, random: Random): Block {
  if (random.chance(hosting)) return random.pick(internet.allHosting);
  return homeBlock(internet, BOT_NAMES[random.weighted(BOT_WEIGHTS)] ?? 'BR', random);
}

export function homeBlock(internet: Internet, country: string, random: Random): Block {
  const fixed = internet.fixed(country);
  return random.pick(random.pick(fixed.length > 0 ? fixed : internet.fixed('US')).blocks);
}

/** A block of the AS that the victim used, sometimes in the same city; of the home's AS when that was rented. */
function sameAsBlock(internet: Internet, login: HonestLogin, sameCity: number, random: Random): Block {
  const { block } = login.used.exit;
  const provider = [...internet.fixed(block.country), ...internet.mobile(block.country)].find(
    ({ asn }) => asn === block.asn,
  );
  if (provider === undefined) return homeBlock(internet, block.country, random);
  const near = provider.blocks.filter(({ city }) => city === block.city);
  return random.pick(near.length > 0 && random.chance(sameCity) ? near : provider.blocks);
}

/** A client as the web's shares would draw it; of the sloppy ones some are tools and some only wear the text. */
export function popularClient(
  language: string,
  at_ms: number,
  sloppy: number,
  random: Random,
): Pick<Attempt, 'userAgent' | 'headers' | 'tlsFingerprint'> {
  const software = drawSoftware(random.chance(0.75) ? 'computer' : 'phone', random.exponential(60), random);
  const look = lookOf(software, language, at_ms);
  if (!random.chance(sloppy)) {
    return { userAgent: look.userAgent, headers: look.headers, tlsFingerprint: look.tlsFingerprint };
  }
  const tool = random.pick(TOOL_AGENTS);
  if (random.chance(0.25)) {
    return { userAgent: tool.userAgent, headers: { accept: '*/*' }, tlsFingerprint: tool.tlsFingerprint };
  }
  return {
    userAgent: look.userAgent,
    headers: { 'accept-language': language },
    tlsFingerprint: tool.tlsFingerprint,
  };
}

function clonedClient(
  honest: Attempt,
  clonedTls: number,
  random: Random,
): Pick<Attempt, 'userAgent' | 'headers' | 'tlsFingerprint'> {
  return {
    userAgent: honest.userAgent,
    headers: honest.headers,
    tlsFingerprint: random.chance(clonedTls)
      ? honest.tlsFingerprint
      : random.pick(TOOL_AGENTS).tlsFingerprint,
  };
}

/** The same day, at an hour when people in some country of attackers are awake. */
function atAttackersHour(from_ms: number, random: Random): number {
  const country = BOT_NAMES[random.weighted(BOT_WEIGHTS)] ?? 'BR';
  const local_h = 9 + 14 * random.next();
  const utc_h = (((local_h - (ACCESS_COUNTRIES[country]?.utcOffset_h ?? 0)) % 24) + 24) % 24;
  const at_ms = Math.floor(from_ms / DAY_MS) * DAY_MS + Math.floor(utc_h * HOUR_MS);
  return at_ms > from_ms ? at_ms : at_ms + DAY_MS;
}
