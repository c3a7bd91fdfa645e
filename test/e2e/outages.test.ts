import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiClient, createApiClient, type DecisionBody, eventually } from '../support/api-client.ts';
import { builtProgram } from '../support/built-product.ts';
import type { GatehouseProcess } from '../support/gatehouse-process.ts';
import { loginOf } from '../support/logins.ts';
import { startTopology, type Topology } from '../support/topology.ts';

const BUDGET_MS = 50;
const WITHIN_MS = 30_000;
/** Between a client's requests: enough of them, and room for everything else on the machine. */
const PAUSE_MS = 10;

interface Degradable extends DecisionBody {
  readonly degraded: unknown;
}
interface Readiness {
  readonly status: string;
  readonly dependencies: readonly { readonly name: string; readonly ok: boolean }[];
}

let topology: Topology;
beforeAll(async () => {
  topology = await startTopology({ program: await builtProgram(), apis: 2, workers: 2 });
}, 120_000);
afterAll(() => topology?.dispose(), 120_000);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const timed = async <T>(work: () => Promise<T>): Promise<readonly [answer: T, took_ms: number]> => {
  const from_ms = performance.now();
  return [await work(), performance.now() - from_ms];
};

const readiness = async (url: string): Promise<readonly [status: number, body: Readiness]> => {
  const response = await fetch(`${url}/readyz`);
  return [response.status, (await response.json()) as Readiness];
};

const decide = (api: ApiClient, user: string) => api.post<Degradable>('/v1/risk', loginOf(user));

describe('Redis is there and says nothing', () => {
  it('decisions are answered within their budget, degraded and not recorded; /readyz says so; all of it heals by itself', async () => {
    const [{ url }] = topology.apis as [GatehouseProcess];
    const api = createApiClient(url);
    for (let i = 0; i < 20; i++) await api.risk(loginOf('before'));
    // What the way to the server and back takes on this machine now.
    const ways: number[] = [];
    const answers: (readonly [Degradable, number])[] = [];
    // What waiting for the budget alone takes here: timers are late where the processors are busy.
    const waited: number[] = [];
    for (const server of topology.redis) server.pause();
    try {
      for (let i = 0; i < 15; i++) {
        const [answer, took_ms] = await timed(() => decide(api, `paused-${i}`));
        expect(answer.status).toBe(200);
        answers.push([answer.body, took_ms]);
        ways.push((await timed(() => fetch(`${url}/healthz`).then((response) => response.text())))[1]);
        waited.push((await timed(() => wait(BUDGET_MS)))[1]);
      }
      for (const asked of [0, 1, 2]) {
        const [status, { dependencies }] = await readiness(url);
        expect(status, `asked ${asked}`).toBe(503);
        expect(dependencies.find(({ name }) => name === 'redis')).toMatchObject({ ok: false });
      }
    } finally {
      for (const server of topology.redis) server.resume();
    }
    for (const [decision] of answers) {
      expect(decision.recorded).toBe(false);
      expect(decision.degraded).not.toBeNull();
    }
    const times = answers.map(([, took_ms]) => took_ms - median(ways));
    // One wait in all, not one for what is read and another for what is stored; the work beside it takes its share where
    // the processors are busy.
    expect(median(times), JSON.stringify(times)).toBeLessThan(1.5 * median(waited));
    await eventually(
      () => decide(api, 'after'),
      ({ status, body }) => status === 200 && body.recorded && body.degraded === null,
      WITHIN_MS,
    );
    await eventually(
      () => readiness(url),
      ([status]) => status === 200,
      WITHIN_MS,
    );
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(Number(/^gatehouse_decisions_unrecorded_total (\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(
      15,
    );
  }, 120_000);
});

describe('one process of many is killed', () => {
  /** Asks a node for decisions until it is told to end; every status that it answered. */
  function asking(url: string, name: string) {
    const api = createApiClient(url);
    const seen = new Map<number, number>();
    let going = true;
    const done = (async () => {
      for (let i = 0; going; i++) {
        const { status } = await decide(api, `${name}-${i % 50}`);
        seen.set(status, (seen.get(status) ?? 0) + 1);
        await wait(PAUSE_MS);
      }
    })();
    return {
      seen,
      async end() {
        going = false;
        await done;
        return [...seen.keys()];
      },
    };
  }

  it('no other API node answers a valid request with a 5xx, whichever it is', async () => {
    const [survivor, api] = topology.apis as [GatehouseProcess, GatehouseProcess];
    const [, worker] = topology.workers as [GatehouseProcess, GatehouseProcess];
    const load = [1, 2, 3].map((n) => asking(survivor.url, `client-${n}`));
    for (const victim of [api, worker]) {
      await wait(1_000);
      await victim.kill();
      await wait(1_000);
    }
    await topology.stopClickHouse();
    await wait(1_000);
    await topology.startClickHouse();
    const statuses = await Promise.all(load.map((client) => client.end()));
    expect(new Set(statuses.flat())).toEqual(new Set([200]));
  }, 120_000);

  it('Redis killed and started again: 200 all the while, recorded again afterwards, by itself', async () => {
    const [survivor] = topology.apis as [GatehouseProcess];
    const load = [1, 2].map((n) => asking(survivor.url, `without-${n}`));
    for (const server of topology.redis) await server.kill();
    await wait(1_500);
    for (const server of topology.redis) await server.start();
    await eventually(
      () => decide(createApiClient(survivor.url), 'again'),
      ({ body }) => body.recorded && body.degraded === null,
      WITHIN_MS,
    );
    const statuses = await Promise.all(load.map((client) => client.end()));
    expect(new Set(statuses.flat())).toEqual(new Set([200]));
  }, 120_000);
});
