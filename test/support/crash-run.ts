import { setTimeout as wait } from 'node:timers/promises';
import { checkByHttp, loadUntilGone, retryUnanswered } from './crash-clients.ts';
import { checkAnalytics, newLedger, type StoredCounts } from './crash-ledger.ts';
import { type GatehouseProcess, startGatehouseProcess } from './gatehouse-process.ts';
import { seededRandom } from './random.ts';

export interface CrashOptions {
  /** Arguments of Node that run the command line. */
  readonly program: readonly string[];
  readonly dataDir: string;
  readonly kills: number;
  /** Concurrent connections. */
  readonly clients: number;
  readonly seed: number;
  /** The longest time under load before a kill; the shortest is 150 ms. */
  readonly mostLoad_ms: number;
  readonly onRound?: (report: CrashReport) => void;
}

export interface CrashReport {
  readonly kills: number;
  /** Of those, kills of a server that was still starting. */
  readonly killsWhileStarting: number;
  readonly acknowledged: number;
  readonly unanswered: number;
  readonly retried: number;
  readonly outcomes: number;
  readonly stored: StoredCounts;
  /** From the start of a process after a kill to its first answer. */
  readonly restarts_ms: readonly number[];
  /** From SIGTERM to the end, the last flush included. */
  readonly stops_ms: readonly number[];
  readonly total_ms: number;
  /** What must never be; empty is the proof. */
  readonly violations: readonly string[];
}

const LEAST_LOAD_MS = 150;
/** A fifth of the restarts is killed too, somewhere in its first second: recovery must survive what it recovers from. */
const KILL_STARTING = 0.2;
const STARTING_MS = 1_500;

/**
 * Kills a server under load with SIGKILL, again and again on one data directory, and holds what it kept against what it
 * had acknowledged: by HTTP right after each start, and in ClickHouse after the sink caught up.
 */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const { program, dataDir, clients, mostLoad_ms, onRound } = options;
  const startedAt_ms = performance.now();
  const random = seededRandom(options.seed);
  const ledger = newLedger();
  const restarts_ms: number[] = [];
  const stops_ms: number[] = [];
  let stored: StoredCounts = { decisions: 0, outcomes: 0 };
  let kills = 0;
  let killsWhileStarting = 0;
  let retried = 0;
  const report = (): CrashReport => ({
    kills,
    killsWhileStarting,
    acknowledged: ledger.acknowledged.size,
    unanswered: ledger.unanswered,
    retried,
    outcomes: [...ledger.outcomes.values()].filter(({ acknowledged }) => acknowledged).length,
    stored,
    restarts_ms,
    stops_ms,
    total_ms: performance.now() - startedAt_ms,
    violations: ledger.violations,
  });
  const start = (): ReturnType<typeof startGatehouseProcess> =>
    startGatehouseProcess({ program, dataDir, env: { GATEHOUSE_LOG_LEVEL: 'info' } });

  /** Stops when the sink has caught up, and looks at every row. */
  const stopAndCheck = async (server: GatehouseProcess, when: string): Promise<void> => {
    const [, stop_ms] = await timed(async () => {
      const exitCode = await server.stop();
      if (exitCode !== 0) ledger.violations.push(`${when}: a stop ended with code ${exitCode}`);
    });
    stops_ms.push(stop_ms);
    const before = ledger.violations.length;
    stored = await checkAnalytics(dataDir, ledger, when);
    if (ledger.violations.length > before) ledger.violations.push(...troubleIn(server.logged()));
  };

  let server = await start().ready;
  for (let round = 1; kills < options.kills; round++) {
    const load = loadUntilGone(server.url, clients, ledger, random, `r${round}`);
    await wait(LEAST_LOAD_MS + random() * (mostLoad_ms - LEAST_LOAD_MS));
    await server.kill();
    kills += 1;
    await load;
    if (kills < options.kills && random() < KILL_STARTING) {
      const starting = start();
      const outcome = starting.ready.catch(() => undefined);
      await wait(random() * STARTING_MS);
      await starting.kill();
      await outcome;
      kills += 1;
      killsWhileStarting += 1;
    }
    const [restarted, restart_ms] = await timed(() => start().ready);
    restarts_ms.push(restart_ms);
    await checkByHttp(restarted.url, ledger);
    retried += await retryUnanswered(restarted.url, ledger);
    await stopAndCheck(restarted, `after kill ${kills}`);
    onRound?.(report());
    if (kills < options.kills) server = await start().ready;
  }
  return report();
}

/** Warnings and errors among the log lines of a process, to say why something was violated. */
const troubleIn = (logged: string): readonly string[] =>
  logged.split('\n').filter((line) => /"level":[456]0/.test(line));

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const startedAt_ms = performance.now();
  return [await work(), performance.now() - startedAt_ms];
}
