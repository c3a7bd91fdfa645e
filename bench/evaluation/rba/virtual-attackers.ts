import type { RiskRequest } from '../../../src/contracts/http/risk-request.ts';
import type { StatedAddress } from '../../../src/ports/replay-files.ts';
import type { LoginFeatures } from '../baselines/login-features.ts';
import type { Random } from '../generator/random.ts';
import type { RbaRow } from './rows.ts';

/** The published attackers, who know the password and act on a victim without leaving a trace. */
export const RBA_ATTACKERS = ['naive', 'vpn', 'targeted'] as const;
export type RbaAttacker = (typeof RBA_ATTACKERS)[number];

export interface VirtualLogin {
  readonly attacker: RbaAttacker;
  readonly body: RiskRequest;
  readonly stated: StatedAddress;
  readonly features: LoginFeatures;
}

export interface VirtualAttackers {
  /** Takes a login of somebody into what attackers can wear and where they can come from. */
  see(row: RbaRow): void;
  /** One login of each kind against the user of this row; fewer while too little was seen. */
  against(victim: RbaRow, random: Random): readonly VirtualLogin[];
}

const KEPT = 200;

/**
 * Attackers made of the data set's own rows, since its addresses and places are synthetic:
 *
 * - naive: an address in any country, all countries alike, with a client as popular as clients are.
 * - vpn: an address in the victim's country, a popular client.
 * - targeted: an address in the victim's city, or else region, or country; the victim's browser and system.
 *
 * Samples of the rows so far are kept in reservoirs (Vitter's algorithm R) of bounded size.
 */
export function createVirtualAttackers(random: Random): VirtualAttackers {
  const anywhere = createReservoirs(random);
  return {
    see: (row) => anywhere.add(row),
    against(victim, now) {
      const country = anywhere.country(now);
      const popular = anywhere.any(now);
      const near = anywhere.near(victim, now);
      const alike = anywhere.alike(victim, now) ?? victim;
      const atHome = anywhere.inCountry(victim.country, now);
      const made: VirtualLogin[] = [];
      if (country !== null && popular !== null) made.push(login('naive', victim, country, popular));
      if (atHome !== null && popular !== null) made.push(login('vpn', victim, atHome, popular));
      if (near !== null) made.push(login('targeted', victim, near, alike));
      return made;
    },
  };
}

function login(attacker: RbaAttacker, victim: RbaRow, from: RbaRow, client: RbaRow): VirtualLogin {
  return {
    attacker,
    body: {
      status: 'succeeded',
      occurred_at: `${victim.time.replace(' ', 'T')}Z`,
      user: { id: victim.user },
      context: { ip: from.ip, user_agent: client.userAgent },
    },
    stated: {
      country: from.country === '' ? null : from.country,
      region: from.region === '' || from.region === '-' ? null : from.region,
      city: from.city === '' || from.city === '-' ? null : from.city,
      asn: Number.isSafeInteger(Number(from.asn)) && from.asn !== '' ? Number(from.asn) : null,
    },
    features: {
      user: victim.user,
      ip: [from.ip, from.asn, from.country],
      ua: client.features.ua,
      country: from.country,
      device: null,
    },
  };
}

function createReservoirs(random: Random) {
  const all = new Reservoirs(1, 5_000, random);
  const countries = new Reservoirs(400, KEPT, random);
  const cities = new Reservoirs(20_000, 20, random);
  const clients = new Reservoirs(5_000, 40, random);
  const cityOf = (row: RbaRow): string => `${row.country}|${row.region}|${row.city}`;
  const regionOf = (row: RbaRow): string => `${row.country}|${row.region}`;
  const clientOf = ({ features }: RbaRow): string =>
    `${features.ua[1]?.replace(/[\d.\s]+$/, '')}|${features.ua[2]?.replace(/[\d.\s]+$/, '')}|${features.ua[3]}`;
  return {
    add(row: RbaRow): void {
      all.add('', row);
      countries.add(row.country, row);
      cities.add(cityOf(row), row);
      cities.add(regionOf(row), row);
      clients.add(clientOf(row), row);
    },
    any: (now: Random): RbaRow | null => all.pick('', now),
    country: (now: Random): RbaRow | null => countries.pick(countries.anyKey(now), now),
    inCountry: (country: string, now: Random): RbaRow | null => countries.pick(country, now),
    near: (victim: RbaRow, now: Random): RbaRow | null =>
      cities.pick(cityOf(victim), now, victim.user) ??
      cities.pick(regionOf(victim), now, victim.user) ??
      countries.pick(victim.country, now, victim.user),
    alike: (victim: RbaRow, now: Random): RbaRow | null => clients.pick(clientOf(victim), now, victim.user),
  };
}

/** Even samples of the rows by key; keys beyond `keys` are not kept. */
class Reservoirs {
  readonly #of = new Map<string, { readonly rows: RbaRow[]; seen: number }>();
  readonly #names: string[] = [];
  readonly #keys: number;
  readonly #kept: number;
  readonly #random: Random;

  constructor(keys: number, kept: number, random: Random) {
    this.#keys = keys;
    this.#kept = kept;
    this.#random = random;
  }

  add(key: string, row: RbaRow): void {
    let one = this.#of.get(key);
    if (one === undefined) {
      if (this.#of.size >= this.#keys) return;
      one = { rows: [], seen: 0 };
      this.#of.set(key, one);
      this.#names.push(key);
    }
    one.seen += 1;
    if (one.rows.length < this.#kept) one.rows.push(row);
    else {
      const at = this.#random.integer(0, one.seen - 1);
      if (at < this.#kept) one.rows[at] = row;
    }
  }

  anyKey(random: Random): string {
    return this.#names.length === 0 ? '' : random.pick(this.#names);
  }

  /** Another person's row where `notOf` is given; `null` when there is none among a few tries. */
  pick(key: string, random: Random, notOf?: string): RbaRow | null {
    const rows = this.#of.get(key)?.rows ?? [];
    for (let i = 0; i < 5 && rows.length > 0; i++) {
      const row = random.pick(rows);
      if (row.user !== notOf) return row;
    }
    return null;
  }
}
