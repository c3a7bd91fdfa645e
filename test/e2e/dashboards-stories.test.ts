import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient, DecisionRecordBody } from '../support/api-client.ts';
import { launchBrowser } from '../support/browser.ts';
import { buildDashboards } from '../support/built-product.ts';
import { byTestId, type DashboardVisit, visitDashboards } from '../support/dashboard-page.ts';
import { DESKTOP, FAR_IP, knownUser, loginOf, PHONE, stolen } from '../support/logins.ts';
import { type RunningGatehouse, runGatehouse } from '../support/running-gatehouse.ts';

/** What follows a click may wait for analytics on a machine that is busy with other tests. */
const PATIENCE_MS = 60_000;
/** A whole story on such a machine; alone it takes some seconds. */
const STORY = { timeout: 240_000 };
/** A range of a hosting company. */
const RANGE = '5.9.77';

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

const visit = (use: (page: Page) => Promise<void>, more: Partial<DashboardVisit> = {}): Promise<void> =>
  visitDashboards({ browser, url: api.url, ...more }, async (page) => {
    page.setDefaultTimeout(PATIENCE_MS);
    await use(page);
  });

const record = async (id: string): Promise<DecisionRecordBody> =>
  (await api.get<DecisionRecordBody>(`/v1/decisions/${id}`)).body;

describe('an analyst', STORY, () => {
  it('searches a user, opens a decision, reads why, marks it compromised, and the next decision shows the effect', async () => {
    const user = await knownUser(api, 'story-user');
    const theft = stolen(user);
    const made = await api.risk(theft, '?include=signals');
    await api.post(`/v1/challenges/${made.challenge?.id}/outcome`, {
      status: 'succeeded',
      method: 'totp',
      user: { id: user },
    });
    await visit(async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(user);
      await byTestId(page, 'palette-option').first().waitFor();
      await page.keyboard.press('Enter');
      await byTestId(page, 'user-page').waitFor();
      // The id stands where no server sees it.
      expect(page.url()).toBe(`${api.url}/user#id=${user}`);
      const entry = page.locator(`[data-testid="timeline-entry"][data-decision-id="${made.id}"]`);
      await entry.locator('a').first().click();

      await byTestId(page, 'waterfall-total').waitFor();
      expect(await byTestId(page, 'reasons').textContent()).toContain(made.reasons[0]?.message ?? '?');
      const { body } = await api.get<{
        counterfactuals: { without: { score: number }[] } | null;
      }>(`/v1/decisions/${made.id}`);
      const stated = body.counterfactuals?.without.slice(0, 5).map(({ score }) => String(score));
      await byTestId(page, 'counterfactuals').waitFor();
      const rows = await byTestId(page, 'without').all();
      const shown = await Promise.all(rows.map((row) => row.getAttribute('data-score')));
      expect(shown).toEqual(stated);
      await byTestId(page, 'related').locator('a').first().waitFor();
      await byTestId(page, 'journey').locator('svg .map-before').waitFor();

      await byTestId(page, 'verdict-compromised').click();
      await byTestId(page, 'verdict-confirm').click();
      await byTestId(page, 'feedback').waitFor();
    });
    expect((await record(made.id)).feedback.map(({ verdict }) => verdict)).toEqual(['compromised']);
    // What the thief showed vouches for nothing: the same device is an unknown one again.
    const again = await api.risk(theft, '?include=signals');
    const known = again.signals?.find(({ id }) => id === 'device.unknown');
    expect(known?.state).toBe('evidence');
    expect(again.action).not.toBe('allow');
  });

  it('triages five items without leaving the keyboard, and each verdict is kept', async () => {
    const made: string[] = [];
    for (let i = 0; i < 5; i++) {
      const user = await knownUser(api, `queue-${i}`);
      const decision = await api.risk(stolen(user, { ip: FAR_IP }), '?include=signals');
      await api.post(`/v1/challenges/${decision.challenge?.id}/outcome`, {
        status: 'denied',
        method: 'totp',
        user: { id: user },
      });
      made.push(decision.id);
    }
    await visit(async (page) => {
      await page.keyboard.press('g');
      await page.keyboard.press('r');
      await byTestId(page, 'review-page').waitFor();
      const items = byTestId(page, 'queue-item');
      await expect.poll(() => items.count(), { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(5);
      const current = page.locator('[data-testid="queue-item"][aria-current="true"]');
      for (const key of ['1', '2', '3', '2', '1']) {
        const before = await current.getAttribute('data-decision-id');
        await page.keyboard.press(key);
        await expect
          .poll(() => byTestId(page, 'queue').locator(`[data-decision-id="${before}"]`).count(), {
            timeout: PATIENCE_MS,
          })
          .toBe(0);
      }
      await expect.poll(() => byTestId(page, 'queue-count').textContent()).toContain('5 judged');
    });
    const open = await api.post<{ data: { decision: { id: string } }[] }>('/v1/review-queue', {});
    const judged = await Promise.all(made.map(async (id) => (await record(id)).feedback.length));
    const left = open.body.data.filter(({ decision }) => made.includes(decision.id)).length;
    expect(judged.reduce((sum, n) => sum + Math.min(n, 1), 0) + left).toBeGreaterThanOrEqual(5);
    expect(Math.max(...judged)).toBe(1);
  });

  it('filters as they type, saves the search as a view, and finds it again', async () => {
    await api.risk(loginOf('needle-user'));
    await api.risk(loginOf('hay-user'));
    await visit(async (page) => {
      await page.goto(`${api.url}/decisions`);
      const row = (user: string) => page.locator('[data-testid="decision-row"]', { hasText: user });
      await row('hay-user').first().waitFor();
      await byTestId(page, 'filter-words').fill('needle');
      await row('needle-user').first().waitFor();
      await expect.poll(() => row('hay-user').count(), { timeout: PATIENCE_MS }).toBe(0);
      expect(page.url()).toContain('#q=needle');

      await byTestId(page, 'views').locator('summary').click();
      await byTestId(page, 'view-name').fill('Needles');
      await byTestId(page, 'save-view').click();
      await byTestId(page, 'view').waitFor();
      await page.goto(`${api.url}/decisions`);
      await row('hay-user').first().waitFor();
      await byTestId(page, 'views').locator('summary').click();
      await byTestId(page, 'view').click();
      await expect.poll(() => page.url(), { timeout: PATIENCE_MS }).toContain('#q=needle');

      await byTestId(page, 'export').locator('summary').click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        byTestId(page, 'export-now').click(),
      ]);
      expect(download.suggestedFilename()).toBe('decisions.csv');
    });
  });

  it('chooses a time zone, and the link carries it', async () => {
    await visit(async (page) => {
      await byTestId(page, 'zone-select').selectOption('UTC');
      await expect.poll(() => page.url()).toContain('tz=UTC');
      await page.goto(`${api.url}/decisions#tz=Asia%2FTokyo`);
      await expect
        .poll(() => byTestId(page, 'time-zone').textContent(), { timeout: PATIENCE_MS })
        .toContain('Asia/Tokyo');
    });
  });
});

describe('an attack', STORY, () => {
  it('is a campaign in the overview, which leads to its logins', async (context) => {
    const { status } = await api.get('/v1/campaigns');
    if (status === 404) return context.skip('this server does not look for campaigns');
    const now_ms = Date.now();
    for (let i = 0; i < 40; i++) {
      await api.risk({
        status: 'failed',
        occurred_at: new Date(now_ms - (39 - i) * 6_000).toISOString(),
        user: { login: `leaked-${i}@example.org` },
        context: {
          ip: `${RANGE}.${1 + i}`,
          user_agent: DESKTOP,
          tls_fingerprint: 't13d1715h2_5b57614c22b0_kit',
        },
      });
    }
    await visit(async (page) => {
      const campaign = byTestId(page, 'campaign').first();
      await campaign.waitFor();
      expect(await campaign.textContent()).toContain('Credential stuffing');
      await campaign.locator('a').first().click();
      await byTestId(page, 'decisions-page').waitFor();
      expect(page.url()).toContain('reason=velocity.campaign');
      await byTestId(page, 'decision-row').first().waitFor();
    });
  });
});

describe('what attackers write', STORY, () => {
  const MARKUP = '<img src=x onerror="document.title=\'owned\'">';
  const HIDDEN = '\u202egnp.exe\u200b';

  it('is text on every page that shows it, with what hides in it made visible', async () => {
    const id = `${MARKUP}${HIDDEN}`;
    const made = await api.risk(loginOf(id, { userAgent: `${MARKUP} ${PHONE}` }));
    const { device } = (await record(made.id)).event as { device?: { key?: string } };
    await visit(async (page) => {
      const pages = [
        ['/', 'overview-page'],
        [`/decisions#cols=${encodeURIComponent('time,user,agent,device')}`, 'decision-row'],
        [`/decisions/${made.id}`, 'waterfall-total'],
        [`/user#id=${encodeURIComponent(id)}`, 'timeline-entry'],
        [`/device#key=${encodeURIComponent(device?.key ?? '')}`, 'decision-row'],
        [`/address#ip=${encodeURIComponent('84.128.10.20')}`, 'decision-row'],
      ] as const;
      for (const [path, shown] of pages) {
        await page.goto('about:blank');
        await page.goto(`${api.url}${path}`);
        await byTestId(page, shown).first().waitFor();
        expect(await page.locator('main img').count(), path).toBe(0);
        expect(await page.title(), path).not.toContain('owned');
        expect(await page.locator('body').innerText(), path).not.toContain('\u202e');
      }
      await page.goto(`${api.url}/user#id=${encodeURIComponent(id)}`);
      expect(await page.locator('h1 bdi').first().textContent()).toContain('\\u202e');
    });
  });
});
