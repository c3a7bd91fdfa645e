import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Jobs } from '../workers/catalog.ts';
import { createKeyStore } from './adapters/embedded/key-store.ts';
import { createMemorySignInStore } from './adapters/embedded/sign-in-store.ts';
import { createViewStore } from './adapters/embedded/view-store.ts';
import { parseAddress } from './adapters/ip-intelligence/parse-address.ts';
import { createMetrics } from './adapters/prometheus/metrics.ts';
import { DEFAULT_TENANT, ensureBootstrapKey, makeApiKey } from './app/api-keys.ts';
import { createDecisionTokens, DEFAULT_DECISION_TOKEN_CONFIG } from './app/decision-token.ts';
import { ENGINE_VERSION } from './app/engine-version.ts';
import { createQuota, DEFAULT_QUOTA, type Quota } from './app/quota.ts';
import { createSavedViews } from './app/saved-views.ts';
import { createSignIn } from './app/sign-in.ts';
import { type Config, ConfigError } from './config.ts';
import { createLog } from './create-log.ts';
import { embeddedReadiness, openEngine } from './embedded-engine.ts';
import { buildProbeServer } from './http/probe-server.ts';
import { buildServer, type HttpServer } from './http/server.ts';
import type { Clock } from './ports/clock.ts';
import type { JobRunner } from './ports/job-runner.ts';
import { type KeyStore, SCOPES } from './ports/key-store.ts';
import type { SharedBuckets } from './ports/shared-buckets.ts';
import type { RedisEngine } from './redis-engine.ts';

export { createLog } from './create-log.ts';
export { type OpenEngine, openEngine } from './embedded-engine.ts';

const DAY_MS = 86_400_000;

export interface RunningGatehouse {
  /** Where it listens, as a browser would open it. */
  readonly url: string;
  /** A one-time sign-in link for the dashboards; `null`: this process serves none. */
  readonly signInLink: (() => Promise<string>) | null;
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

/** What the API is served from, in either mode. */
type Served = Omit<RedisEngine, 'ipIntelligence' | 'close' | 'sharedBuckets'> & {
  /** Absent in one process alone. */
  readonly sharedBuckets?: SharedBuckets;
  /** Absent in an API node, where none run. */
  readonly jobs?: JobQueue;
};
type JobQueue = Pick<JobRunner<Jobs>, 'counts'>;

interface Starting {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  /** Undone in reverse when the process stops, or cannot start. */
  readonly closers: (() => Promise<void>)[];
}

/**
 * Starts what the configuration asks for: everything in one process on the data directory, or on Redis and a ClickHouse
 * server an API node, a worker, or both.
 *
 * @throws ConfigError with one sentence for the operator
 */
export async function startGatehouse(options: StartOptions): Promise<RunningGatehouse> {
  const { config, log = createLog(config), clock = Date.now } = options;
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of closers.splice(0).toReversed()) await closeOne();
  };
  const starting: Starting = { config, log, clock, closers };
  try {
    const started = config.redisUrl === null ? await startEmbedded(starting) : await startScaledOut(starting);
    return { ...started, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Started = Omit<RunningGatehouse, 'close'>;

async function startEmbedded(starting: Starting): Promise<Started> {
  const { config, log, clock, closers } = starting;
  const engine = await openEngine({ config, log, clock });
  closers.push(engine.close);
  const apiKeys = createKeyStore({ config: { path: join(config.dataDir, 'keys') }, clock, log });
  closers.push(() => apiKeys.close());
  const viewStore = createViewStore({ path: join(config.dataDir, 'views') });
  closers.push(() => viewStore.close());
  return serveApi(starting, {
    ...engine,
    apiKeys,
    viewStore,
    signInStore: createMemorySignInStore(),
    health: engine.analytics,
    readiness: () => embeddedReadiness(engine),
  });
}

async function startScaledOut(starting: Starting): Promise<Started> {
  const { config, log, clock, closers } = starting;
  // Loaded here: the embedded mode starts without the modules of Redis, an API node without those of the job queue.
  const { openRedisEngine, openSharedStores } = await import('./redis-engine.ts');
  const shared = await openSharedStores({ config, log, clock });
  closers.push(shared.close);
  const worker =
    config.role === 'api'
      ? null
      : await (await import('./redis-worker.ts')).openWorker({ config, log, clock }, shared);
  if (worker !== null) closers.push(worker.close);
  if (config.role !== 'worker') {
    const engine = await openRedisEngine({ config, log, clock }, shared);
    closers.push(engine.close);
    return serveApi(starting, worker === null ? engine : { ...engine, jobs: worker.jobs });
  }
  if (worker === null) throw new ConfigError(`GATEHOUSE_ROLE=${config.role} starts nothing.`);
  const { apiKeys, readiness, analyticsStatus, jobs } = worker;
  const server = await buildProbeServer({
    log,
    keys: apiKeys,
    // A worker serves no dashboards: nobody has a session here.
    signIn: createSignIn({ keys: apiKeys, store: createMemorySignInStore(), clock }),
    quota: quotaOf(config, clock),
    metrics: createMetrics({ analyticsStatus, jobCounts: jobs.counts, readiness, clock }),
    readiness,
  });
  await listen(server.app, config);
  closers.push(() => server.close());
  const url = urlOf(server.app.server.address() as AddressInfo);
  log.info({ url, role: config.role }, 'Gatehouse works');
  return { url, firstKey: null, signInLink: null };
}

/** Serves the API and the dashboards. */
async function serveApi({ config, log, clock, closers }: Starting, engine: Served): Promise<Started> {
  const { apiKeys } = engine;
  const firstKey = await ensureKeys(apiKeys, config, clock);
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
  const signIn = createSignIn({ keys: apiKeys, store: engine.signInStore, clock });
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
    views: createSavedViews({ store: engine.viewStore, clock, newUuid: randomUUID }),
    health: engine.health,
    keys: apiKeys,
    tokens,
    signIn,
    quota: quotaOf(config, clock, engine.sharedBuckets),
    metrics: createMetrics({
      analyticsStatus: () => engine.health.status(),
      ...(engine.jobs === undefined ? {} : { jobCounts: engine.jobs.counts }),
      readiness: engine.readiness,
      clock,
    }),
    readiness: engine.readiness,
    hasher: engine.hasher,
    parseAddress,
  });
  await listen(server.app, config);
  closers.push(() => server.close());
  const url = urlOf(server.app.server.address() as AddressInfo);
  log.info({ url, role: config.role }, 'Gatehouse is ready');
  return {
    url,
    firstKey,
    signInLink: async () => `${url}/sign-in#token=${(await signIn.createLink(DEFAULT_TENANT)).token}`,
  };
}

const quotaOf = (config: Config, clock: Clock, shared?: SharedBuckets): Quota =>
  createQuota({
    config: { ...DEFAULT_QUOTA, ...(config.quota_rps === null ? {} : { default_rps: config.quota_rps }) },
    clock,
    ...(shared === undefined ? {} : { shared }),
  });

/** The bootstrap key when one is configured; else a first key, made once for an installation that has none. */
async function ensureKeys(keys: KeyStore, config: Config, clock: Clock): Promise<string | null> {
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

async function listen(app: HttpServer['app'], config: Config): Promise<void> {
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
