import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiClient, createApiClient, type ProblemAnswer } from '../support/api-client.ts';
import { launchBrowser } from '../support/browser.ts';
import { buildDashboards, builtProgram } from '../support/built-product.ts';
import { byTestId, visitDashboards } from '../support/dashboard-page.ts';
import { loginOf } from '../support/logins.ts';
import { startTopology, type Topology } from '../support/topology.ts';

const PATIENCE_MS = 60_000;

let topology: Topology;
let api: ApiClient;
let browser: Browser;

beforeAll(async () => {
  await buildDashboards();
  topology = await startTopology({
    program: await builtProgram(),
    apis: 1,
    workers: 1,
    // What a busy machine stores late is another test's business.
    env: { GATEHOUSE_BUDGET_MS: '10000', GATEHOUSE_COMMIT_WAIT_MS: '10000' },
  });
  api = createApiClient(topology.apis[0]?.url ?? '');
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await topology?.dispose();
});

const list = () => api.post<ProblemAnswer>('/v1/decisions/list', {});

describe('while ClickHouse is gone', { timeout: 240_000 }, () => {
  it('the page says what failed, decisions go on, and a retry shows them when it is back', async () => {
    await api.risk(loginOf('before-the-outage'));
    await visitDashboards({ browser, url: api.url, expected: /status of 503/ }, async (page) => {
      page.setDefaultTimeout(PATIENCE_MS);
      const row = (user: string) => page.locator('[data-testid="decision-row"]', { hasText: user }).first();
      await page.goto(`${api.url}/decisions`);
      await row('before-the-outage').waitFor();

      await topology.stopClickHouse();
      const refused = await list();
      expect(refused.status).toBe(503);
      expect(refused.body.type).toContain('analytics_unavailable');
      await page.goto('about:blank');
      await page.goto(`${api.url}/decisions`);
      const problem = byTestId(page, 'problem').first();
      await problem.waitFor();
      expect(await problem.textContent()).toContain(refused.body.detail);
      const meanwhile = await api.risk(loginOf('during-the-outage'));
      expect(meanwhile.recorded).toBe(true);

      await topology.startClickHouse();
      await expect.poll(async () => (await list()).status, { timeout: PATIENCE_MS }).toBe(200);
      const retry = problem.locator('button');
      // The page may have noticed by itself.
      if (await retry.isVisible()) await retry.click();
      await row('before-the-outage').waitFor();
      await row('during-the-outage').waitFor();
      expect(await byTestId(page, 'problem').count()).toBe(0);
    });
  });
});
