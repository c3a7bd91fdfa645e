import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClickHouseProcess, startClickHouseProcess } from './clickhouse-process.ts';
import { type GatehouseProcess, startGatehouseProcess } from './gatehouse-process.ts';
import { type RedisServer, startRedis, startRedisCluster } from './redis-server.ts';

/** The scaled-out mode as plain processes: Redis, ClickHouse, API nodes and workers. */
export interface Topology {
  readonly apis: readonly GatehouseProcess[];
  readonly workers: readonly GatehouseProcess[];
  /** One, or the nodes of a cluster. */
  readonly redis: readonly RedisServer[];
  readonly clickhouse: () => ClickHouseProcess;
  /** What a Gatehouse process needs to join. */
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Starts one more process of a role; its variables over those of all. */
  start(role: 'api' | 'worker', env?: Readonly<Record<string, string>>): Promise<GatehouseProcess>;
  /** Takes ClickHouse away by SIGKILL. */
  stopClickHouse(): Promise<void>;
  startClickHouse(): Promise<void>;
  dispose(): Promise<void>;
}

export interface TopologyOptions {
  readonly program: readonly string[];
  readonly apis: number;
  readonly workers: number;
  readonly cluster?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startTopology(options: TopologyOptions): Promise<Topology> {
  const { program } = options;
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-topology-'));
  const redis =
    options.cluster === true ? await startRedisCluster() : await startRedis().then((one) => single(one));
  const clickhousePath = join(directory, 'clickhouse');
  let clickhouse = await startClickHouseProcess({ path: clickhousePath, stepsBack: true });
  const port = Number(new URL(clickhouse.url).port);
  const env = {
    REDIS_URL: redis.url,
    REDIS_CLUSTER: options.cluster === true ? 'on' : 'off',
    CLICKHOUSE_URL: clickhouse.url,
    ...options.env,
  };
  const running: GatehouseProcess[] = [];
  let started = 0;

  const start: Topology['start'] = async (role, more = {}) => {
    const process_ = await startGatehouseProcess({
      program,
      dataDir: join(directory, `${role}-${started++}`),
      env: { ...env, GATEHOUSE_ROLE: role, ...more },
    }).ready;
    running.push(process_);
    return process_;
  };
  const many = (count: number, role: 'api' | 'worker'): Promise<GatehouseProcess[]> =>
    Promise.all(Array.from({ length: count }, () => start(role)));
  const workers = await many(options.workers, 'worker');
  const apis = await many(options.apis, 'api');
  return {
    apis,
    workers,
    redis: redis.nodes,
    clickhouse: () => clickhouse,
    env,
    directory,
    start,
    stopClickHouse: () => clickhouse.kill(),
    async startClickHouse() {
      clickhouse = await startClickHouseProcess({ path: clickhousePath, port, stepsBack: true });
    },
    async dispose() {
      await Promise.all(running.map((process_) => process_.stop()));
      await clickhouse.kill();
      await redis.dispose();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const single = (one: RedisServer) => ({ url: one.url, nodes: [one], dispose: () => one.dispose() });
