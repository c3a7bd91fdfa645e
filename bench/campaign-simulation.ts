import { type Cell, liveCampaign, type Observation, stepCell } from '../src/core/campaign/cell.ts';

/**
 * Traffic of one cell, made up: what honest people do to a change-point statistic, and attacks among them. Times are
 * minutes; everything follows from the seed.
 */
export interface CellWorld {
  /** 0: the same all day. 1: nights at a twelfth of the early afternoon, 40 % less at weekends. */
  readonly diurnal: number;
  /** Variance of the hourly factor by which traffic wanders besides, mean 1 (log-normal). */
  readonly wander: number;
  /** Mean tries of a person who fails (geometric), 6 to 36 s apart. */
  readonly tries: number;
  /** Share of them who get in afterwards. */
  readonly recover: number;
  /** Accepted logins to a failing person; 0: the caller reports failures only. */
  readonly loginsAFailure: number;
  /** Share of failing people on their own device or where they are known. */
  readonly known: number;
  /** Mornings a month on which 10 to 39 people fail within half an hour. */
  readonly massEvents: number;
  /** Variance of the hourly factor by which failures wander beside the logins, mean 1 (log-normal). */
  readonly moods: number;
}

export const ORDINARY: CellWorld = {
  diurnal: 1,
  wander: 0.3,
  tries: 1.8,
  recover: 0.7,
  loginsAFailure: 8,
  known: 0,
  massEvents: 0,
  moods: 0,
};

const MINUTE_MS = 60_000;
const DAY_MIN = 1_440;
const SLOT_MIN = 10;
/** A Monday. */
const EPOCH_MS = Date.UTC(2026, 0, 5);
const SUBJECT = 'default|k|a|chrome|64500';

type Random = () => number;

/** Seeded, uniform in [0, 1): mulberry32. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

function poisson(random: Random, mean: number): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let n = 0;
  for (let p = random(); p > limit; p *= random()) n++;
  return n;
}

/** Mean rates of cells: log-normal, as networks and providers are; half of them below one person in 100 minutes. */
export const cellRate = (random: Random): number => Math.min(5, 0.01 * Math.exp(1.5 * normal(random)));

function dayCurve({ diurnal }: CellWorld, minute: number, phase_h: number): number {
  const hour = (minute / 60 + phase_h) % 24;
  const busy = 0.15 + 2.05 * Math.exp(-((hour - 14) ** 2) / 32);
  const weekend = Math.floor(minute / DAY_MIN) % 7 >= 5 ? 1 - 0.4 * diurnal : 1;
  return (1 - diurnal + diurnal * busy) * weekend;
}

const personKey = (random: Random): number => (random() * 4_294_967_296) >>> 0;

const failure = (minute: number, people: readonly number[], vouched = false): Observation => ({
  at_ms: EPOCH_MS + Math.round(minute * MINUTE_MS),
  failed: true,
  accepted: false,
  vouched,
  people,
  network: '203.0.113.0/24',
  joins: null,
});

const login = (minute: number, people: readonly number[], vouched = false): Observation => ({
  at_ms: EPOCH_MS + Math.round(minute * MINUTE_MS),
  failed: false,
  accepted: true,
  vouched,
  people,
  network: '203.0.113.0/24',
  joins: null,
});

/** Log-normal, mean 1, of that variance. */
function wandering(random: Random, variance: number): number {
  const spread = Math.log(1 + variance);
  return Math.exp(Math.sqrt(spread) * normal(random) - spread / 2);
}

/** Ten minutes of honest traffic at a time, in order within them. */
function* honest(
  random: Random,
  world: CellWorld,
  rate: number,
  until_min: number,
): Generator<readonly Observation[]> {
  const phase_h = random() * 24;
  let wander = 1;
  let mood = 1;
  for (let minute = 0; minute < until_min; minute += SLOT_MIN) {
    if (minute % 60 === 0) {
      wander = wandering(random, world.wander);
      if (world.moods > 0) mood = wandering(random, world.moods);
    }
    const expected = rate * dayCurve(world, minute, phase_h) * wander * SLOT_MIN;
    const events: Observation[] = [];
    const fails = (at_min: number): void => {
      const people = [personKey(random)];
      const vouched = random() < world.known;
      let at = at_min;
      do {
        events.push(failure(at, people, vouched));
        at += 0.1 + random() * 0.5;
      } while (random() < 1 - 1 / world.tries);
      if (random() < world.recover) events.push(login(at, people, vouched));
    };
    for (let n = poisson(random, expected * mood); n > 0; n--) fails(minute + random() * SLOT_MIN);
    for (let n = poisson(random, expected * world.loginsAFailure); n > 0; n--) {
      const people = [personKey(random)];
      events.push(login(minute + random() * SLOT_MIN, people));
    }
    if (random() < (world.massEvents * SLOT_MIN) / (30 * DAY_MIN)) {
      for (let n = 10 + Math.floor(random() * 30); n > 0; n--) fails(minute + random() * 30);
    }
    if (events.length > 0) yield events.sort((a, b) => a.at_ms - b.at_ms);
  }
}

/** The honest events of a cell of a random rate in so many days, in the order that they come in. */
export function* quietCell(seed: number, world: CellWorld, days: number): Generator<readonly Observation[]> {
  const random = seededRandom(seed);
  yield* honest(random, world, cellRate(random), days * DAY_MIN);
}

/** Campaigns that a cell raises in so many days without any attack, and the events that it saw. */
export function falseAlarms(
  seed: number,
  world: CellWorld,
  days: number,
): { readonly alarms: number; readonly events: number } {
  const ids = new Set<string>();
  let cell: Cell | undefined;
  let events = 0;
  for (const slot of quietCell(seed, world, days)) {
    for (const event of slot) {
      const before = cell?.campaign;
      cell = stepCell(cell, SUBJECT, event);
      events++;
      if (cell?.campaign != null && cell.campaign !== before) ids.add(cell.campaign.id);
    }
  }
  return { alarms: ids.size, events };
}

export interface Detection {
  /** Minutes from the first moment of the attack to the alarm; infinite when there was none. */
  readonly delay_min: number;
  /** Tries of the attack until then. */
  readonly spent: number;
}

/** An attack of so many new accounts a minute on a cell that has been watched for so many days. */
export function detection(
  seed: number,
  world: CellWorld,
  options: {
    readonly rate: number;
    readonly attack: number;
    readonly days: number;
    readonly horizon_min: number;
  },
): Detection {
  const { rate, attack, days, horizon_min } = options;
  const random = seededRandom(seed);
  const start = days * DAY_MIN + random() * DAY_MIN;
  const nextTry = (after: number): number => after - Math.log(1 - random()) / attack;
  let cell: Cell | undefined;
  let at = nextTry(start);
  let spent = 0;
  const tried = (minute: number): boolean => {
    spent++;
    const event = failure(minute, [personKey(random)]);
    cell = stepCell(cell, SUBJECT, event);
    return liveCampaign(cell, event.at_ms) !== null;
  };
  for (const slot of honest(random, world, rate, start + horizon_min)) {
    for (const event of slot) {
      const minute = (event.at_ms - EPOCH_MS) / MINUTE_MS;
      for (; at <= minute; at = nextTry(at)) if (tried(at)) return { delay_min: at - start, spent };
      cell = stepCell(cell, SUBJECT, event);
      if (minute >= start && liveCampaign(cell, event.at_ms) !== null) {
        return { delay_min: minute - start, spent };
      }
    }
  }
  for (; at < start + horizon_min; at = nextTry(at)) if (tried(at)) return { delay_min: at - start, spent };
  return { delay_min: Number.POSITIVE_INFINITY, spent };
}

/** The value below which a share of a list lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
