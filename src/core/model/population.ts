import type { Features } from '../facts.ts';
import { countsAnew } from '../learn.ts';
import type { Profile } from '../profile.ts';

/**
 * What the people of one tenant log in with, and what fails: successes S(v) and failures F(v) of every value v of a
 * few levels, so that evidence can say how common a value is and whether attacks come with it. A pure fold, mutated in
 * place, plain data; bounded whatever an attacker invents, and hard to poison:
 *
 * - only accounts of at least 7 days with accepted logins count as legitimate, each with one login in 20 h (the record
 *   says so, see `mayTeachPopulation`);
 * - a failing name counts once a day at a value;
 * - a verdict counts once a decision, weighs a quarter of a login, and no value gathers more than 20.
 */
export interface Population {
  /** Format of the snapshot. */
  readonly format: 1;
  /** Hour whose logins weigh 1; later ones weigh more, so that nothing need be aged (see `weightAt`). */
  landmark_h: number;
  /** The latest hour that was counted. */
  latest_h: number;
  /** Sums over all legitimate logins and all failures, in the same weights. */
  successes: number;
  failures: number;
  levels: Record<PopulationLevel, LevelCounts>;
  /** Failures per success where least is attacked; learned, see `refresh`. */
  ratio: number;
  /** Failures beyond that ratio, summed over the systems: how much attack there is, in the same weights. */
  attacks: number;
  /** Changes since `ratio` and `attacks` were learned. */
  stale: number;
  /** Who failed at which system lately: direct-mapped, so that a repeated name counts once a day. */
  failed: SeenTable;
  /** Who was accepted through a challenge lately. */
  accepted: SeenTable;
  /** Decisions judged lately, with the sign of the verdict that counts. */
  judged: SeenTable;
}

/** Direct-mapped: slot = hash modulo size; a collision forgets the older entry and costs one double count. */
export interface SeenTable {
  keys: number[];
  values: number[];
}

/** Parallel arrays: value keys with their counts. */
export interface LevelCounts {
  keys: number[];
  successes: number[];
  failures: number[];
  /** Analysts' verdicts: compromised less legitimate, 0 to `MAX_VERDICTS`, undecayed. */
  verdicts: number[];
}

/** From coarse to fine: country → autonomous system; system → browser on it → full client; the browser's TLS hello. */
export const POPULATION_LEVELS = ['countries', 'ases', 'oses', 'browsers', 'clients', 'tls'] as const;
export type PopulationLevel = (typeof POPULATION_LEVELS)[number];

/** Values kept a level; the least common falls out. 3,008 in all, at most 32 bytes each: about 100 KB a tenant. */
export const POPULATION_LIMITS: Readonly<Record<PopulationLevel, number>> = {
  countries: 256,
  ases: 1_024,
  oses: 64,
  browsers: 128,
  clients: 1_024,
  tls: 512,
};
const SEEN_SLOTS = 1_024;

/** An account younger than this, or with fewer accepted logins, may be an attacker's own. */
export const POPULATION_MIN_AGE_DAYS = 7;
export const POPULATION_MIN_LOGINS = 3;
/** A verdict weighs this much of a login in `verdicts`, and a value never gathers more. */
export const VERDICT_WEIGHT = 0.25;
export const MAX_VERDICTS = 20;

/** Time constant of forgetting, in days: fashions of clients and providers last months. */
const DECAY_DAYS = 60;
const HOURS_A_DAY = 24;
const MS_PER_HOUR = 3_600_000;
/** Weights are brought back to 1 before they lose precision. */
const RESCALE_AT = Math.exp(20);
/** The ratio is learned anew after so many changes: sorting a thousand systems costs as much as ten logins. */
const REFRESH_EVERY = 256;
/** Where nothing is known: one failure for seven successes, typing errors of people. */
const DEFAULT_RATIO = 0.15;
const MIN_RATIO = 0.02;
const MAX_RATIO = 1;
/** Systems with fewer successes say nothing about the ratio. */
const RATIO_MIN_SUCCESSES = 5;
/** The share of all successes that lies in the least attacked segment. */
const RATIO_QUANTILE = 0.25;

/** Whether a login of this user may count as one of the population's: an old enough account, and once in 20 h. */
export function mayTeachPopulation(profile: Profile | null, at_ms: number): boolean {
  if (profile === null || profile.logins < POPULATION_MIN_LOGINS) return false;
  const at_h = Math.floor(at_ms / MS_PER_HOUR);
  return at_h - profile.createdAt_h >= POPULATION_MIN_AGE_DAYS * HOURS_A_DAY && countsAnew(profile, at_h);
}

/** What a login or a failure shows, by level; `null` where the event lacks the value. */
export type PopulationKeys = Readonly<Record<PopulationLevel, number | null>>;

export function populationKeys(features: Features): PopulationKeys {
  const { browser, os } = features;
  const browserOnSystem = browser === null ? null : mix(browser, os ?? 1);
  return {
    countries: features.country,
    ases: features.as,
    oses: os,
    browsers: browserOnSystem,
    clients: features.client,
    tls: features.tls === null || browserOnSystem === null ? null : mix(features.tls, browserOnSystem),
  };
}

export function emptyPopulation(at_ms: number): Population {
  const level = (): LevelCounts => ({ keys: [], successes: [], failures: [], verdicts: [] });
  return {
    format: 1,
    landmark_h: Math.floor(at_ms / MS_PER_HOUR),
    latest_h: Math.floor(at_ms / MS_PER_HOUR),
    successes: 0,
    failures: 0,
    levels: {
      countries: level(),
      ases: level(),
      oses: level(),
      browsers: level(),
      clients: level(),
      tls: level(),
    },
    ratio: DEFAULT_RATIO,
    attacks: 0,
    stale: 0,
    failed: { keys: [], values: [] },
    accepted: { keys: [], values: [] },
    judged: { keys: [], values: [] },
  };
}

/**
 * A legitimate login. `user` is a 32-bit key of the user, given where the record could not know whether the user
 * counted already (a challenge that was passed later); `null` where it did.
 */
export function countSuccess(
  population: Population,
  keys: PopulationKeys,
  at_ms: number,
  user: number | null,
): void {
  const day = Math.floor(at_ms / (MS_PER_HOUR * HOURS_A_DAY));
  if (user !== null && !firstOf(population.accepted, user, day)) return;
  const weight = weightAt(population, at_ms);
  population.successes += weight;
  for (const level of POPULATION_LEVELS) {
    const i = slotOf(population, level, keys[level]);
    if (i >= 0) population.levels[level].successes[i] = (population.levels[level].successes[i] ?? 0) + weight;
  }
  changed(population);
}

/** A failed attempt; `person` is a 32-bit key of whom it was for, `null` when it named nobody. */
export function countFailure(
  population: Population,
  keys: PopulationKeys,
  at_ms: number,
  person: number | null,
): void {
  const day = Math.floor(at_ms / (MS_PER_HOUR * HOURS_A_DAY));
  if (person !== null && !firstOf(population.failed, mix(person, keys.ases ?? 1), day)) return;
  const weight = weightAt(population, at_ms);
  population.failures += weight;
  for (const level of POPULATION_LEVELS) {
    const i = slotOf(population, level, keys[level]);
    if (i >= 0) population.levels[level].failures[i] = (population.levels[level].failures[i] ?? 0) + weight;
  }
  changed(population);
}

/**
 * A person's verdict on a decision (`decision`: a 32-bit key of its id): 1 compromised, −1 legitimate, 0 takes an
 * earlier one back. The latest verdict on a decision is the one that counts; only a compromised one weighs.
 */
export function countVerdict(
  population: Population,
  keys: PopulationKeys,
  decision: number,
  verdict: -1 | 0 | 1,
): void {
  const { judged } = population;
  const slot = decision % SEEN_SLOTS;
  const before = judged.keys[slot] === decision ? (judged.values[slot] ?? 0) : 0;
  fill(judged);
  judged.keys[slot] = decision;
  judged.values[slot] = verdict;
  const by = VERDICT_WEIGHT * (Math.max(0, verdict) - Math.max(0, before));
  if (by === 0) return;
  for (const level of POPULATION_LEVELS) {
    const i = slotOf(population, level, keys[level]);
    if (i < 0) continue;
    const { verdicts } = population.levels[level];
    verdicts[i] = Math.min(MAX_VERDICTS, Math.max(0, (verdicts[i] ?? 0) + by));
  }
}

/** How common a value is and how often it fails, in logins of today's weight. */
export interface ValueFacts {
  readonly successes: number;
  readonly failures: number;
  /** Quarter-weighted verdicts, at most `MAX_VERDICTS`. */
  readonly verdicts: number;
}

/** What the population says about one event's values. */
export interface PopulationFacts extends Readonly<Record<PopulationLevel, ValueFacts>> {
  /** Legitimate logins behind it all, decayed. */
  readonly logins: number;
  /** Failures per success where least is attacked. */
  readonly ratio: number;
  /** Failures beyond that ratio over all systems. */
  readonly attacks: number;
}

const NO_VALUE: ValueFacts = Object.freeze({ successes: 0, failures: 0, verdicts: 0 });
export const NO_POPULATION: PopulationFacts = Object.freeze({
  countries: NO_VALUE,
  ases: NO_VALUE,
  oses: NO_VALUE,
  browsers: NO_VALUE,
  clients: NO_VALUE,
  tls: NO_VALUE,
  logins: 0,
  ratio: DEFAULT_RATIO,
  attacks: 0,
});

/** O(levels); never changes the population. */
export function populationFacts(
  population: Population | undefined,
  keys: PopulationKeys,
  at_ms: number,
): PopulationFacts {
  if (population === undefined) return NO_POPULATION;
  // What is asked about a time before the landmark must not see decay run backwards.
  const scale = 1 / Math.max(1, weightFor(population.landmark_h, Math.floor(at_ms / MS_PER_HOUR)));
  const of = (level: PopulationLevel): ValueFacts => {
    const key = keys[level];
    if (key === null) return NO_VALUE;
    const counts = population.levels[level];
    const i = indexOf(counts).get(key);
    if (i === undefined) return NO_VALUE;
    return {
      successes: (counts.successes[i] ?? 0) * scale,
      failures: (counts.failures[i] ?? 0) * scale,
      verdicts: counts.verdicts[i] ?? 0,
    };
  };
  return {
    countries: of('countries'),
    ases: of('ases'),
    oses: of('oses'),
    browsers: of('browsers'),
    clients: of('clients'),
    tls: of('tls'),
    logins: population.successes * scale,
    ratio: population.ratio,
    attacks: population.attacks * scale,
  };
}

/**
 * Learns how often honest people fail, and how many failures are more than that. Attacks of Herley & Schechter's kind
 * ("Distinguishing Attacks from Legitimate Authentication Traffic at Scale", NDSS 2019) are failures beyond what the
 * least attacked segment shows: r is the failure ratio below which a quarter of all successes lie, and a(v) =
 * max(0, F(v) − r·S(v)). No labels are needed.
 */
function refresh(population: Population): void {
  const { successes, failures } = population.levels.ases;
  const segments: { readonly ratio: number; readonly weight: number }[] = [];
  const enough = RATIO_MIN_SUCCESSES * weightFor(population.landmark_h, population.latest_h);
  let all = 0;
  for (let i = 0; i < successes.length; i++) {
    const s = successes[i] ?? 0;
    if (s < enough) continue;
    segments.push({ ratio: (failures[i] ?? 0) / s, weight: s });
    all += s;
  }
  segments.sort((a, b) => a.ratio - b.ratio);
  let ratio = DEFAULT_RATIO;
  let below = 0;
  for (const segment of segments) {
    below += segment.weight;
    ratio = segment.ratio;
    if (below >= all * RATIO_QUANTILE) break;
  }
  population.ratio = Math.min(MAX_RATIO, Math.max(MIN_RATIO, ratio));
  let attacks = 0;
  for (let i = 0; i < failures.length; i++) {
    attacks += Math.max(0, (failures[i] ?? 0) - population.ratio * (successes[i] ?? 0));
  }
  population.attacks = attacks;
  population.stale = 0;
}

function changed(population: Population): void {
  population.stale += 1;
  if (population.stale >= REFRESH_EVERY) refresh(population);
}

/**
 * Forward decay (Cormode, Shkapenyuk, Srivastava & Xu, "Forward Decay", ICDE 2009): a login weighs
 * exp((t − landmark)/τ), and what is asked at t is divided by the same, so that old counts fade without being touched.
 * An event from before the landmark weighs less than 1 and never more; a clock that leaps ahead only moves the landmark.
 */
function weightAt(population: Population, at_ms: number): number {
  const at_h = Math.floor(at_ms / MS_PER_HOUR);
  population.latest_h = Math.max(population.latest_h, at_h);
  const weight = weightFor(population.landmark_h, at_h);
  if (weight <= RESCALE_AT) return weight;
  const shrink = 1 / weight;
  population.landmark_h = at_h;
  population.successes *= shrink;
  population.failures *= shrink;
  population.attacks *= shrink;
  for (const level of POPULATION_LEVELS) {
    const { successes, failures } = population.levels[level];
    for (let i = 0; i < successes.length; i++) {
      successes[i] = (successes[i] ?? 0) * shrink;
      failures[i] = (failures[i] ?? 0) * shrink;
    }
  }
  return 1;
}

function weightFor(landmark_h: number, at_h: number): number {
  return Math.exp((at_h - landmark_h) / (DECAY_DAYS * HOURS_A_DAY));
}

/** Index of a value's counts, made if need be in place of the least common one; −1 without a value. */
function slotOf(population: Population, level: PopulationLevel, key: number | null): number {
  if (key === null) return -1;
  const counts = population.levels[level];
  const index = indexOf(counts);
  const known = index.get(key);
  if (known !== undefined) return known;
  let i = counts.keys.length;
  if (i >= POPULATION_LIMITS[level]) {
    i = leastCommon(counts);
    index.delete(counts.keys[i] ?? 0);
  }
  counts.keys[i] = key;
  counts.successes[i] = 0;
  counts.failures[i] = 0;
  counts.verdicts[i] = 0;
  index.set(key, i);
  return i;
}

/** Failures are what attackers invent at will: they hold a place less firmly than people do. */
function leastCommon(counts: LevelCounts): number {
  let least = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < counts.keys.length; i++) {
    const held = (counts.successes[i] ?? 0) + (counts.failures[i] ?? 0) / 8 + (counts.verdicts[i] ?? 0) / 8;
    if (held < smallest) {
      smallest = held;
      least = i;
    }
  }
  return least;
}

/** Snapshot of a population; equal populations give equal bytes. */
export function encodePopulation(population: Population): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(population));
}

/** The stored bytes are of a format that this version does not know, or damaged. */
export class PopulationFormatError extends Error {
  readonly code = 'population_format';
}

/** @throws PopulationFormatError (code `population_format`). */
export function decodePopulation(bytes: Uint8Array): Population {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new PopulationFormatError('The stored population is damaged.', { cause });
  }
  if (typeof found !== 'object' || found === null || !('format' in found) || found.format !== 1) {
    throw new PopulationFormatError('The stored population is of an unknown format.');
  }
  return found as Population;
}

/** Key → index, beside the plain data so that snapshots stay plain; made anew after a restore. */
const indexes = new WeakMap<LevelCounts, Map<number, number>>();

function indexOf(counts: LevelCounts): Map<number, number> {
  const found = indexes.get(counts);
  if (found !== undefined) return found;
  const made = new Map(counts.keys.map((key, i) => [key, i]));
  indexes.set(counts, made);
  return made;
}

/** Whether the key was not yet seen on this day, which it is from now on. */
function firstOf(table: SeenTable, key: number, day: number): boolean {
  const slot = key % SEEN_SLOTS;
  if (table.keys[slot] === key && (table.values[slot] ?? -1) >= day) return false;
  fill(table);
  table.keys[slot] = key;
  table.values[slot] = day;
  return true;
}

function fill(table: SeenTable): void {
  if (table.keys.length > 0) return;
  table.keys = new Array<number>(SEEN_SLOTS).fill(0);
  table.values = new Array<number>(SEEN_SLOTS).fill(-1);
}

function mix(a: number, b: number): number {
  return (Math.imul(a, 0x9e3779b1) ^ b) >>> 0;
}
