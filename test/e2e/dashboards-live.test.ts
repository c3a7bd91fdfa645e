import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient } from '../support/api-client.ts';
import { launchBrowser } from '../support/browser.ts';
import { buildDashboards } from '../support/built-product.ts';
import { byTestId, visitDashboards } from '../support/dashboard-page.ts';
import { knownUser, loginOf, stolen } from '../support/logins.ts';
import { type RunningGatehouse, runGatehouse } from '../support/running-gatehouse.ts';

/** What a page shows by itself may wait on a machine that is busy with other tests. */
const PATIENCE_MS = 60_000;
const STORY = { timeout: 240_000 };
/** One more than the connections that a browser opens to a server over HTTP/1.1. */
const TABS = 7;

let gatehouse: RunningGatehouse;
let api: ApiClient;
let browser: Browser;

beforeAll(async () => {
  await buildDashboards();
  gatehouse = await runGatehouse();
  api = gatehouse.api;
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await gatehouse?.dispose();
});

const row = (page: Page, id: string) => page.locator(`[data-decision-id="${id}"]`);

/** The event streams that the pages of a context hold open. */
const streamsOf = (context: BrowserContext): ReadonlySet<Request> => {
  const open = new Set<Request>();
  context.on('request', (request) => {
    if (new URL(request.url()).pathname === '/v1/decisions/stream') open.add(request);
  });
  // What a closed page asked for ends without a word.
  const forget = (page: Page): void => {
    page.on('close', () => {
      for (const request of open) if (request.frame().page() === page) open.delete(request);
    });
  };
  context.pages().forEach(forget);
  context.on('page', forget);
  const end = (request: Request): void => {
    open.delete(request);
  };
  context.on('requestfailed', end);
  context.on('requestfinished', end);
  return open;
};

/** What a browser does when its window is covered or another tab is chosen; without a screen nothing ever is. */
const turnAway = (page: Page, state: 'hidden' | 'visible'): Promise<unknown> =>
  page.evaluate(
    `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
     document.dispatchEvent(new Event('visibilitychange'));`,
  );

describe('many tabs of one browser', STORY, () => {
  it('share one stream: the seventh works like the first, and another takes over when its holder goes', async () => {
    await visitDashboards({ browser, url: api.url, path: '/health' }, async (first) => {
      const context = first.context();
      const streams = streamsOf(context);
      const tabs = [first];
      while (tabs.length < TABS) tabs.push(await context.newPage());
      for (const [i, tab] of tabs.entries()) {
        tab.setDefaultTimeout(PATIENCE_MS);
        await tab.goto(`${api.url}${i % 2 === 0 ? '/' : '/decisions'}`);
        await byTestId(tab, i % 2 === 0 ? 'live-decisions' : 'decisions-page').waitFor();
      }
      const seen = await api.risk(loginOf('seen-by-all'));
      await Promise.all(tabs.map((tab) => row(tab, seen.id).first().waitFor()));
      expect(streams.size).toBe(1);

      // The first one holds the stream.
      await first.close();
      await expect.poll(() => streams.size, { timeout: PATIENCE_MS }).toBe(1);
      const later = await api.risk(loginOf('seen-by-the-rest'));
      const rest = tabs.slice(1);
      await Promise.all(rest.map((tab) => row(tab, later.id).first().waitFor()));

      // Nobody looks: nothing is asked for. Whoever looks again sees what came meanwhile.
      for (const tab of rest) await turnAway(tab, 'hidden');
      await expect.poll(() => streams.size, { timeout: PATIENCE_MS }).toBe(0);
      const unseen = await api.risk(loginOf('seen-afterwards'));
      const [second] = rest;
      if (second === undefined) throw new Error('no tab is left');
      await turnAway(second, 'visible');
      await row(second, unseen.id).first().waitFor();
      expect(streams.size).toBe(1);
    });
  });
});

describe('the list of decisions, while the stream lives', STORY, () => {
  it('shows an outcome and a verdict that came to a row long since listed', async () => {
    const user = await knownUser(api, 'late-outcome');
    const made = await api.risk(stolen(user));
    await visitDashboards(
      { browser, url: api.url, path: '/decisions#cols=time,user,outcome,verdict' },
      async (page) => {
        await row(page, made.id).waitFor();
        await page.locator('[data-testid="live-state"][data-state="live"]').waitFor();
        await api.post(`/v1/challenges/${made.challenge?.id}/outcome`, {
          status: 'succeeded',
          method: 'totp',
          user: { id: user },
        });
        await api.post(`/v1/decisions/${made.id}/feedback`, { verdict: 'legitimate', source: 'analyst' });
        const text = () => row(page, made.id).textContent();
        await expect.poll(text, { timeout: PATIENCE_MS }).toContain('Passed');
        await expect.poll(text, { timeout: PATIENCE_MS }).toContain('Legitimate');
      },
    );
  });

  it('has no hole after more logins than the stream brings: what was left out is listed', async () => {
    const logins = 300;
    await visitDashboards({ browser, url: api.url, path: '/decisions#application=burst' }, async (page) => {
      await byTestId(page, 'empty-search').waitFor();
      const left = Array.from({ length: logins }, (_, i) => `burst-${i}`);
      const send = async (): Promise<void> => {
        for (let user = left.pop(); user !== undefined; user = left.pop())
          await api.risk(loginOf(user, { more: { application: { id: 'burst' } } }));
      };
      await Promise.all(Array.from({ length: 16 }, send));
      // Its head is a row too.
      const rows = async (): Promise<number> => {
        await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
        const shown = await byTestId(page, 'decision-table').getAttribute('aria-rowcount');
        const arrivals = byTestId(page, 'arrivals');
        if (await arrivals.isVisible()) await arrivals.click();
        return Number(shown) - 1;
      };
      await expect.poll(rows, { timeout: PATIENCE_MS, interval: 500 }).toBe(logins);
    });
  });
});

describe('while the server is gone', STORY, () => {
  it('rows stay with a word on it, and a page that was never open says so inside the application', async () => {
    const own = await runGatehouse();
    try {
      const made = await own.api.risk(loginOf('before-the-end'));
      await visitDashboards(
        {
          browser,
          url: own.api.url,
          path: '/decisions',
          expected: /ERR_|Failed to load resource|dynamically imported|The server cannot be reached/,
        },
        async (page) => {
          await row(page, made.id).waitFor();
          await own.process.stop();
          await byTestId(page, 'problem').waitFor();
          expect(await byTestId(page, 'problem').textContent()).toContain('Gatehouse cannot be reached');
          expect(await row(page, made.id).isVisible()).toBe(true);

          await page.locator('nav').getByRole('link', { name: 'Health' }).click();
          await page.getByText('This page could not be opened').waitFor();
          await byTestId(page, 'problem').locator('button').click();
          await expect
            .poll(() => byTestId(page, 'problem').locator('button').isEnabled(), { timeout: PATIENCE_MS })
            .toBe(true);
          // The application is still there: what it holds can be gone back to.
          await page.locator('nav').getByRole('link', { name: 'Decisions' }).click();
          await row(page, made.id).waitFor();
        },
      );
    } finally {
      await own.dispose();
    }
  });
});
