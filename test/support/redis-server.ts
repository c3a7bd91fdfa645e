import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

export const REDIS_SERVER = process.env.REDIS_SERVER_PATH ?? 'redis-server';

/** A Redis of this test alone: on loopback, its files in a directory of its own, every write synced before its reply. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Where its files are. */
  readonly directory: string;
  readonly pid: () => number | undefined;
  /** SIGKILL, and waits until it is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same port and files. */
  readonly start: () => Promise<void>;
  /** SIGSTOP: it is there and says nothing. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly dispose: () => Promise<void>;
}

export interface RedisServerOptions {
  readonly fsync?: 'always' | 'everysec';
  readonly cluster?: boolean;
}

/** A port that nobody uses now; the system does not give it out again soon. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** A large append-only file takes a while to read on a busy machine. */
const UP_WITHIN_MS = 60_000;

/** It ended by itself, as it does when somebody else took its port between the look and the start. */
class EndedEarly extends Error {}
const MAX_STARTS = 3;

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  for (let starts = 1; ; starts++) {
    const server = prepareRedis(await freePort(), options);
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.dispose();
      if (!(error instanceof EndedEarly) || starts === MAX_STARTS) throw error;
    }
  }
}

function prepareRedis(port: number, options: RedisServerOptions): RedisServer {
  const { fsync = 'always', cluster = false } = options;
  const dir = mkdtempSync(join(tmpdir(), 'gatehouse-redis-'));
  let child: ChildProcess | null = null;

  const start = async (): Promise<void> => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''];
    args.push('--appendonly', 'yes', '--appendfsync', fsync, '--maxmemory-policy', 'noeviction');
    if (cluster) {
      // The bus listens 10,000 ports above unless told otherwise, which may be none at all.
      args.push('--cluster-enabled', 'yes', '--cluster-node-timeout', '2000');
      args.push('--cluster-port', String(await freePort()));
    }
    const started = spawn(REDIS_SERVER, args, { stdio: 'ignore' });
    child = started;
    started.once('error', () => undefined);
    await untilUp(port, started);
  };
  const kill = async (): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    directory: dir,
    pid: () => child?.pid,
    kill,
    start,
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    async dispose() {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A server forgets whom it met when the handshake takes longer than its node timeout, as on a busy machine. */
const MEET_AGAIN_MS = 3_000;

/** Three primaries with all slots between them; no replicas. */
export async function startRedisCluster(): Promise<{
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  readonly dispose: () => Promise<void>;
}> {
  const nodes = await Promise.all([1, 2, 3].map(() => startRedis({ cluster: true })));
  const dispose = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.dispose()));
  };
  const clients = nodes.map(({ port }) => new Redis({ host: '127.0.0.1', port }));
  try {
    const share = 16_384 / 3;
    await Promise.all(
      clients.map((client, i) =>
        client.call(
          'CLUSTER',
          'ADDSLOTSRANGE',
          String(Math.ceil(i * share)),
          String(Math.ceil((i + 1) * share) - 1),
        ),
      ),
    );
    const [first, ...others] = clients;
    const places = await Promise.all(
      others.map(async (client) => {
        const [, bus = ''] = (await client.config('GET', 'cluster-port')) as string[];
        return [String(client.options.port), bus] as const;
      }),
    );
    let met_ms = Number.NEGATIVE_INFINITY;
    for (const client of clients) {
      await until(async () => {
        if (performance.now() - met_ms > MEET_AGAIN_MS) {
          met_ms = performance.now();
          for (const place of places) await first?.call('CLUSTER', 'MEET', '127.0.0.1', ...place);
        }
        return String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok');
      });
    }
  } catch (error) {
    await dispose();
    throw error;
  } finally {
    for (const client of clients) client.disconnect();
  }
  return { url: nodes.map(({ url }) => url).join(','), nodes, dispose };
}

async function untilUp(port: number, child: ChildProcess): Promise<void> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 20,
    enableReadyCheck: true,
  });
  client.on('error', () => undefined);
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new EndedEarly(`redis-server ended with ${child.exitCode}`);
      return client.status === 'ready';
    });
  } finally {
    client.disconnect();
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline_ms = performance.now() + UP_WITHIN_MS;
  while (!(await condition())) {
    if (performance.now() > deadline_ms) throw new Error('Redis did not come up');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
