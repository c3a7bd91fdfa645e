import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type {
  AnonymousIPResponse,
  AsnResponse,
  CityResponse,
  ConnectionTypeResponse,
  IspResponse,
  Response,
} from 'maxmind';
import type { AddressFacts, AutonomousSystem, Place } from '../../core/facts.ts';
import { type Known, known, unknown } from '../../core/known.ts';
import type { IpIntelligence, SourceStatus } from '../../ports/ip-intelligence.ts';
import { loadGeoipLitePlaces, type PlaceTable } from './geoip-lite-places.ts';
import { HOSTING_NAMES_VERSION, isHostingName } from './hosting-names.ts';
import type { ListKind, ListSource } from './list-source.ts';
import { type LoadedAsTable, loadAsTable } from './load-as-table.ts';
import { type LoadedList, loadNetworkList } from './load-network-list.ts';
import { type MmdbFile, openMmdb } from './mmdb-file.ts';
import { type ParsedAddress, parseAddress } from './parse-address.ts';
import type { SourceLog } from './source-log.ts';
import { problemOf } from './source-problem.ts';
import { hostingSystems, mobileSystems } from './well-known-networks.ts';

export interface IpIntelligenceConfig {
  readonly lists: readonly ListSource[];
  /** Paths of MaxMind databases; each overrides the built-in table where it knows the address. */
  readonly mmdb: {
    readonly city?: string;
    readonly asn?: string;
    readonly isp?: string;
    readonly anonymous?: string;
    readonly residentialProxy?: string;
    readonly connectionType?: string;
  };
  /** Described addresses that are kept; about 0.5 KB each. At least 1. */
  readonly cacheEntries: number;
  /** Count the well-known hosting systems as hosting. */
  readonly builtinHosting: boolean;
  /** Load geoip-lite (150 MB, 250 ms). Without it and without a City database, places are unknown. */
  readonly builtinPlaces: boolean;
  /** Load the AS table of `@ip-location-db/asn`. */
  readonly builtinAs: boolean;
  /** Where the compiled AS table is looked for and kept, in this order; none: compile it at every start. */
  readonly cacheDirs: readonly string[];
}

/** Facts that a data set states for an address, in place of the tables (see `withOverrides`). */
export interface StatedFacts {
  readonly place: Known<Place>;
  readonly as: Known<AutonomousSystem>;
}

export interface LoadedIpIntelligence extends IpIntelligence {
  /**
   * As `describe`, but place and AS are as stated (an AS without name gets the table's), the classes that follow from
   * an AS follow from the stated one, and the address counts as public whatever its range. Not cached.
   */
  describeStated(ip: string, stated: StatedFacts): AddressFacts;
}

interface Databases {
  readonly city: MmdbFile<CityResponse> | null;
  readonly asn: MmdbFile<AsnResponse> | null;
  readonly isp: MmdbFile<IspResponse> | null;
  readonly anonymous: MmdbFile<AnonymousIPResponse> | null;
  readonly residentialProxy: MmdbFile<AnonymousIPResponse> | null;
  readonly connectionType: MmdbFile<ConnectionTypeResponse> | null;
}

/** Everything that a reload replaces. One reference is swapped, so no answer mixes old and new. */
interface Snapshot {
  readonly lists: readonly LoadedList[];
  readonly databases: Databases;
  readonly status: readonly (() => SourceStatus)[];
  readonly version: string;
}

/**
 * Loads every source of knowledge about addresses into memory. Nothing that is missing or broken stops the start: it
 * leaves its facts unknown, logs one warning, and shows in `status()`.
 *
 * What the classes mean, and which wins:
 * - `relay` only ever comes from lists: relays share their AS with ordinary servers. Published VPN and hosting feeds
 *   sweep relay ranges in, and honest people sit there by default, so a relay is neither `vpn` nor `hosting`.
 * - `tor` is the sharper word for an exit that a VPN feed also holds: it is not also `vpn` (one observation would
 *   count twice), nor `relay`. It may be `hosting`, which is a second fact.
 * - A public proxy (`is_public_proxy`) is a way out that strangers share, which is what `vpn` says.
 * - `mobile` comes from lists, from the ISP and connection-type databases, and from well-known mobile systems.
 *
 * 6to4 and Teredo addresses are looked up by the IPv4 address that they tunnel through, lists also by their own.
 */
export async function createIpIntelligence(options: {
  readonly config: IpIntelligenceConfig;
  readonly log: SourceLog;
}): Promise<LoadedIpIntelligence> {
  const { config, log } = options;
  const cache = new LRUCache<string, AddressFacts>({ max: Math.max(1, config.cacheEntries) });
  const places = await loadBuiltin(config.builtinPlaces, 'places:geoip-lite', log, loadGeoipLitePlaces);
  const systems = await loadBuiltin(config.builtinAs, 'as:ip-location-db', log, () =>
    loadAsTable({ cacheDirs: config.cacheDirs, log }),
  );

  let snapshot = await loadSnapshot(null);
  let queue: Promise<void> = Promise.resolve();

  async function loadSnapshot(previous: Snapshot | null): Promise<Snapshot> {
    const lists = await Promise.all(
      config.lists.map((source) => {
        const old = previous?.lists.find((list) => list.source.name === source.name) ?? null;
        return keepOrLoad(`list:${source.name}`, source.path, old, log, () => loadNetworkList(source));
      }),
    );
    const database = async <T extends Response>(
      key: keyof Databases,
      old: MmdbFile<T> | null | undefined,
    ): Promise<Kept<MmdbFile<T>>> => {
      const path = config.mmdb[key];
      if (path === undefined) return absent;
      return keepOrLoad(`mmdb:${key}`, path, old ?? null, log, () => openMmdb<T>(path));
    };
    const held = previous?.databases;
    const [city, asn, isp, anonymous, residentialProxy, connectionType] = await Promise.all([
      database<CityResponse>('city', held?.city),
      database<AsnResponse>('asn', held?.asn),
      database<IspResponse>('isp', held?.isp),
      database<AnonymousIPResponse>('anonymous', held?.anonymous),
      database<AnonymousIPResponse>('residentialProxy', held?.residentialProxy),
      database<ConnectionTypeResponse>('connectionType', held?.connectionType),
    ]);
    const opened = [city, asn, isp, anonymous, residentialProxy, connectionType];
    const days = [places?.table?.day, systems?.table?.day, ...opened.map((kept) => kept.value?.day)];
    const sources = [
      `hosting ${config.builtinHosting ? `${digest([...hostingSystems].join())} names ${HOSTING_NAMES_VERSION}` : 'off'}`,
      `mobile ${digest([...mobileSystems].join())}`,
      `places ${places?.table?.version ?? 'none'}`,
      `as ${systems?.table?.version ?? 'none'}`,
      ...lists.map(({ value, name }) =>
        value === null
          ? `${name} none`
          : `${name} ${value.source.kind} ${value.source.format} ${value.version}`,
      ),
      ...opened.map((kept) => `${kept.name} ${kept.value?.version ?? 'none'}`),
    ];
    return {
      lists: lists.flatMap(({ value }) => (value === null ? [] : [value])),
      databases: {
        city: city.value,
        asn: asn.value,
        isp: isp.value,
        anonymous: anonymous.value,
        residentialProxy: residentialProxy.value,
        connectionType: connectionType.value,
      },
      status: [
        ...(places === null ? [] : [() => places.status]),
        ...(systems === null ? [] : [() => systems.status]),
        ...(config.builtinHosting ? [() => builtinHostingStatus] : []),
        ...[...lists, ...opened.filter((kept) => kept.configured)].map((kept) => () => statusOf(kept)),
      ],
      version: `${newest(days) ?? 'undated'}+${digest(sources.join('\n')).slice(0, 6)}`,
    };
  }

  function findPlace(at: ParsedAddress): Known<Place> {
    const record = snapshot.databases.city?.find(at) ?? null;
    const place = (record === null ? null : placeOf(record)) ?? places?.table?.find(at) ?? null;
    return place === null ? unknown('unavailable') : known(place);
  }

  function findSystem(at: ParsedAddress): Known<AutonomousSystem> {
    const { asn, isp } = snapshot.databases;
    for (const record of [asn?.find(at), isp?.find(at)]) {
      if (record?.autonomous_system_number === undefined) continue;
      const number = record.autonomous_system_number;
      return known({ number, name: record.autonomous_system_organization ?? nameOf(number) });
    }
    const found = systems?.table?.table.find(at) ?? null;
    return found === null ? unknown('unavailable') : known(found);
  }

  const nameOf = (number: number): string | null => systems?.table?.table.nameOf(number) ?? null;

  function classify(address: ParsedAddress, as: Known<AutonomousSystem>) {
    const at = address.through ?? address;
    const system = as.known ? as.value.number : null;
    const { anonymous, residentialProxy, isp, connectionType } = snapshot.databases;
    const flags = anonymous?.find(at) ?? null;
    const on = new Set<ListKind>();
    const blocklists: string[] = [];
    for (const list of snapshot.lists) {
      if (!list.has(at, system) && (at === address || !list.has(address, system))) continue;
      on.add(list.source.kind);
      if (list.source.kind === 'blocklist') blocklists.push(list.source.name);
    }
    const tor = on.has('tor') || flags?.is_tor_exit_node === true;
    const relay = on.has('relay') && !tor;
    const hosted =
      on.has('hosting') ||
      flags?.is_hosting_provider === true ||
      (config.builtinHosting && as.known && isHosting(as.value));
    const tunnelled = on.has('vpn') || flags?.is_anonymous_vpn === true || flags?.is_public_proxy === true;
    return {
      hosting: hosted && !relay,
      vpn: tunnelled && !relay && !tor,
      tor,
      relay,
      residentialProxy:
        on.has('residential_proxy') ||
        flags?.is_residential_proxy === true ||
        (residentialProxy?.find(at) ?? null) !== null,
      mobile:
        on.has('mobile') ||
        (isp?.find(at)?.mobile_network_code ?? null) !== null ||
        connectionType?.find(at)?.connection_type === 'Cellular' ||
        (system !== null && mobileSystems.has(system)),
      blocklists,
    };
  }

  function describeAddress(ip: string): AddressFacts {
    const address = parseAddress(ip);
    if (address === null) return undescribable(ip);
    const { kind, version, network } = address;
    if (kind !== 'public') {
      const nowhere = unknown('not_public');
      return { kind, version, network, place: nowhere, as: nowhere, ...classify(address, nowhere) };
    }
    const at = address.through ?? address;
    const as = findSystem(at);
    return { kind, version, network, place: findPlace(at), as, ...classify(address, as) };
  }

  return {
    describe: (ip) => {
      const cached = cache.get(ip);
      if (cached !== undefined) return cached;
      const facts = describeAddress(ip);
      cache.set(ip, facts);
      return facts;
    },
    describeStated: (ip, stated) => {
      const address = parseAddress(ip);
      if (address === null) return undescribable(ip);
      const as = stated.as.known
        ? known({
            number: stated.as.value.number,
            name: stated.as.value.name ?? nameOf(stated.as.value.number),
          })
        : stated.as;
      const { version, network } = address;
      return { kind: 'public', version, network, place: stated.place, as, ...classify(address, as) };
    },
    get version() {
      return snapshot.version;
    },
    status: () => snapshot.status.map((read) => read()),
    reload: () => {
      // One after the other: two at once could finish in the wrong order and bring an older file back.
      const next = queue.then(async () => {
        const loaded = await loadSnapshot(snapshot);
        snapshot = loaded;
        cache.clear();
      });
      queue = next.catch((error: unknown) => {
        log.warn(
          { problem: problemOf(error) },
          'The IP sources could not be loaded again; the old ones stay',
        );
      });
      return next;
    },
    close: async () => {
      await queue;
      cache.clear();
    },
  };
}

/** A configured file: what answers now (maybe an earlier reading of it), and what is wrong with the file. */
interface Kept<T> {
  readonly configured: boolean;
  readonly name: string;
  readonly value: T | null;
  readonly problem: string | null;
}

const absent = { configured: false, name: 'none', value: null, problem: null } as const;

async function keepOrLoad<T extends { readonly entries: number }>(
  name: string,
  path: string,
  old: T | null,
  log: SourceLog,
  load: () => Promise<T>,
): Promise<Kept<T>> {
  try {
    return { configured: true, name, value: await load(), problem: null };
  } catch (error) {
    const rest =
      old === null ? 'it is left out.' : `the earlier reading with ${old.entries} entries stays in use.`;
    const problem = `${path} cannot be used: ${problemOf(error)}; ${rest}`;
    log.warn({ source: name, problem }, 'An IP source cannot be used');
    return { configured: true, name, value: old, problem };
  }
}

interface Described {
  readonly entries: number;
  readonly version: string;
  readonly skipped?: number;
  damage(): string | null;
}

function statusOf(kept: Kept<Described>): SourceStatus {
  const { name, value } = kept;
  const damage = value?.damage() ?? null;
  const skipped = value?.skipped ?? 0;
  return {
    name,
    ok: kept.problem === null && damage === null,
    entries: value?.entries ?? 0,
    version: value?.version ?? 'none',
    problem:
      kept.problem ??
      (damage === null ? null : `The file is damaged: ${damage}.`) ??
      (skipped > 0 ? `${skipped} lines were not understood and are skipped.` : null),
  };
}

const builtinHostingStatus: SourceStatus = {
  name: 'networks:built-in',
  ok: true,
  entries: hostingSystems.size + mobileSystems.size,
  version: digest([...hostingSystems, ...mobileSystems].join()).slice(0, 8),
  problem: null,
};

async function loadBuiltin<T extends PlaceTable | LoadedAsTable>(
  wanted: boolean,
  name: string,
  log: SourceLog,
  load: () => Promise<T>,
): Promise<{ readonly table: T | null; readonly status: SourceStatus } | null> {
  if (!wanted) return null;
  try {
    const table = await load();
    const entries = 'entries' in table ? table.entries : table.table.entries;
    return { table, status: { name, ok: true, entries, version: table.version, problem: null } };
  } catch (error) {
    const problem = `The built-in table cannot be loaded: ${problemOf(error)}.`;
    log.warn({ source: name, problem }, 'An IP source cannot be used');
    return { table: null, status: { name, ok: false, entries: 0, version: 'none', problem } };
  }
}

/** GeoIP2 and GeoLite2 City. `null` when the record does not even name a country. */
function placeOf(record: CityResponse): Place | null {
  const country = record.country?.iso_code;
  if (country === undefined || !/^[A-Z]{2}$/.test(country)) return null;
  const { location } = record;
  return {
    country,
    region: record.subdivisions?.[0]?.iso_code ?? null,
    city: record.city?.names.en ?? null,
    latitude: location?.latitude ?? null,
    longitude: location?.longitude ?? null,
    accuracy_km: location?.accuracy_radius ?? null,
  };
}

/** For text that is no address: callers refuse it before they ask, and a fact must still come back. */
function undescribable(ip: string): AddressFacts {
  return {
    kind: 'reserved',
    version: ip.includes(':') ? 6 : 4,
    network: '0.0.0.0/0',
    place: unknown('unavailable'),
    as: unknown('unavailable'),
    hosting: false,
    vpn: false,
    tor: false,
    relay: false,
    residentialProxy: false,
    mobile: false,
    blocklists: [],
  };
}

function newest(days: readonly (string | null | undefined)[]): string | null {
  return days.reduce<string | null>((best, day) => (day && (best === null || day > best) ? day : best), null);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** By number where one is well known, else by the name that the operator gave itself. */
function isHosting({ number, name }: AutonomousSystem): boolean {
  return hostingSystems.has(number) || (name !== null && isHostingName(name));
}
