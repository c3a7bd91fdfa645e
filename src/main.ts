import { randomBytes, randomFillSync, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino, { type Logger } from 'pino';
import { createClientParser } from './adapters/client-parser/create-client-parser.ts';
import { createAnalyticsThread } from './adapters/embedded/analytics-thread.ts';
import { createDecisionLog } from './adapters/embedded/decision-log.ts';
import { createKeyStore } from './adapters/embedded/key-store.ts';
import { createRiskState, type EmbeddedRiskState } from './adapters/embedded/risk-state.ts';
import { createSecretStore } from './adapters/embedded/secret-store.ts';
import { createStateStorage } from './adapters/embedded/state-storage.ts';
import { createViewStore } from './adapters/embedded/view-store.ts';
import type { LoadedIpIntelligence } from './adapters/ip-intelligence/create-ip-intelligence.ts';
import { parseAddress } from './adapters/ip-intelligence/parse-address.ts';
import { createMetrics } from './adapters/prometheus/metrics.ts';
import { DEFAULT_TENANT, ensureBootstrapKey, makeApiKey } from './app/api-keys.ts';
import { createAssessLogin } from './app/assess-login.ts';
import { createDecisionFeed } from './app/decision-feed.ts';
import { createDecisionTokens, DEFAULT_DECISION_TOKEN_CONFIG } from './app/decision-token.ts';
import { ENGINE_VERSION } from './app/engine-version.ts';
import type { Gatehouse } from './app/gatehouse.ts';
import { createIdHasher } from './app/hash-ids.ts';
import { createJudge } from './app/judge.ts';
import { loadPolicy } from './app/load-policy.ts';
import { matchLists } from './app/policy-lists.ts';
import { createQuota, DEFAULT_QUOTA } from './app/quota.ts';
import { createReadDecision } from './app/read-decision.ts';
import { createRecordFeedback } from './app/record-feedback.ts';
import { createRecordOutcome } from './app/record-outcome.ts';
import { createRelatedDecisions } from './app/related-decisions.ts';
import { createReviewQueue } from './app/review-queue.ts';
import { createSavedViews } from './app/saved-views.ts';
import { createSignIn } from './app/sign-in.ts';
import { createUsers } from './app/users.ts';
import { type Config, ConfigError } from './config.ts';
import { decide } from './core/decide.ts';
import { decisionUuid, positionOfId, RANDOM_BYTES } from './core/decision-id.ts';
import type { DecisionRecord } from './core/record.ts';
import { buildServer } from './http/server.ts';
import type { DependencyState } from './http/services.ts';
import { openIpIntelligence } from './open-ip-intelligence.ts';
import type { Clock } from './ports/clock.ts';
import type { DecisionFeed } from './ports/decision-feed.ts';
import type { DecisionLog } from './ports/decision-log.ts';
import { SCOPES } from './ports/key-store.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const CHECKPOINT_MS = 250;
const MAINTENANCE_MS = 60_000;
const FOLD_CHUNK = 1_000;
const FOLD_MARGIN_US = 1_000_000;
const CACHED_CLIENTS = 10_000;
/** Ids a refill: one system call for a thousand decisions. */
const RANDOM_POOL = RANDOM_BYTES * 1_024;

export interface RunningGatehouse {
  /** Where it listens, as a browser would open it. */
  readonly url: string;
  /** A one-time sign-in link for the dashboards. */
  readonly signInLink: () => string;
  /** The API key that this first start made; `null` when there was one already. */
  readonly firstKey: string | null;
  /** Stops taking requests, finishes those in flight, waits for the last flush. Safe to call twice. */
  readonly close: () => Promise<void>;
}

export interface StartOptions {
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
  readonly close: () => Promise<void>;
}

/** Standard output belongs to the answer of a command, so the log goes to standard error. */
export const createLog = (config: Pick<Config, 'logLevel'>): Logger =>
  pino({ level: config.logLevel, base: null }, pino.destination({ fd: 2, sync: false }));

/**
 * Opens everything that is kept in the data directory and folds what a kill left unfolded.
 *
 * @throws ConfigError with one sentence when the directory cannot be used, or is in use by another process.
 */
export async function openEngine({
  config,
  log = createLog(config),
  clock = Date.now,
}: StartOptions): Promise<OpenEngine> {
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
        return appended;
      },
    };
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

    const policy = loadPolicy({ file: config.policyFile, mode: config.mode, read: readText });
    const policyOf = (): typeof policy => policy;
    const readDecision = createReadDecision({ log: nudging, state, analytics });
    const caughtUp = async (): Promise<void> => {
      await lastAppend;
      await analytics.flush();
    };
    const uuidAt = createUuids();
    const shared = { state, log: nudging, clock };
    const judge = createJudge({
      state,
      ipIntelligence,
      clientParser: createClientParser({ cacheEntries: CACHED_CLIENTS }),
      policyOf,
      matchLists,
      decide,
      serverPlace: config.serverLocation,
    });
    const gatehouse: Gatehouse = {
      assessLogin: createAssessLogin({
        ...shared,
        judge,
        uuidAt,
        commitWait_ms: config.commitWait_ms,
        onUnrecorded: (error) => log.error({ err: error, code: 'unrecorded' }, 'a decision was not stored'),
      }),
      recordOutcome: createRecordOutcome({ ...shared, policyOf, readDecision }),
      recordFeedback: createRecordFeedback({ ...shared, analytics, readDecision, caughtUp }),
      readDecision,
      relatedDecisions: createRelatedDecisions({ analytics, readDecision }),
      reviewQueue: createReviewQueue({ analytics }),
      ...createUsers({
        ...shared,
        analytics,
        caughtUp,
        userKeyOf: (tenant, userId) => hasher.hash('user', tenant, userId),
        uuidAt,
      }),
    };
    const stopTimers = keepUp({ state, decisionLog, analytics, ipIntelligence, config, clock, log });
    closers.push(async () => stopTimers());
    return {
      gatehouse,
      state,
      decisionLog: nudging,
      feed,
      analytics,
      ipIntelligence,
      hasher,
      secrets,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Serves the API, the workers and the dashboards in this process. */
export async function startGatehouse(options: StartOptions): Promise<RunningGatehouse> {
  const { config, log = createLog(config), clock = Date.now } = options;
  const engine = await openEngine({ config, log, clock });
  const closers: (() => Promise<void>)[] = [engine.close];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  try {
    const keys = createKeyStore({ config: { path: join(config.dataDir, 'keys') }, clock, log });
    closers.push(() => keys.close());
    const firstKey = await ensureKeys(keys, config, clock);
    const tokens = await createDecisionTokens({
      config: {
        ...DEFAULT_DECISION_TOKEN_CONFIG,
        issuer: config.issuer,
        rotation_ms: config.tokenKey_days * DAY_MS,
      },
      secrets: engine.secrets,
      clock,
      log,
    });
    const viewStore = createViewStore({ path: join(config.dataDir, 'views') });
    closers.push(() => viewStore.close());
    const signIn = createSignIn({ keys, clock });
    const server = await buildServer({
      config: {
        publicOrigins: config.publicOrigins,
        dashboardsDir: dashboardsDir(),
        version: ENGINE_VERSION,
      },
      log,
      clock,
      gatehouse: engine.gatehouse,
      analytics: engine.analytics,
      feed: engine.feed,
      views: createSavedViews({ store: viewStore, clock, newUuid: randomUUID }),
      health: engine.analytics,
      keys,
      tokens,
      signIn,
      quota: createQuota({
        config: { ...DEFAULT_QUOTA, ...(config.quota_rps === null ? {} : { default_rps: config.quota_rps }) },
        clock,
      }),
      metrics: createMetrics({ analyticsStatus: () => engine.analytics.status(), clock }),
      readiness: () => readiness(engine),
      hasher: engine.hasher,
      parseAddress,
    });
    await listen(server.app, config);
    closers.push(() => server.close());
    const url = urlOf(server.app.server.address() as AddressInfo);
    log.info({ url, dataDir: config.dataDir }, 'Gatehouse is ready');
    return {
      url,
      firstKey,
      signInLink: () => `${url}/sign-in#token=${signIn.createLink(DEFAULT_TENANT).token}`,
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
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

interface Upkeep extends Pick<OpenEngine, 'state' | 'decisionLog' | 'analytics' | 'ipIntelligence'> {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What happens all the time in the background: checkpoints, trimming, expiry, fresh lists. */
function keepUp({ state, decisionLog, analytics, ipIntelligence, config, clock, log }: Upkeep): () => void {
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
  if (config.ipListReload_s > 0) {
    timers.push(every(config.ipListReload_s * 1_000, 'lists', () => ipIntelligence.reload()));
  }
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}

async function readiness(engine: OpenEngine): Promise<readonly DependencyState[]> {
  const analytics = await engine.analytics.status();
  return [
    { name: 'decision_log', ...engine.decisionLog.status() },
    { name: 'analytics', ok: analytics.ok, problem: analytics.problem, required: false },
    ...engine.ipIntelligence.status().map((source) => ({
      name: `ip_intelligence.${source.name}`,
      ok: source.ok,
      problem: source.problem,
      required: false,
    })),
  ];
}

/** The bootstrap key when one is configured; else a first key, made once for an installation that has none. */
async function ensureKeys(
  keys: ReturnType<typeof createKeyStore>,
  config: Config,
  clock: Clock,
): Promise<string | null> {
  if (config.bootstrapApiKey !== null) {
    await ensureBootstrapKey(keys, config.bootstrapApiKey, clock());
    return null;
  }
  if ((await keys.list()).length > 0) return null;
  const { key, record } = makeApiKey(
    { tenant: DEFAULT_TENANT, scopes: SCOPES, name: 'first start' },
    clock(),
  );
  await keys.put(record);
  return key;
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new ConfigError(`GATEHOUSE_DATA_DIR ${path} cannot be made or opened.`, { cause });
  }
}

async function listen(app: Awaited<ReturnType<typeof buildServer>>['app'], config: Config): Promise<void> {
  try {
    await app.listen({ port: config.port, host: config.host });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new ConfigError(`PORT ${config.port} is in use: stop what listens there or choose another one.`, {
        cause,
      });
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new ConfigError(`HOST ${config.host} with PORT ${config.port} cannot be listened on.`, { cause });
    }
    throw cause;
  }
}

function urlOf(address: AddressInfo): string {
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const shown = host === '0.0.0.0' || host === '[::]' ? 'localhost' : host;
  return `http://${shown}:${address.port}`;
}

/** Built dashboards lie beside the compiled server; a run from the sources uses the last build, or none. */
function dashboardsDir(): string | null {
  const candidates = ['../dashboards', '../dist/dashboards'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return candidates.find((path) => existsSync(join(path, 'index.html'))) ?? null;
}

function createUuids(): (position: number) => string {
  const pool = new Uint8Array(RANDOM_POOL);
  let used = RANDOM_POOL;
  return (position) => {
    if (used >= RANDOM_POOL) {
      randomFillSync(pool);
      used = 0;
    }
    const uuid = decisionUuid(position, pool, used);
    used += RANDOM_BYTES;
    return uuid;
  };
}

const readText = (path: string): string => readFileSync(path, 'utf8');
