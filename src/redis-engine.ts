import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type ClickHouse, createClickHouse } from './adapters/clickhouse/create-clickhouse.ts';
import { migrateWhenReachable } from './adapters/clickhouse/migrate-when-reachable.ts';
import type { LoadedIpIntelligence } from './adapters/ip-intelligence/create-ip-intelligence.ts';
import { createCaughtUp } from './adapters/redis/caught-up.ts';
import { type ClockWatch, createClockWatch } from './adapters/redis/clock-watch.ts';
import { connectRedis, type RedisConnection, untilReady } from './adapters/redis/connect.ts';
import { FAILED, LATE, within } from './adapters/redis/deadline.ts';
import { followFeeds } from './adapters/redis/feeds-generation.ts';
import { followLog } from './adapters/redis/follow-log.ts';
import { createRedisKeyStore } from './adapters/redis/key-store.ts';
import { createKeys, type Keys } from './adapters/redis/keys.ts';
import { createLogStreams, type LogStreams } from './adapters/redis/log-streams.ts';
import { createParkedRows } from './adapters/redis/parked-rows.ts';
import { defineScripts, type Scripts } from './adapters/redis/scripts.ts';
import { createRedisSecretStore } from './adapters/redis/secret-store.ts';
import { checkSettings, createSettingsWatch, type SettingsState } from './adapters/redis/server-settings.ts';
import { createSharedBuckets } from './adapters/redis/shared-buckets.ts';
import { createRedisSignInStore } from './adapters/redis/sign-in-store.ts';
import { defineSinkScripts } from './adapters/redis/sink-scripts.ts';
import { createSinkStatus } from './adapters/redis/sink-status.ts';
import { createRedisStore } from './adapters/redis/store.ts';
import { createWriteGate } from './adapters/redis/write-gate.ts';
import { createWriteProbe, type RedisState } from './adapters/redis/write-probe.ts';
import { PANELS } from './analytics/panels/index.ts';
import { createDecisionFeed } from './app/decision-feed.ts';
import { AppError } from './app/errors.ts';
import type { Gatehouse } from './app/gatehouse.ts';
import { createIdHasher } from './app/hash-ids.ts';
import { createParkedRowsUseCase, type ParkedRowsUseCase, summarizeParked } from './app/parked-rows.ts';
import { type Config, ConfigError } from './config.ts';
import { makeDirectory } from './embedded-engine.ts';
import type { HttpServices } from './http/services.ts';
import { ipReadiness, openIpIntelligence } from './open-ip-intelligence.ts';
import type { Analytics, AnalyticsStatus } from './ports/analytics.ts';
import { AnalyticsError } from './ports/analytics-errors.ts';
import type { Clock } from './ports/clock.ts';
import type { DecisionFeed } from './ports/decision-feed.ts';
import type { DecisionLog } from './ports/decision-log.ts';
import type { DependencyState } from './ports/dependency-state.ts';
import type { KeyStore } from './ports/key-store.ts';
import type { RiskState } from './ports/risk-state.ts';
import type { SecretStore } from './ports/secret-store.ts';
import type { SharedBuckets } from './ports/shared-buckets.ts';
import type { SignInStore } from './ports/sign-in-store.ts';
import type { ViewStore } from './ports/view-store.ts';
import { createUseCases } from './use-cases.ts';

/** Redis may be starting too. */
const READY_WITHIN_MS = 15_000;
/** Of the budget of a decision: what timers that fire late, parsing and sending may take. */
const MARGIN_SHARE = 0.15;
/** Of the rest of the budget; storing the decision gets what is left. */
const READING_SHARE = 0.4;
/** How long `/readyz` waits for what stands in ClickHouse and of the workers. */
const ANALYTICS_READY_WAIT_MS = 2_000;
/** A look at Redis and ClickHouse takes hundreds of commands. */
const LOOK_FRESH_MS = 250;

export interface ScaledOutParts {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
}

/** What every process of the scaled-out mode has open, whatever its role. */
export interface SharedStores {
  readonly redis: RedisConnection;
  readonly keys: Keys;
  readonly scripts: Scripts;
  readonly streams: LogStreams;
  readonly clickhouse: ClickHouse;
  /** Whether Redis takes writes now. */
  readonly redisState: () => Promise<RedisState>;
  /** Whether the settings of Redis keep what was acknowledged. */
  readonly redisSettings: () => Promise<SettingsState>;
  /** Whether this process's clock is near Redis'. */
  readonly watch: ClockWatch;
  /** ClickHouse itself, and how far the workers' event sink is behind. */
  readonly analyticsStatus: () => Promise<AnalyticsStatus>;
  readonly parked: ParkedRowsUseCase;
  readonly close: () => Promise<void>;
}

/** What an API node serves from. */
export interface RedisEngine {
  readonly gatehouse: Gatehouse;
  readonly analytics: Analytics;
  readonly ipIntelligence: LoadedIpIntelligence;
  readonly hasher: ReturnType<typeof createIdHasher>;
  readonly secrets: SecretStore;
  readonly apiKeys: KeyStore;
  readonly feed: DecisionFeed;
  readonly viewStore: ViewStore;
  readonly signInStore: SignInStore;
  readonly sharedBuckets: SharedBuckets;
  readonly health: HttpServices['health'];
  readonly readiness: () => Promise<readonly DependencyState[]>;
  readonly close: () => Promise<void>;
}

/** @throws ConfigError when Redis does not answer, or is set to throw away what was acknowledged. */
export async function openSharedStores({ config, log, clock }: ScaledOutParts): Promise<SharedStores> {
  const redis = await openRedis(config, log);
  const settings = { client: redis.client, accepted: config.redisAccepted };
  const refusal = await checkSettings({ ...settings, log });
  if (refusal !== null) {
    await redis.close();
    throw new ConfigError(refusal.problem);
  }
  const keys = createKeys(config.redisPrefix);
  const scripts = defineScripts(redis.client);
  const streams = createLogStreams({ redis: redis.client, keys });
  const runSink = defineSinkScripts(redis.client);
  const clickhouse = createClickHouse({
    connection: {
      kind: 'server',
      url: config.clickhouseUrl ?? '',
      ...(config.clickhouseUser === null ? {} : { username: config.clickhouseUser }),
      ...(config.clickhousePassword === null ? {} : { password: config.clickhousePassword }),
      ...(config.clickhouseDatabase === null ? {} : { database: config.clickhouseDatabase }),
      ...(config.clickhouseCaFile === null ? {} : { ca: readFileSync(config.clickhouseCaFile) }),
      ...(config.clickhouseCluster === null ? {} : { cluster: config.clickhouseCluster }),
    },
    panels: PANELS,
    gate: createWriteGate({ keys, run: runSink, log }),
    retention: { raw_days: config.retention_days },
    clock,
    log,
  });
  const sinkStatus = createSinkStatus({ redis: redis.client, keys, streams, clock });
  const watch = createClockWatch({ client: redis.client, clock });
  const migrating = migrateWhenReachable({ analytics: clickhouse.analytics, log });
  migrating.done.catch((error: unknown) => {
    log.fatal({ err: error }, 'the schema of analytics cannot be brought up to date');
  });
  return {
    redis,
    keys,
    scripts,
    streams,
    clickhouse,
    redisState: createWriteProbe({ redis, keys }),
    redisSettings: createSettingsWatch(settings),
    watch,
    analyticsStatus: async () => {
      const [server, sink] = await Promise.all([clickhouse.analytics.status(), sinkStatus()]);
      const problem = server.problem ?? sink.problem;
      const { lag_ms, lagRecords, parkedRows, insertedRows } = sink;
      return { ok: problem === null, problem, lag_ms, lagRecords, parkedRows, insertedRows };
    },
    parked: createParkedRowsUseCase({
      parked: createParkedRows({ redis: redis.client, keys, run: runSink }),
      sink: clickhouse.sink,
    }),
    async close() {
      migrating.stop();
      watch.close();
      await clickhouse.close();
      await redis.close();
    },
  };
}

/** @throws ConfigError when Redis does not answer. */
export async function openRedis(
  config: Pick<Config, 'redisUrl' | 'redisCluster'>,
  log: Logger,
): Promise<RedisConnection> {
  const redis = connectRedis({ config: { url: config.redisUrl ?? '', cluster: config.redisCluster }, log });
  try {
    await untilReady(redis.client, READY_WITHIN_MS);
    return redis;
  } catch (cause) {
    await redis.close();
    throw new ConfigError('REDIS_URL names a Redis that does not answer.', { cause });
  }
}

/** State, log, keys and secrets on Redis, analytics on a ClickHouse server: everything of an API node but its network. */
export async function openRedisEngine(parts: ScaledOutParts, shared: SharedStores): Promise<RedisEngine> {
  const { config, log, clock } = parts;
  const { redis, keys, clickhouse } = shared;
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of closers.splice(0).toReversed()) await closeOne();
  };
  try {
    await makeDirectory(config.dataDir);
    const answerWait_ms = config.budget_ms - Math.max(1, Math.ceil(config.budget_ms * MARGIN_SHARE));
    const readWait_ms = Math.max(1, Math.round(answerWait_ms * READING_SHARE));
    const store = await createRedisStore({ redis, keys, clock, watch: shared.watch, log, readWait_ms });
    closers.push(() => store.close());
    const apiKeys = await createRedisKeyStore({ redis: redis.client, keys, log });
    closers.push(() => apiKeys.close());
    const secrets = createRedisSecretStore({ redis: redis.client, keys });
    const hasher = createIdHasher(await secrets.get('id-hash', () => randomBytes(32)));
    const ipIntelligence = await openIpIntelligence(config, join(config.dataDir, 'cache'), log);
    closers.push(() => ipIntelligence.close());
    const feeds = followFeeds({ redis: redis.client, keys, refresh: () => ipIntelligence.reload(), log });
    closers.push(() => feeds.close());
    const { analytics } = clickhouse;
    const decisionLog = withAppErrors(store.decisionLog);
    const caughtUp = createCaughtUp({ streams: store.streams, clock });
    const gatehouse = createUseCases({
      config,
      log,
      clock,
      state: stateWithAppErrors(store.state),
      decisionLog,
      analytics,
      ipIntelligence,
      hasher,
      caughtUp: (userKey) => analyticsOrUnavailable(caughtUp(userKey)),
      eraseParked: (...args) => orUnavailable(shared.parked.erase(...args)),
      commitWait_ms: config.commitWait_ms,
      answerWait_ms,
    });
    const feed = createDecisionFeed({ log: store.decisionLog });
    const following = followLog({
      streams: store.streams,
      isWatched: feed.isWatched,
      publish: feed.publish,
      log,
    });
    closers.push(async () => following.close());
    return {
      gatehouse,
      feed,
      viewStore: store.views,
      sharedBuckets: createSharedBuckets({ keys, scripts: shared.scripts }),
      signInStore: createRedisSignInStore({ redis: redis.client, keys, clock }),
      health: {
        status: shared.analyticsStatus,
        parked: async (tenant, limit) =>
          (await orUnavailable(shared.parked.list(tenant))).slice(0, limit).map(summarizeParked),
        resendParked: (tenant, positions) => analyticsOrUnavailable(shared.parked.resend(tenant, positions)),
      },
      analytics,
      ipIntelligence,
      hasher,
      secrets,
      apiKeys,
      readiness: oneLook(async () => [...(await readinessOf(shared)), ...ipReadiness(ipIntelligence)]),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One look at a time, whoever asks, and none while the last one is fresh: everybody may ask for readiness. */
export function oneLook<T>(look: () => Promise<T>, fresh_ms = LOOK_FRESH_MS): () => Promise<T> {
  let last: Promise<T> | null = null;
  return () => {
    if (last === null) {
      const looking = look();
      last = looking;
      const forget = (): void => {
        setTimeout(() => {
          if (last === looking) last = null;
        }, fresh_ms).unref();
      };
      looking.then(forget, forget);
    }
    return last;
  };
}

/** Redis is what decisions need; ClickHouse may be away. Answers in time also when neither of them does. */
export async function readinessOf(
  shared: Pick<SharedStores, 'redisState' | 'redisSettings' | 'watch' | 'analyticsStatus'>,
): Promise<readonly DependencyState[]> {
  const redis = { name: 'redis', ...(await shared.redisState()) };
  // How far the sink is stands in Redis too; a Redis that only refuses writes tells it.
  if (redis.reason === 'redis_silent') return [redis];
  const [clock, analytics, settings] = await Promise.all([
    shared.watch.look(),
    within(shared.analyticsStatus(), ANALYTICS_READY_WAIT_MS),
    shared.redisSettings(),
  ]);
  const others = [
    redis,
    { name: 'clock', ...clock },
    { name: 'redis_settings', ...settings, required: false },
  ];
  if (analytics === LATE || analytics === FAILED) {
    const problem = 'How far analytics is behind is not known now.';
    return [...others, { name: 'analytics', ok: false, problem, required: false }];
  }
  const { ok, problem, lagRecords, lag_ms } = analytics;
  const lag = { records: lagRecords, ms: lag_ms };
  return [...others, { name: 'analytics', ok, problem, required: false, lag }];
}

async function orUnavailable<T>(answer: Promise<T> | T): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new AppError('storage_unavailable', 'The state cannot be read now; send it again.', { cause });
  }
}

/** Of what asks both stores: analytics says itself that it is away. */
async function analyticsOrUnavailable<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AnalyticsError) throw error;
    return orUnavailable(Promise.reject(error));
  }
}

/** What is not read under a deadline fails with what the caller should do about it. */
const stateWithAppErrors = (state: RiskState): RiskState => ({
  ...state,
  annotations: (decisionId) => orUnavailable(state.annotations(decisionId)),
  profile: (tenant, userKey) => orUnavailable(state.profile(tenant, userKey)),
  profileVersion: (tenant, userKey) => orUnavailable(state.profileVersion(tenant, userKey)),
  forget: (decisionIds) => orUnavailable(state.forget(decisionIds)),
});

const withAppErrors = (log: DecisionLog): DecisionLog => ({
  ...log,
  get head() {
    return log.head;
  },
  at: (position) => orUnavailable(log.at(position)),
  erase: (tenant, userKey) => orUnavailable(log.erase(tenant, userKey)),
});
