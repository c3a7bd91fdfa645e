import type { Browser, Page } from 'playwright-core';
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

/** Longer than a page waits between two tries, so that the sight of it spans several. */
const WATCHED_MS = 9_000;

/** What stands on the page over a while, looked at often: the least number of problems, the most of skeletons. */
const watch = async (page: Page): Promise<{ readonly problems: number; readonly skeletons: number }> =>
  page.evaluate<{ problems: number; skeletons: number }>(`new Promise((done) => {
    const seen = { problems: Infinity, skeletons: 0 };
    const until_ms = performance.now() + ${WATCHED_MS};
    const look = () => {
      const n = (selector) => document.querySelectorAll(selector).length;
      seen.problems = Math.min(seen.problems, n('main [data-testid="problem"] button'));
      seen.skeletons = Math.max(seen.skeletons, n('main .skeleton'));
      if (performance.now() < until_ms) setTimeout(look, 100);
      else done(seen);
    };
    look();
  })`);

describe('while ClickHouse is gone', { timeout: 240_000 }, () => {
  it('the page says what failed, decisions go on, and a retry shows them when it is back', async () => {
    await api.risk(loginOf('before-the-outage'));
    await api.risk(loginOf('user-of-the-outage'));
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

      for (const [path, shown] of [
        ['/', 'overview-page'],
        ['/user#id=user-of-the-outage', 'user-page'],
        ['/review', 'review-page'],
      ] as const) {
        await page.goto('about:blank');
        await page.goto(`${api.url}${path}`);
        await byTestId(page, shown).waitFor();
        // Everything has had its last try once no skeleton is left.
        await byTestId(page, 'problem').first().waitFor();
        await expect.poll(() => page.locator('main .skeleton').count(), { timeout: PATIENCE_MS }).toBe(0);
        expect(await page.locator('main').textContent(), path).not.toContain('None is live');
        const { problems, skeletons } = await watch(page);
        expect(problems, `${path}: problems with a retry`).toBeGreaterThan(0);
        expect(skeletons, `${path}: what failed must not look as if it were loading`).toBe(0);
      }
      await page.goto('about:blank');
      await page.goto(`${api.url}/decisions`);
      await problem.waitFor();
      const meanwhile = await api.risk(loginOf('during-the-outage'));
      expect(meanwhile.recorded).toBe(true);

      await topology.startClickHouse();
      await expect.poll(async () => (await list()).status, { timeout: PATIENCE_MS }).toBe(200);
      // The page may have noticed by itself: looked for and pressed in one step.
      await page.evaluate(`document.querySelector('main [data-testid="problem"] button:enabled')?.click()`);
      await row('before-the-outage').waitFor();
      await row('during-the-outage').waitFor();
      expect(await byTestId(page, 'problem').count()).toBe(0);
    });
  });
});
