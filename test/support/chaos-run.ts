import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createKeys } from '../../src/adapters/redis/keys.ts';
import { TRACKS } from '../../src/adapters/redis/tracks.ts';
import { type ChaosCheck, checkStores } from './chaos-check.ts';
import { loadNodes, newChaosLedger, retryAtAllNodes } from './chaos-clients.ts';
import {
  type NodeVictim,
  nodeVictim,
  type Strike,
  storeVictim,
  type Victim,
  type VictimKind,
} from './chaos-victims.ts';
import { BOOTSTRAP_KEY } from './gatehouse-process.ts';
import { openLean } from './lean-http.ts';
import { NODE_OPTIONS } from './node-options.ts';
import { seededRandom } from './random.ts';
import { freePort } from './redis-server.ts';
import { startTopology } from './topology.ts';

export interface ChaosOptions {
  /** Arguments of Node that run the command line. */
  readonly program: readonly string[];
  /** Acknowledged decisions to make. */
  readonly decisions: number;
  /** SIGKILLs of API nodes, workers and Redis. */
  readonly kills: number;
  /** Further SIGKILLs of ClickHouse, which comes back within seconds. */
  readonly clickhouseKills: number;
  /** SIGSTOPs of workers, each for longer than its leases last, and SIGCONT afterwards. */
  readonly freezes: number;
  /** SIGSTOPs of Redis, for longer than its clients wait for a sign of life. */
  readonly stalls: number;
  /** How long ClickHouse is away, once. */
  readonly away_ms: number;
  readonly clients: number;
  readonly users: number;
  readonly seed: number;
  /** The load ends after so long, whatever is left to do: a run that proves less is better than none. */
  readonly mostLoad_ms: number;
  /** How long the workers may take, after the load, to carry on what is left. */
  readonly drainedWithin_ms: number;
  readonly onProgress?: (line: string) => void;
}

export interface ChaosReport {
  readonly acknowledged: number;
  readonly outcomes: number;
  /** Requests whose answer never came, or said that it was not recorded. */
  readonly unanswered: number;
  readonly unrecorded: number;
  readonly refused: number;
  readonly retried: number;
  readonly kills: Readonly<Record<VictimKind, number>>;
  readonly killsWhileStarting: number;
  readonly freezes: number;
  readonly stalls: number;
  /** Tracks of the log that had another holder when the frozen worker woke up. */
  readonly tracksTaken: number;
  /** From a start until it serves, by kind. */
  readonly starts_ms: Readonly<Record<VictimKind, readonly number[]>>;
  readonly load_ms: number;
  readonly away: AwayReport;
  readonly latencies_ms: readonly number[];
  readonly check: ChaosCheck | null;
  /** What must never be; empty is the proof. */
  readonly violations: readonly string[];
}

/** While ClickHouse was away for long. */
export interface AwayReport {
  readonly away_ms: number;
  /** Decisions that were acknowledged meanwhile. */
  readonly acknowledged: number;
  /** What `/readyz` of API nodes said meanwhile: status code and status. */
  readonly readiness: readonly string[];
}

const NODES = 2;
/** How long a freeze waits until every worker holds a track. */
const SHARED_OUT_MS = 20_000;
/** Longer than the lease of a track (10 s) and than the permission to write to ClickHouse (15 s). */
const FROZEN_MS = 18_000;
/** Longer than the 2 s after which a silent connection is given up: what was sent meanwhile is carried out afterwards. */
const STALLED_MS = 3_000;
/** A kill within the first or last of the load would meet nothing. */
const EDGE = 0.02;
const AWAY_AT = 0.35;
const MOST_DOWN_MS = 2_000;
const PROGRESS_MS = 5_000;
/** More of them say nothing new. */
const MOST_VIOLATIONS = 20;
const POLL_MS = 20;
/** Of the kills: nodes hold connections and effects under way, Redis holds everything. */
const SHARES: readonly (readonly [kind: VictimKind, share: number])[] = [
  ['api', 0.4],
  ['worker', 0.3],
  ['redis', 0.3],
];

interface Planned {
  /** Of the acknowledged decisions, when it happens. */
  readonly at: number;
  readonly kind: VictimKind;
  /** Which of its kind. */
  readonly which: number;
  readonly down_ms: number;
  /** `away`: ClickHouse, for long. `freeze`: a worker stopped instead of killed. `stall`: Redis. */
  readonly how: 'kill' | 'away' | 'freeze' | 'stall';
}

/**
 * Two API nodes and two workers on Redis and ClickHouse under load, all of them killed with SIGKILL at moments that the
 * seed chooses, and started again as a supervisor would; besides, workers stopped for longer than their leases, and Redis
 * for longer than its clients wait. Then everything that was acknowledged is looked for, in the log and in ClickHouse, and
 * every rollup and profile is made again from what they are made of.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { program, decisions, onProgress } = options;
  const random = seededRandom(options.seed);
  const plan = planOf(options, seededRandom(options.seed + 1));
  const ledger = newChaosLedger();
  const kills: Record<VictimKind, number> = { api: 0, worker: 0, redis: 0, clickhouse: 0 };
  const starts_ms: Record<VictimKind, number[]> = { api: [], worker: [], redis: [], clickhouse: [] };
  let killsWhileStarting = 0;
  let freezes = 0;
  let stalls = 0;
  let tracksTaken = 0;
  let away: AwayReport = { away_ms: 0, acknowledged: 0, readiness: [] };
  const topology = await startTopology({
    program,
    apis: 0,
    workers: 0,
    env: {
      GATEHOUSE_LOG_LEVEL: 'info',
      NODE_OPTIONS,
      // A busy machine answers late; what is stored too late to say so would prove nothing.
      GATEHOUSE_BUDGET_MS: '1000',
    },
  });
  const [redis] = topology.redis;
  if (redis === undefined) throw new Error('the topology has no Redis');
  const nodes: NodeVictim[] = [];
  /** Waits through an outage. */
  const looking = new Redis(redis.url, { maxRetriesPerRequest: null });
  looking.on('error', () => undefined);
  const { lease } = createKeys().sinkState;
  const holders = (): Promise<readonly (string | null)[]> =>
    looking.mget(...Array.from({ length: TRACKS }, (_, track) => lease(track)));
  try {
    const urls: string[] = [];
    for (const kind of ['worker', 'api'] as const) {
      for (let i = 0; i < NODES; i++) {
        const port = await freePort();
        const name = `${kind} ${i + 1}`;
        const dataDir = join(topology.directory, name.replace(' ', '-'));
        nodes.push(
          nodeVictim({ name, kind, program, dataDir, env: { ...topology.env, PORT: String(port) } }),
        );
        if (kind === 'api') urls.push(`http://127.0.0.1:${port}`);
      }
    }
    const victims: readonly Victim[] = [
      ...nodes,
      storeVictim({ kind: 'redis', kill: () => redis.kill(), start: () => redis.start() }),
      storeVictim({
        kind: 'clickhouse',
        kill: () => topology.stopClickHouse(),
        start: () => topology.startClickHouse(),
      }),
    ];
    const ofKind = (kind: VictimKind): readonly Victim[] => victims.filter((victim) => victim.kind === kind);
    await Promise.all(victims.map((victim) => victim.up()));
    // The load begins on a schema that is there: what is to be killed is the carrying, not the first migration.
    const schema = `${topology.clickhouse().url}/?query=${encodeURIComponent('SELECT count() FROM decisions_by_day')}`;
    for (let tries = 0; tries < 300 && !(await fetch(schema)).ok; tries++) await wait(200);

    const startedAt_ms = performance.now();
    const seconds = (): string => ((performance.now() - startedAt_ms) / 1_000).toFixed(1);
    const say = (text: string): void =>
      onProgress?.(`${seconds()} s, ${ledger.acknowledged.size} acknowledged: ${text}`);
    const strikes: Promise<void>[] = [];
    const strike = async (victim: Victim, down_ms: number): Promise<void> => {
      kills[victim.kind] += 1;
      const { whileStarting, start_ms }: Strike = await victim.strike(down_ms);
      if (whileStarting) killsWhileStarting += 1;
      if (start_ms !== null) starts_ms[victim.kind].push(start_ms);
      say(
        `${victim.name} was killed${whileStarting ? ' while starting' : ''}, ` +
          `${start_ms === null ? 'and killed again' : `and serves again after ${Math.round(start_ms)} ms`}`,
      );
    };
    let freezing = false;
    const freeze = async (victim: NodeVictim): Promise<void> => {
      freezes += 1;
      freezing = true;
      let before: Awaited<ReturnType<typeof holders>> = [];
      // A worker that was just started holds nothing yet, and nobody could take it over.
      await victim.freeze(FROZEN_MS, async () => {
        const end_ms = performance.now() + SHARED_OUT_MS;
        do {
          before = await holders();
          if (carriersOf(before) === NODES) return;
          await wait(PROGRESS_MS / 10);
        } while (performance.now() < end_ms);
      });
      const after = await holders();
      freezing = false;
      const taken = after.filter((holder, track) => holder !== null && holder !== before[track]).length;
      tracksTaken += taken;
      say(`${victim.name} was stopped for ${FROZEN_MS / 1_000} s; ${taken} tracks have another holder`);
    };
    const stall = async (): Promise<void> => {
      stalls += 1;
      redis.pause();
      await wait(STALLED_MS);
      redis.resume();
      say(`redis was stopped for ${STALLED_MS / 1_000} s`);
    };
    /** Takes ClickHouse away for long, and watches what the others say. */
    const takeAway = async (victim: Victim): Promise<void> => {
      const before = ledger.acknowledged.size;
      const readiness = new Set<string>();
      const gone = strike(victim, options.away_ms);
      const end_ms = performance.now() + options.away_ms;
      while (performance.now() < end_ms - PROGRESS_MS / 5) {
        await wait(PROGRESS_MS / 5);
        for (const url of urls) readiness.add(await readinessOf(url));
      }
      away = {
        away_ms: options.away_ms,
        acknowledged: ledger.acknowledged.size - before,
        readiness: [...readiness].sort(),
      };
      await gone;
    };

    /** What may be struck now, as what is done to it. */
    const candidatesFor = ({ kind, how, down_ms }: Planned): readonly (() => Promise<void>)[] => {
      if (how === 'freeze') {
        // One at a time, so that somebody is there to take its tracks over.
        if (freezing) return [];
        return nodes
          .filter((node) => node.kind === kind && node.canBeFrozen())
          .map((node) => () => freeze(node));
      }
      const there = ofKind(kind).filter((victim) => victim.canBeKilled());
      if (how === 'stall') return there.map(() => stall);
      return there.map((victim) => () => (how === 'away' ? takeAway(victim) : strike(victim, down_ms)));
    };

    let over = false;
    const load = loadNodes({
      urls,
      clients: options.clients,
      users: options.users,
      ledger,
      random,
      isOver: () => over,
    });
    let told_ms = performance.now();
    const waiting = [...plan];
    for (; waiting.length > 0 || ledger.acknowledged.size < decisions; await wait(POLL_MS)) {
      // One that is gone already is struck when it is back; the others do not wait for it.
      const due = waiting.find(
        (planned) => ledger.acknowledged.size >= planned.at * decisions && candidatesFor(planned).length > 0,
      );
      if (due !== undefined) {
        waiting.splice(waiting.indexOf(due), 1);
        const candidates = candidatesFor(due);
        const victim = candidates[due.which % candidates.length];
        if (victim !== undefined) strikes.push(victim());
      }
      if (performance.now() - told_ms > PROGRESS_MS) {
        told_ms = performance.now();
        say(`${ledger.unanswered} unanswered, ${ledger.violations.length} violations`);
      }
      if (ledger.violations.length > MOST_VIOLATIONS) break;
      if (performance.now() - startedAt_ms > options.mostLoad_ms) {
        ledger.violations.push(
          `only ${ledger.acknowledged.size} of ${decisions} decisions and ${plan.length - waiting.length} of ${plan.length} kills in the time for them`,
        );
        break;
      }
    }
    await Promise.all(strikes);
    over = true;
    await load;
    const load_ms = performance.now() - startedAt_ms;
    await Promise.all(victims.map((victim) => victim.up()));
    const retried = await retryAtAllNodes(urls, ledger);
    say(`load over, ${retried} sent again; waiting for the workers`);
    const check = await checkStores({
      redisUrl: redis.url,
      clickhouseUrl: topology.clickhouse().url,
      ledger,
      within_ms: options.drainedWithin_ms,
    }).catch((error: unknown) => {
      ledger.violations.push(error instanceof Error ? error.message : String(error));
      return null;
    });
    say('checked');
    for (const node of nodes) {
      const code = await node.stop();
      if (code !== 0) ledger.violations.push(`${node.name} ended with code ${code} when it was stopped`);
    }
    if (ledger.violations.length > 0) ledger.violations.push(...nodes.flatMap(troubleOf));
    return {
      acknowledged: ledger.acknowledged.size,
      outcomes: [...ledger.outcomes.values()].filter(({ acknowledged }) => acknowledged).length,
      unanswered: ledger.unanswered,
      unrecorded: ledger.unrecorded,
      refused: ledger.refused,
      retried,
      kills,
      killsWhileStarting,
      freezes,
      stalls,
      tracksTaken,
      starts_ms,
      load_ms,
      away,
      latencies_ms: ledger.latencies_ms,
      check,
      violations: ledger.violations,
    };
  } finally {
    for (const node of nodes) await node.stop();
    looking.disconnect();
    await topology.dispose();
  }
}

/** When what is killed, in the order of time. */
function planOf(options: ChaosOptions, random: () => number): readonly Planned[] {
  const at = (): number => EDGE + random() * (1 - 2 * EDGE);
  const kindOf = (draw: number): VictimKind => {
    let left = draw;
    for (const [kind, share] of SHARES) {
      left -= share;
      if (left < 0) return kind;
    }
    return 'redis';
  };
  const planned = (kind: VictimKind): Planned => ({
    at: at(),
    kind,
    which: Math.floor(random() * NODES),
    down_ms: Math.round(random() * MOST_DOWN_MS),
    how: 'kill',
  });
  return [
    // By their shares exactly, so that a short run kills each of them too.
    ...Array.from({ length: options.kills }, (_, i) => planned(kindOf((i + 0.5) / options.kills))),
    ...Array.from({ length: options.clickhouseKills }, () => planned('clickhouse')),
    ...Array.from({ length: options.freezes }, () => ({ ...planned('worker'), how: 'freeze' as const })),
    ...Array.from({ length: options.stalls }, () => ({ ...planned('redis'), how: 'stall' as const })),
    { at: AWAY_AT, kind: 'clickhouse' as const, which: 0, down_ms: options.away_ms, how: 'away' as const },
  ].toSorted((a, b) => a.at - b.at);
}

/** How many workers hold tracks: a holder's name begins with the worker's. */
const carriersOf = (holders: readonly (string | null)[]): number =>
  new Set(holders.flatMap((holder) => (holder === null ? [] : [holder.split('.')[0]]))).size;

async function readinessOf(url: string): Promise<string> {
  try {
    const node = await openLean(url, BOOTSTRAP_KEY);
    try {
      const { status, body } = await node.ask('GET', '/readyz');
      return `${status} ${(JSON.parse(body) as { readonly status: string }).status}`;
    } finally {
      node.close();
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return 'gone';
  }
}

/** Warnings and errors among the last log lines of a process, to say why something was violated. */
const troubleOf = (node: NodeVictim): readonly string[] =>
  node
    .logged()
    .split('\n')
    .filter((line) => /"level":[56]0/.test(line))
    .slice(-5)
    .map((line) => `${node.name}: ${line}`);
