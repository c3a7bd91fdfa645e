import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { hostingSystems } from '../../../src/adapters/ip-intelligence/well-known-networks.ts';
import { ACCESS_COUNTRIES } from './access-networks.ts';
import { createRandom, type Random } from './random.ts';

/** A /24 that the product's own tables know. */
export interface Block {
  /** The address ending in .0 as a number. */
  readonly base: number;
  readonly asn: number;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly latitude: number;
  readonly longitude: number;
  /** Of the place table; `''` where it knows the country alone. */
  readonly city: string;
}

/** The blocks of one AS within one country. */
export interface Provider {
  readonly asn: number;
  readonly country: string;
  readonly blocks: readonly Block[];
  /** Blocks by city, in order of the first block; cities without a name fall together. */
  readonly cities: readonly (readonly Block[])[];
}

/** The part of the internet that worlds are made of: the same for all worlds, made from the tables that the product ships. */
export interface Internet {
  fixed(country: string): readonly Provider[];
  mobile(country: string): readonly Provider[];
  /** Hosting blocks in the country; those of the nearest big market where the country has none. */
  hosting(country: string): readonly Block[];
  readonly allHosting: readonly Block[];
  readonly countries: readonly string[];
}

const BLOCKS_AN_ACCESS_AS = 500;
const BLOCKS_A_HOSTING_AS = 160;
const FEWEST_BLOCKS = 8;
/** Where servers are rented when a country has none in the tables. */
const HOSTING_MARKETS = ['DE', 'NL', 'US', 'SG'];

let loading: Promise<Internet> | null = null;

/**
 * Reads the AS table and the place table (half a second, once a process) and samples /24 blocks of the known access
 * and hosting systems. Deterministic for given versions of the tables.
 */
export function loadInternet(): Promise<Internet> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Internet> {
  const { default: geoip } = await import('geoip-lite');
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@ip-location-db/asn/package.json'));
  const wanted = new Set<number>(hostingSystems);
  for (const { fixed, mobile } of Object.values(ACCESS_COUNTRIES)) {
    for (const asn of [...fixed, ...mobile]) wanted.add(asn);
  }
  const ranges = readRanges(await readFile(join(folder, 'asn-ipv4-num.csv'), 'utf8'), wanted);
  const random = createRandom('internet');
  const blocksOf = new Map<number, readonly Block[]>();
  for (const asn of [...ranges.keys()].sort((a, b) => a - b)) {
    const count = hostingSystems.has(asn) ? BLOCKS_A_HOSTING_AS : BLOCKS_AN_ACCESS_AS;
    blocksOf.set(asn, sampleBlocks(asn, ranges.get(asn) ?? [], count, random.fork(asn), geoip.lookup));
  }
  const providers = (country: string, kind: 'fixed' | 'mobile'): readonly Provider[] =>
    (ACCESS_COUNTRIES[country]?.[kind] ?? []).flatMap((asn) => {
      const blocks = (blocksOf.get(asn) ?? []).filter((block) => block.country === country);
      return blocks.length < FEWEST_BLOCKS ? [] : [{ asn, country, blocks, cities: byCity(blocks) }];
    });
  const fixed = new Map<string, readonly Provider[]>();
  const mobile = new Map<string, readonly Provider[]>();
  for (const country of Object.keys(ACCESS_COUNTRIES)) {
    const lines = providers(country, 'fixed');
    if (lines.length === 0) continue;
    fixed.set(country, lines);
    const carriers = providers(country, 'mobile');
    mobile.set(country, carriers.length > 0 ? carriers : lines);
  }
  const allHosting = [...hostingSystems].flatMap((asn) => blocksOf.get(asn) ?? []);
  const hosting = new Map<string, Block[]>();
  for (const block of allHosting) {
    const list = hosting.get(block.country);
    if (list === undefined) hosting.set(block.country, [block]);
    else list.push(block);
  }
  const markets = HOSTING_MARKETS.flatMap((country) => hosting.get(country) ?? []);
  return {
    fixed: (country) => fixed.get(country) ?? [],
    mobile: (country) => mobile.get(country) ?? [],
    hosting: (country) => {
      const own = hosting.get(country) ?? [];
      return own.length >= FEWEST_BLOCKS ? own : markets;
    },
    allHosting,
    countries: [...fixed.keys()],
  };
}

/** `first,last,as number,name` with inclusive decimal bounds. */
function readRanges(csv: string, wanted: ReadonlySet<number>): ReadonlyMap<number, readonly Range[]> {
  const ranges = new Map<number, Range[]>();
  for (let start = 0; start < csv.length; ) {
    const newline = csv.indexOf('\n', start);
    const end = newline < 0 ? csv.length : newline;
    const comma1 = csv.indexOf(',', start);
    const comma2 = csv.indexOf(',', comma1 + 1);
    const comma3 = csv.indexOf(',', comma2 + 1);
    const asn = Number(csv.slice(comma2 + 1, comma3));
    if (comma3 > 0 && comma3 < end && wanted.has(asn)) {
      // Whole /24s only: smaller announcements are not what access lines come from.
      const first = Math.ceil(Number(csv.slice(start, comma1)) / 256);
      const last = Math.floor((Number(csv.slice(comma1 + 1, comma2)) + 1) / 256) - 1;
      if (last >= first) {
        const list = ranges.get(asn);
        if (list === undefined) ranges.set(asn, [{ first, last }]);
        else list.push({ first, last });
      }
    }
    start = end + 1;
  }
  return ranges;
}

/** /24s by number (address / 256), inclusive. */
interface Range {
  readonly first: number;
  readonly last: number;
}

type Lookup = (ip: string) => { country: string; city: string; ll: [number, number] } | null;

function sampleBlocks(
  asn: number,
  ranges: readonly Range[],
  count: number,
  random: Random,
  lookup: Lookup,
): readonly Block[] {
  const total = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const numbers = new Set<number>();
  for (let tries = 0; tries < count * 2 && numbers.size < Math.min(count, total); tries++) {
    let at = Math.floor(random.next() * total);
    for (const { first, last } of ranges) {
      const size = last - first + 1;
      if (at < size) {
        numbers.add(first + at);
        break;
      }
      at -= size;
    }
  }
  return [...numbers].flatMap((number): Block[] => {
    const base = number * 256;
    const found = lookup(addressText(base + 77));
    if (found === null || !Number.isFinite(found.ll?.[0])) return [];
    return [
      { base, asn, country: found.country, latitude: found.ll[0], longitude: found.ll[1], city: found.city },
    ];
  });
}

function byCity(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const cities = new Map<string, Block[]>();
  for (const block of blocks) {
    const list = cities.get(block.city);
    if (list === undefined) cities.set(block.city, [block]);
    else list.push(block);
  }
  return [...cities.values()];
}

export function addressText(address: number): string {
  return `${Math.floor(address / 16_777_216) % 256}.${Math.floor(address / 65_536) % 256}.${Math.floor(address / 256) % 256}.${address % 256}`;
}

/** Great-circle distance by the haversine formula with the mean Earth radius of 6,371 km. */
export function distanceKm(
  a: { readonly latitude: number; readonly longitude: number },
  b: { readonly latitude: number; readonly longitude: number },
): number {
  const radians = Math.PI / 180;
  const h =
    Math.sin(((b.latitude - a.latitude) * radians) / 2) ** 2 +
    Math.cos(a.latitude * radians) *
      Math.cos(b.latitude * radians) *
      Math.sin(((b.longitude - a.longitude) * radians) / 2) ** 2;
  return 2 * 6_371 * Math.asin(Math.min(1, Math.sqrt(h)));
}
