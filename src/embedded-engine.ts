import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Jobs } from '../workers/catalog.ts';
import { createAnalyticsThread } from './adapters/embedded/analytics-thread.ts';
import { createDecisionLog } from './adapters/embedded/decision-log.ts';
import { createRiskState, type EmbeddedRiskState } from './adapters/embedded/risk-state.ts';
import { createSecretStore } from './adapters/embedded/secret-store.ts';
import { createStateStorage } from './adapters/embedded/state-storage.ts';
import type { LoadedIpIntelligence } from './adapters/ip-intelligence/create-ip-intelligence.ts';
import { createDecisionFeed } from './app/decision-feed.ts';
import type { Gatehouse } from './app/gatehouse.ts';
import { createIdHasher } from './app/hash-ids.ts';
import { type Config, ConfigError } from './config.ts';
import { positionOfId } from './core/decision-id.ts';
import type { DecisionRecord, ErasureRecord } from './core/record.ts';
import { createLog } from './create-log.ts';
import { ipReadiness, openIpIntelligence } from './open-ip-intelligence.ts';
import type { Clock } from './ports/clock.ts';
import type { DecisionFeed } from './ports/decision-feed.ts';
import type { DecisionLog } from './ports/decision-log.ts';
import type { DependencyState } from './ports/dependency-state.ts';
import type { JobRunner } from './ports/job-runner.ts';
import { startEmbeddedJobs } from './start-jobs.ts';
import { createUseCases } from './use-cases.ts';

const HOUR_MS = 3_600_000;
const CHECKPOINT_MS = 250;
const MAINTENANCE_MS = 60_000;
const FOLD_CHUNK = 1_000;
const FOLD_MARGIN_US = 1_000_000;

export interface OpenOptions {
  readonly config: Config;
  readonly log?: Logger;
  readonly clock?: Clock;
}

/** The stores and the engine on one data directory, without a network: what `serve` and a replay into a directory share. */
export interface OpenEngine {
  readonly gatehouse: Gatehouse;
  readonly state: EmbeddedRiskState;
  readonly decisionLog: DecisionLog;
  readonly feed: DecisionFeed;
  readonly analytics: Awaited<ReturnType<typeof createAnalyticsThread>>;
  readonly ipIntelligence: LoadedIpIntelligence;
  readonly hasher: ReturnType<typeof createIdHasher>;
  readonly secrets: ReturnType<typeof createSecretStore>;
  readonly jobs: JobRunner<Jobs>;
  readonly close: () => Promise<void>;
}

/**
 * Opens everything that is kept in the data directory and folds what a kill left unfolded.
 *
 * @throws ConfigError with one sentence when the directory cannot be used, or is in use by another process.
 */
export async function openEngine({
  config,
  log = createLog(config),
  clock = Date.now,
}: OpenOptions): Promise<OpenEngine> {
  const at = (name: string): string => join(config.dataDir, name);
  await makeDirectory(config.dataDir);
  const closers: (() => Promise<void>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    // First, because it holds the directory's lock: a second process must not touch the log.
    const analytics = await createAnalyticsThread({
      dataDir: config.dataDir,
      retention_days: config.retention_days,
      clock,
      log,
    });
    closers.push(() => analytics.close());
    const decisionLog = createDecisionLog({ path: at('log'), durability: config.durability, clock, log });
    closers.push(() => decisionLog.close());

    const feed = createDecisionFeed({ log: decisionLog });
    let lastAppend: Promise<void> = Promise.resolve();
    const nudging: DecisionLog = {
      ...decisionLog,
      get head() {
        return decisionLog.head;
      },
      append(record) {
        const appended = decisionLog.append(record);
        lastAppend = appended.then(
          () => {
            analytics.nudge();
            feed.publish(record);
          },
          () => undefined,
        );
        return record.kind === 'erasure' ? appended.then(() => sweepLater(record)) : appended;
      },
    };
    const sweepLater = ({ tenant, userKey, position }: ErasureRecord): Promise<void> =>
      jobs.add('erasure-sweep', { tenant, user_key: userKey, login_keys: [], position });
    const state = createRiskState({
      storage: createStateStorage({ path: at('state') }),
      settled: () => lastAppend,
    });
    closers.push(() => state.close());
    await foldLog(decisionLog, state, log);

    const secrets = createSecretStore({ config: { path: at('secrets') }, log });
    const hasher = createIdHasher(await secrets.get('id-hash', () => randomBytes(32)));
    const ipIntelligence = await openIpIntelligence(config, at('cache'), log);
    closers.push(() => ipIntelligence.close());

    const gatehouse = createUseCases({
      config,
      log,
      clock,
      state,
      decisionLog: nudging,
      analytics,
      ipIntelligence,
      hasher,
      caughtUp: async () => {
        await lastAppend;
        await analytics.flush();
      },
      eraseParked: analytics.eraseParked,
      commitWait_ms: config.commitWait_ms,
    });
    const stopTimers = keepUp({ state, decisionLog, analytics, config, clock, log });
    closers.push(async () => stopTimers());
    const jobs = startEmbeddedJobs({
      path: at('jobs'),
      listReload_s: config.ipListReload_s,
      dependencies: {
        carriedLog: {
          heads: async () => [decisionLog.head],
          carried: async () => [await analytics.acknowledged()],
        },
        eraseUpTo: analytics.eraseUpTo,
        applyRetention: () => analytics.migrate(),
        refreshFeeds: () => ipIntelligence.reload(),
        // Every checkpoint stores what is folded, and everything that is durable is folded.
        population: { snapshot: () => state.checkpoint(), behind_ms: async () => 0 },
      },
      clock,
      log,
    });
    closers.push(() => jobs.close());
    return {
      gatehouse,
      state,
      decisionLog: nudging,
      feed,
      analytics,
      ipIntelligence,
      hasher,
      secrets,
      jobs,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

export async function embeddedReadiness(engine: OpenEngine): Promise<readonly DependencyState[]> {
  const analytics = await engine.analytics.status();
  return [
    { name: 'decision_log', ...engine.decisionLog.status() },
    {
      name: 'analytics',
      ok: analytics.ok,
      problem: analytics.problem,
      required: false,
      lag: { records: analytics.lagRecords, ms: analytics.lag_ms },
    },
    ...ipReadiness(engine.ipIntelligence),
  ];
}

/**
 * Folds the part of the log that rows and snapshots do not hold yet. It begins a little earlier, which changes nothing
 * (every row and shard knows what it holds): the outcome of a replayed challenge follows its decision at once, and that
 * decision's id, being a hash, does not say where it stands.
 */
async function foldLog(decisionLog: DecisionLog, state: EmbeddedRiskState, log: Logger): Promise<void> {
  let after = Math.max(0, state.foldFrom - FOLD_MARGIN_US);
  let folded = 0;
  let previous: DecisionRecord | undefined;
  for (;;) {
    const records = await decisionLog.read(after, FOLD_CHUNK);
    const last = records.at(-1);
    if (last === undefined) break;
    for (const record of records) {
      if (record.kind === 'outcome') {
        const known = previous?.id === record.decisionId ? previous : undefined;
        state.apply(record, known ?? (await decisionAt(decisionLog, record.decisionId)));
      } else {
        state.apply(record);
      }
      if (record.kind === 'decision') previous = record;
      if (record.position > state.foldFrom) folded += 1;
    }
    after = last.position;
  }
  if (folded > 0) log.info({ folded }, 'state folded from the log');
}

async function decisionAt(decisionLog: DecisionLog, id: string): Promise<DecisionRecord | undefined> {
  const position = positionOfId(id);
  const record = position === undefined ? undefined : await decisionLog.at(position);
  return record?.kind === 'decision' ? record : undefined;
}

interface Upkeep extends Pick<OpenEngine, 'state' | 'decisionLog' | 'analytics'> {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What happens all the time in the background: checkpoints, trimming, expiry. */
function keepUp({ state, decisionLog, analytics, config, clock, log }: Upkeep): () => void {
  const every = (interval_ms: number, name: string, work: () => Promise<void>): NodeJS.Timeout => {
    let running = false;
    const timer = setInterval(() => {
      if (running) return;
      running = true;
      work()
        .catch((error: unknown) =>
          log.error({ err: error, task: name }, 'upkeep failed; it will be tried again'),
        )
        .finally(() => {
          running = false;
        });
    }, interval_ms);
    timer.unref();
    return timer;
  };
  const timers = [
    every(CHECKPOINT_MS, 'checkpoint', () => state.checkpoint()),
    every(MAINTENANCE_MS, 'trim', async () => {
      const old = (clock() - config.logRetention_h * HOUR_MS) * 1_000;
      await decisionLog.trim(Math.min(old, await analytics.acknowledged(), state.folded()));
      await state.expire(clock());
    }),
  ];
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new ConfigError(`GATEHOUSE_DATA_DIR ${path} cannot be made or opened.`, { cause });
  }
}
