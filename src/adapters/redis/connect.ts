import { Cluster, Redis } from 'ioredis';
import type { BaseLogger } from 'pino';
import { writeTogether } from './write-together.ts';

/** One Redis, or a Redis Cluster: the same commands, one key (or one hash tag) each. */
export type RedisClient = Redis | Cluster;

export interface RedisConfig {
  /** `redis://` or `rediss://` (TLS), with user and password; for a cluster several, with commas between them. */
  readonly url: string;
  readonly cluster: boolean;
}

export interface RedisConnection {
  readonly client: RedisClient;
  readonly cluster: boolean;
  /** Whether Redis answers now. */
  status(): { readonly ok: boolean; readonly problem: string | null };
  close(): Promise<void>;
}

export const REDIS_SILENT = 'Redis does not answer: decisions are judged without state and not recorded.';

/** The address names no Redis. The message is one sentence for the operator, without the password. */
export class RedisUrlError extends Error {
  readonly code = 'redis_url';
}

const RECONNECT_MS = [20, 500] as const;
const CONNECT_TIMEOUT_MS = 2_000;
/** A server that says nothing for so long while it is asked is given up, so that what waits for it does not pile up. */
const SILENCE_MS = 2_000;
const PROBE_MS = 500;
const PROBE_WAIT_MS = 1_000;

/**
 * Connects, and goes on trying by itself. A command fails at once while there is no connection, and is never sent
 * twice: whoever sent it knows best whether it may be repeated.
 */
export function connectRedis(options: {
  readonly config: RedisConfig;
  readonly log: Pick<BaseLogger, 'info' | 'warn'>;
}): RedisConnection {
  const { config, log } = options;
  const client = config.cluster ? openCluster(config.url) : openSingle(config.url);
  let answered = false;
  let silent = false;
  let told = false;
  // ioredis reports each failed try to connect; one line an outage says as much.
  client.on('error', (error: Error) => {
    if (!told)
      log.warn({ err: error, code: 'redis_lost' }, 'Redis does not answer; trying again until it does');
    told = true;
  });
  client.on('ready', () => {
    answered = true;
    silent = false;
    if (told) log.info({ code: 'redis_back' }, 'Redis answers again');
    told = false;
  });

  let probing = false;
  const probe = setInterval(() => {
    if (probing || client.status !== 'ready') return;
    probing = true;
    const late = setTimeout(() => {
      silent = true;
    }, PROBE_WAIT_MS);
    late.unref();
    client.ping().then(
      () => {
        silent = false;
        clearTimeout(late);
        probing = false;
      },
      () => {
        silent = true;
        clearTimeout(late);
        probing = false;
      },
    );
  }, PROBE_MS);
  probe.unref();

  return {
    client,
    cluster: config.cluster,
    status() {
      const ok = client.status === 'ready' && !silent;
      const problem = ok ? null : answered ? REDIS_SILENT : 'Redis has not answered yet.';
      return { ok, problem };
    },
    async close() {
      clearInterval(probe);
      try {
        if (client.status === 'ready') await client.quit();
      } catch (error) {
        log.warn({ err: error }, 'Redis went away while the connection was closed');
      }
      client.disconnect();
    },
  };
}

/**
 * A client that waits: through an outage, and at Redis for the next job. For a job runner, which hands its commands to
 * nobody who must answer in time.
 */
export function connectQueue(options: {
  readonly config: RedisConfig;
  readonly log: Pick<BaseLogger, 'info' | 'warn'>;
}): RedisClient {
  const { config, log } = options;
  const client = config.cluster ? openCluster(config.url, WAITING) : openSingle(config.url, WAITING);
  let told = false;
  client.on('error', (error: Error) => {
    if (!told)
      log.warn({ err: error, code: 'queue_lost' }, 'the queue of jobs does not answer; trying again');
    told = true;
  });
  client.on('ready', () => {
    told = false;
  });
  return client;
}

/** Waits for the first answer. @throws Error when there is none in time. */
export async function untilReady(client: RedisClient, within_ms: number): Promise<void> {
  if (client.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      client.off('ready', done);
      reject(new Error(`Redis did not answer within ${within_ms} ms`));
    }, within_ms);
    client.once('ready', done);
  });
}

const reconnect = (times: number): number => Math.min(RECONNECT_MS[0] * times, RECONNECT_MS[1]);

const ANSWERING = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: SILENCE_MS,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
} as const;
/** No bound on silence: a worker may wait at Redis for as long as nothing is to do. */
const WAITING = {
  connectTimeout: CONNECT_TIMEOUT_MS,
  maxRetriesPerRequest: null,
  enableOfflineQueue: true,
} as const;
type Manner = typeof ANSWERING | typeof WAITING;

function openSingle(text: string, manner: Manner = ANSWERING): Redis {
  const client = new Redis({
    ...optionsOf(parseUrl(text)),
    ...manner,
    retryStrategy: reconnect,
    // After a failover the address leads to another server; this connection would stay with the one that was demoted.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  if (manner === ANSWERING) writeTogether(client);
  return client;
}

function openCluster(text: string, manner: Manner = ANSWERING): Cluster {
  const nodes = text.split(',').map((part) => parseUrl(part.trim()));
  const [first] = nodes;
  if (first === undefined) throw new RedisUrlError('REDIS_URL names no Redis.');
  const { host, port, ...shared } = optionsOf(first);
  const { enableOfflineQueue, ...ofNode } = manner;
  return new Cluster(
    nodes.map((node) => ({ host: node.hostname, port: portOf(node) })),
    {
      redisOptions: { ...shared, ...ofNode },
      // Servers are connected to when they are first asked, and without pipelines commands that come meanwhile fail.
      enableAutoPipelining: manner === ANSWERING,
      enableOfflineQueue,
      clusterRetryStrategy: reconnect,
      clusterNodeRetryStrategy: reconnect,
      slotsRefreshTimeout: SILENCE_MS,
      // A command that met a dead node fails: its sender judges without, and a repeat is its own choice.
      ...(enableOfflineQueue ? {} : { retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 }),
    },
  );
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === '') {
    throw new RedisUrlError('REDIS_URL must be like redis://host:6379 or rediss://user:password@host:6379.');
  }
  return url;
}

const portOf = (url: URL): number => (url.port === '' ? 6_379 : Number(url.port));

function optionsOf(url: URL) {
  return {
    // WHATWG writes IPv6 hosts in brackets, which a socket does not take.
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: portOf(url),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.pathname.length > 1 ? { db: Number(url.pathname.slice(1)) } : {}),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}
