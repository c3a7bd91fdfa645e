import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient, eventually, reasonsOf } from '../support/api-client.ts';
import { builtProgram } from '../support/built-product.ts';
import { loginOf } from '../support/logins.ts';
import { runGatehouse } from '../support/running-gatehouse.ts';
import { startTopology, type Topology } from '../support/topology.ts';

const JOB_NAMES = ['erasure-sweep', 'retention', 'feed-refresh', 'population-snapshots'];
const ERASED_WITHIN_MS = 60_000;
const WITHIN_MS = 20_000;
/** An address of the lists below. */
const LISTED = '187.20.91.7';

const directory = mkdtempSync(join(tmpdir(), 'gatehouse-lists-'));
const list = join(directory, 'bad.txt');
const lists = { GATEHOUSE_IP_LISTS: `blocklist:cidr:${list}`, GATEHOUSE_IP_LISTS_RELOAD_S: '1' };
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const metricsAt = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();
const gauge = (text: string, name: string, job: string): number =>
  Number(new RegExp(`^${name}\\{job="${job}"\\} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);

/** Whether a decision knows that the address is listed. */
const isListed = async (url: string): Promise<boolean> => {
  const decision = await createApiClient(url).risk(loginOf('listed', { ip: LISTED }), '?dry_run=true');
  return reasonsOf(decision).includes('network.blocklisted');
};

describe('the jobs of the catalog in one process', () => {
  it('run, are counted in the metrics, and read changed network lists again', async () => {
    writeFileSync(list, '192.0.2.0/24\n');
    const gatehouse = await runGatehouse(lists);
    try {
      const { url } = gatehouse.api;
      expect(await isListed(url)).toBe(false);
      writeFileSync(list, `${LISTED}/32\n`);
      await eventually(() => isListed(url), Boolean, WITHIN_MS);
      const text = await metricsAt(url);
      for (const job of JOB_NAMES) {
        expect(gauge(text, 'gatehouse_jobs_failed', job), job).toBe(0);
        expect(gauge(text, 'gatehouse_jobs_waiting', job), job).toBe(job === 'erasure-sweep' ? 0 : 1);
      }
      await gatehouse.api.risk(loginOf('leaving'));
      expect((await gatehouse.api.post('/v1/users/erase', { user_id: 'leaving' })).status).toBe(200);
      expect(gauge(await metricsAt(url), 'gatehouse_jobs_waiting', 'erasure-sweep')).toBe(1);
    } finally {
      await gatehouse.dispose();
    }
  }, 60_000);
});

describe('the jobs of the catalog on Redis', () => {
  let topology: Topology;
  beforeAll(async () => {
    writeFileSync(list, '192.0.2.0/24\n');
    topology = await startTopology({ program: await builtProgram(), apis: 2, workers: 2, env: lists });
  }, 120_000);
  afterAll(() => topology?.dispose(), 120_000);

  it('are scheduled once for all workers, and counted in the metrics of each', async () => {
    for (const { url } of topology.workers) {
      const text = await eventually(
        () => metricsAt(url),
        (answer) => gauge(answer, 'gatehouse_jobs_waiting', 'population-snapshots') === 1,
        WITHIN_MS,
      );
      expect(text).toContain('gatehouse_jobs_up 1');
      for (const job of JOB_NAMES) {
        expect(gauge(text, 'gatehouse_jobs_failed', job), job).toBe(0);
        expect(gauge(text, 'gatehouse_jobs_failures', job), job).toBe(0);
        expect(gauge(text, 'gatehouse_jobs_lag_seconds', job), job).toBeLessThan(5);
      }
    }
  });

  it('make every API node read changed network lists again', async () => {
    const urls = topology.apis.map(({ url }) => url);
    for (const url of urls) expect(await isListed(url)).toBe(false);
    writeFileSync(list, `${LISTED}/32\n`);
    for (const url of urls) await eventually(() => isListed(url), Boolean, WITHIN_MS);
  });

  it('an erasure leaves a sweep behind, for what comes late', async () => {
    const [api] = topology.apis.map(({ url }) => createApiClient(url));
    await api?.risk(loginOf('leaving'));
    // A machine that is busy takes longer to carry what the user did than an answer waits: it asks for the same again.
    await eventually(
      async () => (await api?.post('/v1/users/erase', { user_id: 'leaving' }))?.status,
      (status) => status === 200,
      ERASED_WITHIN_MS,
    );
    await eventually(
      () => metricsAt(topology.workers[0]?.url ?? ''),
      (text) => gauge(text, 'gatehouse_jobs_waiting', 'erasure-sweep') >= 1,
      WITHIN_MS,
    );
  }, 120_000);

  /** The queue's client waits so long for a job in one blocking read (BullMQ's `drainDelay`, as it comes). */
  const BLOCKED_READ_MS = 5_000;

  it('a worker and an API node that have nothing to do end on SIGTERM, and do not wait for a blocked read of the queue', async () => {
    for (const role of ['worker', 'api'] as const) {
      const process_ = await topology.start(role);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const asked_ms = performance.now();
      expect(await process_.stop()).toBe(0);
      expect(performance.now() - asked_ms, role).toBeLessThan(0.6 * BLOCKED_READ_MS);
    }
  }, 60_000);
});
