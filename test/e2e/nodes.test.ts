import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient, eventually, type ProblemAnswer, problemCode } from '../support/api-client.ts';
import { builtProgram } from '../support/built-product.ts';
import type { GatehouseProcess } from '../support/gatehouse-process.ts';
import { loginOf } from '../support/logins.ts';
import { startTopology, type Topology } from '../support/topology.ts';

const WITHIN_MS = 20_000;

let topology: Topology;
let program: readonly string[];
let nodes: readonly [GatehouseProcess, GatehouseProcess];
beforeAll(async () => {
  program = await builtProgram();
  topology = await startTopology({
    program,
    apis: 2,
    workers: 1,
    env: { GATEHOUSE_BUDGET_MS: '10000', GATEHOUSE_COMMIT_WAIT_MS: '10000' },
  });
  nodes = topology.apis as [GatehouseProcess, GatehouseProcess];
}, 120_000);
afterAll(() => topology?.dispose(), 120_000);

const json = { 'content-type': 'application/json' };

describe('several API nodes behind one balancer', () => {
  it('a browser that signed in at one is signed in at the other, and signed out at both; a link works once for all', async () => {
    const token = nodes[0].signInLink.split('token=')[1] ?? '';
    const signIn = (url: string) =>
      fetch(`${url}/session`, {
        method: 'POST',
        headers: { ...json, 'x-gatehouse-csrf': '1', origin: url },
        body: JSON.stringify({ link_token: token }),
      });
    // The link of one node, used at the other.
    const opened = await signIn(nodes[1].url);
    expect(opened.status, await opened.clone().text()).toBe(200);
    expect((await signIn(nodes[0].url)).status).toBe(401);
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    const statusAt = async (url: string): Promise<number> =>
      (await fetch(`${url}/session`, { headers: { cookie } })).status;
    for (const { url } of nodes) expect(await statusAt(url)).toBe(200);
    const panels = await fetch(`${nodes[0].url}/v1/analytics/panels`, { headers: { cookie } });
    expect(panels.status).toBe(200);
    const ended = await fetch(`${nodes[0].url}/session`, {
      method: 'DELETE',
      headers: { cookie, 'x-gatehouse-csrf': '1', origin: nodes[0].url },
    });
    expect(ended.status).toBe(204);
    for (const { url } of nodes) expect(await statusAt(url)).toBe(401);
  });

  it('a key’s quota holds for all nodes together: 429 with Retry-After, and no other key is kept from its own', async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...program, 'keys', 'create', '--tenant', 'small', '--scopes', 'risk:write', '--quota', '0.2'],
      { env: { PATH: process.env.PATH, ...topology.env } },
    );
    const [one, other] = nodes.map(({ url }) => createApiClient(url, stdout.trim())) as [
      ReturnType<typeof createApiClient>,
      ReturnType<typeof createApiClient>,
    ];
    // A quota of one request in five seconds, no burst: the first one, at whichever node, uses it up.
    await eventually(
      () => one.post('/v1/risk', loginOf('first')),
      ({ status }) => status === 200,
      WITHIN_MS,
    );
    const there = await eventually(
      () => other.post<ProblemAnswer>('/v1/risk', loginOf('second')),
      ({ status }) => status === 429,
      WITHIN_MS,
    );
    expect(problemCode(there.body)).toBe('rate_limited');
    expect(Number(there.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    for (const { url } of nodes) {
      expect((await createApiClient(url).post('/v1/risk', loginOf('of-another-key'))).status).toBe(200);
    }
  });

  it('/readyz and /metrics say how far analytics is behind, in records and in time', async () => {
    const { url } = nodes[0];
    // With its schema there: what is cut short here is the carrying, and not the first migration.
    await eventually(
      async () => (await fetch(`${url}/readyz`)).json() as Promise<Readiness>,
      ({ status, dependencies }) => status === 'ready' && lagOf(dependencies)?.lag_records === 0,
      60_000,
    );
    await topology.stopClickHouse();
    try {
      const api = createApiClient(url);
      await Promise.all(Array.from({ length: 60 }, (_, i) => api.risk(loginOf(`waiting-${i}`))));
      const ready = await eventually(
        async () => (await fetch(`${url}/readyz`)).json() as Promise<Readiness>,
        ({ dependencies }) => (lagOf(dependencies)?.lag_ms ?? 0) > 1_000,
        WITHIN_MS,
      );
      expect(ready.status).toBe('degraded');
      expect(lagOf(ready.dependencies)?.lag_records).toBeGreaterThanOrEqual(40);
      const text = await (await fetch(`${url}/metrics`)).text();
      const gauge = (name: string): number =>
        Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
      expect(gauge('gatehouse_sink_lag_seconds')).toBeGreaterThan(1);
      expect(gauge('gatehouse_sink_lag_records')).toBeGreaterThanOrEqual(40);
    } finally {
      await topology.startClickHouse();
    }
    await eventually(
      async () => (await fetch(`${url}/readyz`)).json() as Promise<Readiness>,
      ({ status, dependencies }) => status === 'ready' && lagOf(dependencies)?.lag_records === 0,
      60_000,
    );
  }, 120_000);
});

interface Dependency {
  readonly name: string;
  readonly lag_records?: number | null;
  readonly lag_ms?: number | null;
}
interface Readiness {
  readonly status: string;
  readonly dependencies: readonly Dependency[];
}
const lagOf = (dependencies: readonly Dependency[]): Dependency | undefined =>
  dependencies.find(({ name }) => name === 'analytics');
