import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DEFAULT_SUBJECT_LIMITS } from '../src/adapters/embedded/subject-cache.ts';
import { type Cell, type Observation, stepCell } from '../src/core/campaign/cell.ts';
import { DESIGN_CELLS } from '../src/core/campaign/cusum.ts';
import { type CellWorld, ORDINARY, quantile, quietCell } from './campaign-simulation.ts';
import { type CampaignTask, type CampaignTaskResult, runTasks } from './campaign-tasks.ts';

export interface DelayFigures {
  /** Failing people a minute that the cell is used to, and accounts tried a minute on top. */
  readonly rate: number;
  readonly attack: number;
  readonly median_min: number;
  readonly p95_min: number;
  readonly spent: number;
  readonly missed: number;
  readonly runs: number;
  /** Mean delay that no detector with as few false alarms goes below, minutes; see `floorOfDelay`. */
  readonly floor_min: number;
}

export interface FalseAlarmFigures {
  readonly world: string;
  readonly cellMonths: number;
  readonly events: number;
  readonly alarms: number;
  /** In a month over 10,000 cells: as counted, and the 95 % upper limit of its Poisson mean. */
  readonly perMonth: number;
  readonly atMost: number;
}

export interface CampaignFigures {
  readonly delays: readonly DelayFigures[];
  readonly falseAlarms: readonly FalseAlarmFigures[];
  /** Microseconds an event in one cell, and bytes of the largest cells. */
  readonly step_us: number;
  readonly quietCell_bytes: number;
  readonly campaignCell_bytes: number;
  readonly cells: number;
}

const T = Date.UTC(2026, 0, 5);
const MONTH_MIN = 43_200;

const SCENARIOS: readonly (readonly [rate: number, attack: number])[] = [
  [0, 5],
  [0.01, 5],
  [0.05, 5],
  [0.07, 5],
  [0.1, 5],
  [0.2, 5],
  [1, 5],
  [0.05, 40],
  [0.05, 1],
  [0.01, 0.5],
  [0.02, 0.1],
  [0.1, 0.1],
  [0.02, 0.05],
];

const WORLDS: readonly (readonly [name: string, world: CellWorld, share: number])[] = [
  ['ordinary', ORDINARY, 1],
  ['hourly factor of variance 1', { ...ORDINARY, wander: 1 }, 0.1],
  ['failures wander by themselves besides, variance 0.3', { ...ORDINARY, moods: 0.3 }, 0.1],
  ['two accepted logins to a failing person', { ...ORDINARY, loginsAFailure: 2 }, 0.1],
  ['failures reported only', { ...ORDINARY, loginsAFailure: 0, recover: 0 }, 0.1],
  ['a mass event a cell and month, 70 % known there', { ...ORDINARY, massEvents: 1, known: 0.7 }, 0.1],
  ['the same, nobody known', { ...ORDINARY, massEvents: 1 }, 0.1],
];

/** Cells of a task: so few that threads end together, for a busy cell takes a hundred times as long as a quiet one. */
const SHARE = 50;

/**
 * Delay of alarms, false alarms and cost of the campaign detector on made-up cells: `cells` of them for 30 days in the
 * ordinary world, a tenth in each of the others.
 */
export async function campaignFigures(options: {
  readonly cells: number;
  readonly runs: number;
  readonly threads: number;
}): Promise<CampaignFigures> {
  const { cells, runs, threads } = options;
  const attacks = SCENARIOS.map(([rate, attack]) => {
    const slow = attack < 0.2;
    const days = rate === 0 ? 0 : 2;
    const settings = { rate, attack, days, horizon_min: slow ? 3_000 : 400 };
    return shares({ kind: 'attack', world: ORDINARY, from: 1_000_000, to: 1_000_000 + runs, ...settings });
  });
  const quiet = WORLDS.map(([, world, share]) => {
    const to = 2_000_000 + Math.max(1, Math.round(cells * share));
    return shares({ kind: 'quiet', world, from: 2_000_000, to, days: 30 });
  });
  const results = [...(await runTasks([...attacks, ...quiet].flat(), threads))];
  const resultsOf = (tasks: readonly CampaignTask[]): readonly CampaignTaskResult[] =>
    results.splice(0, tasks.length);

  const delays = SCENARIOS.map(([rate, attack], i): DelayFigures => {
    const found = resultsOf(attacks[i] ?? []).flatMap(({ detections }) => detections);
    const minutes = found.map(({ delay_min }) => delay_min);
    return {
      rate,
      attack,
      median_min: quantile(minutes, 0.5),
      p95_min: quantile(minutes, 0.95),
      spent: quantile(
        found.map(({ spent }) => spent),
        0.5,
      ),
      missed: minutes.filter((minute) => !Number.isFinite(minute)).length,
      runs,
      floor_min: floorOfDelay(rate, attack),
    };
  });
  const falseAlarms = WORLDS.map(([world, , share], i): FalseAlarmFigures => {
    const cellMonths = Math.max(1, Math.round(cells * share));
    const found = resultsOf(quiet[i] ?? []);
    const count = found.reduce((sum, { alarms }) => sum + alarms, 0);
    const scale = 10_000 / cellMonths;
    return {
      world,
      cellMonths,
      events: found.reduce((sum, { events }) => sum + events, 0),
      alarms: count,
      perMonth: count * scale,
      atMost: upperLimit(count) * scale,
    };
  });
  return { delays, falseAlarms, step_us: stepCost(), ...memory() };
}

function shares(task: CampaignTask): readonly CampaignTask[] {
  const parts: CampaignTask[] = [];
  for (let from = task.from; from < task.to; from += SHARE) {
    parts.push({ ...task, from, to: Math.min(task.to, from + SHARE) });
  }
  return parts;
}

/** Microseconds an event in its cell, over the first days of ordinary cells; the best of five rounds. */
function stepCost(): number {
  const streams: (readonly Observation[])[] = [];
  for (let seed = 0, events = 0; events < 200_000; seed++) {
    const stream = [...quietCell(3_000_000 + seed, ORDINARY, 10)].flat();
    streams.push(stream);
    events += stream.length;
  }
  let best_us = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    let events = 0;
    const begin = performance.now();
    for (const stream of streams) {
      let cell: Cell | undefined;
      for (const event of stream) cell = stepCell(cell, 'default|k|a|chrome|64500', event);
      events += stream.length;
    }
    best_us = Math.min(best_us, ((performance.now() - begin) * 1_000) / events);
  }
  return best_us;
}

/** Where a cell was never seen the detector cannot know that nobody ever fails in it: one person in 50 minutes. */
const LEAST_RATE = 0.02;

/**
 * Threshold over information (Lorden, "Procedures for reacting to a change in distribution", Annals of Mathematical
 * Statistics 42, 1971): what a detector needs on average that knows the usual rate exactly, all day the same, and the
 * attack's, with one false alarm a month over 10,000 cells.
 */
function floorOfDelay(usual: number, attack: number): number {
  const before = Math.max(LEAST_RATE, usual);
  const raised = before + attack;
  const information_per_min = raised * Math.log(raised / before) - attack;
  return Math.log(MONTH_MIN * DESIGN_CELLS * raised) / information_per_min;
}

/** 95 % one-sided upper limit of a Poisson mean of which `n` were seen (Garwood, by Wilson and Hilferty's approximation). */
function upperLimit(n: number): number {
  if (n === 0) return 3;
  const k = n + 1;
  return k * (1 - 1 / (9 * k) + 1.645 / (3 * Math.sqrt(k))) ** 3;
}

/** Heap that cells take, measured over as many as the state keeps of one kind. */
function memory(): Pick<CampaignFigures, 'quietCell_bytes' | 'campaignCell_bytes' | 'cells'> {
  const n = 4_000;
  // Without a collection before and after, what a measure before left behind is taken off.
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const measure = (events: number): number => {
    gc();
    const before = process.memoryUsage().heapUsed;
    const kept: (Cell | undefined)[] = [];
    for (let i = 0; i < n; i++) {
      let cell: Cell | undefined;
      for (let j = 0; j < events; j++) {
        cell = stepCell(cell, `default|k|a|chrome|${i}`, {
          at_ms: T + j * 6_000,
          failed: true,
          accepted: false,
          vouched: false,
          people: [(Math.imul(i * 97 + j, 0x9e3779b1) >>> 0) + 1],
          network: `198.51.${j % 250}.0/24`,
          joins: null,
        });
      }
      kept.push(cell);
    }
    gc();
    return (process.memoryUsage().heapUsed - before) / kept.length;
  };
  return {
    quietCell_bytes: measure(2),
    campaignCell_bytes: measure(60),
    cells: DEFAULT_SUBJECT_LIMITS.cells * 3,
  };
}
