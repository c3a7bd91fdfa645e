import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ClickHouseConnection } from '../../src/adapters/clickhouse/connect.ts';
import { type ApiClient, createApiClient, eventually, knowsKey } from './api-client.ts';
import { builtProgram } from './built-product.ts';
import { type GatehouseProcess, startGatehouseProcess } from './gatehouse-process.ts';
import { startTopology } from './topology.ts';

export interface RunningGatehouse {
  readonly api: ApiClient;
  readonly dataDir: string;
  /** One of those that serve the API. */
  readonly process: GatehouseProcess;
  /** Everything that its processes logged. */
  logged(): string;
  /** `/metrics` of every process, one after the other. */
  metrics(): Promise<string>;
  /** Where its analytics are read while it is stopped. */
  readonly analytics: ClickHouseConnection;
  /** SIGTERM to all of its processes, then new ones on the same stores. */
  restart(whileStopped?: (exitCode: number | null) => Promise<void>): Promise<RunningGatehouse>;
  /** A key made by the command line beside the server. It is known to it within 2 s. */
  createKey(tenant: string, scopes: string): Promise<string>;
  /** Ends the life of every key of a tenant, by the command line too. */
  revokeKeys(tenant: string): Promise<void>;
  /** Stops the process and removes its data directory. */
  dispose(): Promise<void>;
}

/** Starts the product in one of its modes. */
export type RunGatehouse = (env?: Readonly<Record<string, string>>) => Promise<RunningGatehouse>;

/** The whole product in a process of its own on a temporary directory. */
export const runGatehouse: RunGatehouse = async (env = {}) => {
  const program = await builtProgram();
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-e2e-'));
  const keys = keysBeside(program, { GATEHOUSE_DATA_DIR: dataDir });
  const start = async (): Promise<RunningGatehouse> => {
    const process_ = await startGatehouseProcess({ program, dataDir, env }).ready;
    return {
      api: createApiClient(process_.url),
      dataDir,
      process: process_,
      logged: () => process_.logged(),
      metrics: () => metricsOf([process_]),
      analytics: { kind: 'embedded', path: join(dataDir, 'analytics') },
      async restart(whileStopped) {
        const exitCode = await process_.stop();
        await whileStopped?.(exitCode);
        return start();
      },
      ...keys,
      async dispose() {
        await process_.stop();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  };
  return start();
};

/** API nodes and workers on a Redis, or a Redis Cluster, and a ClickHouse server; callers come to the nodes in turn. */
export async function runScaledOut(
  { cluster = false, apis = 2, workers = 2, sticky = false }: ScaledOut,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningGatehouse> {
  const program = await builtProgram();
  const topology = await startTopology({
    program,
    apis,
    workers,
    cluster,
    env: { GATEHOUSE_BUDGET_MS: UNHURRIED_MS, GATEHOUSE_COMMIT_WAIT_MS: UNHURRIED_MS, ...env },
  });
  const keys = keysBeside(program, topology.env);
  const running = (nodes: readonly GatehouseProcess[], working: readonly GatehouseProcess[]) => {
    const all = [...nodes, ...working];
    const [first] = nodes;
    if (first === undefined) throw new Error('a topology needs an API node');
    const here: RunningGatehouse = {
      api: createApiClient(sticky ? first.url : nodes.map(({ url }) => url)),
      dataDir: topology.directory,
      process: first,
      logged: () => all.map((each) => each.logged()).join(''),
      metrics: () => metricsOf(all),
      analytics: { kind: 'server', url: topology.clickhouse().url },
      async restart(whileStopped) {
        // The sink ends with the batches under way: what is left waits in the log.
        await carried(working);
        const codes = [...(await stopAll(nodes)), ...(await stopAll(working))];
        await whileStopped?.(codes.find((code) => code !== 0) ?? 0);
        const again = await Promise.all(working.map(() => topology.start('worker')));
        return running(await Promise.all(nodes.map(() => topology.start('api'))), again);
      },
      async createKey(tenant, scopes) {
        const key = await keys.createKey(tenant, scopes);
        // Each node knows it within 2 s, not all at the same moment.
        for (const { url } of nodes) {
          await eventually(
            () => createApiClient(url, key).get('/v1/analytics/panels'),
            knowsKey,
            KNOWN_WITHIN_MS,
          );
        }
        return key;
      },
      revokeKeys: keys.revokeKeys,
      dispose: () => topology.dispose(),
    };
    return here;
  };
  return running(topology.apis, topology.workers);
}

export interface ScaledOut {
  readonly cluster?: boolean;
  readonly apis?: number;
  readonly workers?: number;
  /** All callers come to one node, the others stand by: for what nodes learn of each other only after seconds. */
  readonly sticky?: boolean;
}

/** These tests look at what is answered, beside others that keep the machine busy; outages have tests of their own. */
const UNHURRIED_MS = '10000';
const KNOWN_WITHIN_MS = 10_000;
const CARRIED_WITHIN_MS = 20_000;

const stopAll = (processes: readonly GatehouseProcess[]): Promise<(number | null)[]> =>
  Promise.all(processes.map((each) => each.stop()));

/** Waits until analytics holds everything. */
async function carried([worker]: readonly GatehouseProcess[]): Promise<void> {
  if (worker === undefined) return;
  await eventually(
    () => metricsOf([worker]),
    (text) => /^gatehouse_sink_lag_seconds 0$/m.test(text),
    CARRIED_WITHIN_MS,
  );
}

async function metricsOf(processes: readonly GatehouseProcess[]): Promise<string> {
  const texts = await Promise.all(processes.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
  return texts.join('');
}

/** The command line's `keys`, with variables of its own environment. */
function keysBeside(
  program: readonly string[],
  env: Readonly<Record<string, string>>,
): Pick<RunningGatehouse, 'createKey' | 'revokeKeys'> {
  const keys = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [...program, 'keys', ...args], {
      env: { PATH: process.env.PATH, ...env },
    });
    return stdout.trim();
  };
  return {
    createKey: (tenant, scopes) => keys('create', '--tenant', tenant, '--scopes', scopes),
    async revokeKeys(tenant) {
      const lines = (await keys('list', '--json', '--tenant', tenant)).split('\n');
      for (const line of lines) await keys('revoke', (JSON.parse(line) as { id: string }).id);
    },
  };
}
