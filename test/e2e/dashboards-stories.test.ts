import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiClient, DecisionBody, DecisionRecordBody } from '../support/api-client.ts';
import { launchBrowser } from '../support/browser.ts';
import { buildDashboards } from '../support/built-product.ts';
import { byTestId, type DashboardVisit, visitDashboards } from '../support/dashboard-page.ts';
import { DESKTOP, FAR_IP, knownUser, loginOf, PHONE, stolen } from '../support/logins.ts';
import { type RunningGatehouse, runGatehouse } from '../support/running-gatehouse.ts';

/** What follows a click may wait for analytics on a machine that is busy with other tests. */
const PATIENCE_MS = 60_000;
/** A whole story on such a machine; alone it takes some seconds. */
const STORY = { timeout: 240_000 };
/** The try of the attack that finds the right password, after it was noticed. */
const GOT_IN = 35;
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

const stateOf = (decision: DecisionBody, signal: string): string | undefined =>
  decision.signals?.find(({ id }) => id === signal)?.state;

const verdictsOf = async (id: string): Promise<readonly string[]> =>
  (await record(id)).feedback.map(({ verdict }) => verdict);

const record = async (id: string): Promise<DecisionRecordBody> =>
  (await api.get<DecisionRecordBody>(`/v1/decisions/${id}`)).body;

/** A stolen login whose challenge the user refused: something to review. */
const refusedLogin = async (name: string): Promise<string> => {
  const user = await knownUser(api, name);
  const decision = await api.risk(stolen(user, { ip: FAR_IP }));
  await api.post(`/v1/challenges/${decision.challenge?.id}/outcome`, {
    status: 'denied',
    method: 'totp',
    user: { id: user },
  });
  return decision.id;
};

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
    // The control: the right second factor made the thief's phone a known one.
    const control = await api.risk(theft, '?include=signals');
    expect(stateOf(control, 'device.unknown')).not.toBe('evidence');
    await visit(async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(user);
      // Browsers send what they check to its makers.
      expect(await page.evaluate('document.activeElement.spellcheck')).toBe(false);
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
    expect(stateOf(again, 'device.unknown')).toBe('evidence');
    expect(again.risk.score).toBeGreaterThan(control.risk.score);
    expect(again.action).not.toBe('allow');
  });

  it('triages five items without leaving the keyboard, and each verdict is kept', async () => {
    for (let i = 0; i < 5; i++) await refusedLogin(`queue-${i}`);
    const given = new Map<string, string>();
    await visit(async (page) => {
      await page.keyboard.press('g');
      await page.keyboard.press('r');
      await byTestId(page, 'review-page').waitFor();
      const items = byTestId(page, 'queue-item');
      await expect.poll(() => items.count(), { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(5);
      const current = page.locator('[data-testid="queue-item"][aria-current="true"]');
      for (const [key, verdict] of [
        ['1', 'legitimate'],
        ['2', 'compromised'],
        ['3', 'dismissed'],
        ['2', 'compromised'],
        ['1', 'legitimate'],
      ] as const) {
        const before = (await current.getAttribute('data-decision-id')) ?? '';
        await page.keyboard.press(key);
        given.set(before, verdict);
        await expect
          .poll(() => byTestId(page, 'queue').locator(`[data-decision-id="${before}"]`).count(), {
            timeout: PATIENCE_MS,
          })
          .toBe(0);
      }
      await expect.poll(() => byTestId(page, 'queue-count').textContent()).toContain('5 judged');
    });
    expect(given.size).toBe(5);
    for (const [id, verdict] of given)
      await expect.poll(() => verdictsOf(id), { timeout: PATIENCE_MS }).toEqual([verdict]);
  });

  it('a held key judges one login, and a verdict taken back is never given', async () => {
    const ids = new Set([await refusedLogin('held-1'), await refusedLogin('held-2')]);
    await visit(
      async (page) => {
        const items = byTestId(page, 'queue-item');
        await byTestId(page, 'queue-kind-filter').selectOption('challenge_denied');
        await expect.poll(() => page.url()).toContain('kind=challenge_denied');
        await expect.poll(() => items.count(), { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(2);
        const kinds = new Set(await byTestId(page, 'queue').locator('.queue-kind').allTextContents());
        expect([...kinds]).toEqual(['Prompt refused']);
        const current = page.locator('[data-testid="queue-item"][aria-current="true"]');
        const first = (await current.getAttribute('data-decision-id')) ?? '';
        expect(ids).toContain(first);
        // Without letting go: the first press and four repeats.
        for (let i = 0; i < 5; i++) await page.keyboard.down('2');
        await page.keyboard.up('2');
        await expect.poll(() => byTestId(page, 'queue-count').textContent()).toContain(', 1 judged');
        await page.keyboard.press('z');
        await expect.poll(() => current.getAttribute('data-decision-id')).toBe(first);
        await page.keyboard.press('1');
        await byTestId(page, 'last-judged').waitFor();
        expect(await byTestId(page, 'last-judged').getAttribute('href')).toContain(first);
        await expect.poll(() => verdictsOf(first), { timeout: PATIENCE_MS }).toEqual(['legitimate']);
        ids.delete(first);
        for (const other of ids) expect(await verdictsOf(other)).toEqual([]);
      },
      { path: '/review' },
    );
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

      // A view is everybody's: it goes only after a second word.
      await byTestId(page, 'views').locator('summary').click();
      await byTestId(page, 'remove-view').click();
      await byTestId(page, 'remove-view-dialog').getByRole('button', { name: 'Cancel' }).click();
      expect(await byTestId(page, 'view').count()).toBe(1);
      await byTestId(page, 'remove-view').click();
      await byTestId(page, 'remove-view-now').click();
      await expect.poll(() => byTestId(page, 'view').count(), { timeout: PATIENCE_MS }).toBe(0);
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
  it('is a campaign in the overview, which leads to its logins and to no others', async () => {
    const now_ms = Date.now();
    const tried = new Set<string>();
    let gotIn = '';
    const other = await api.risk(loginOf('in-the-same-minutes', { status: 'failed' }));
    for (let i = 0; i < 40; i++) {
      const attempt = await api.risk({
        status: i === GOT_IN ? 'succeeded' : 'failed',
        occurred_at: new Date(now_ms - (39 - i) * 6_000).toISOString(),
        user: { ...(i === GOT_IN ? { id: 'victim' } : {}), login: `leaked-${i}@example.org` },
        context: {
          ip: `${RANGE}.${1 + i}`,
          user_agent: DESKTOP,
          tls_fingerprint: 't13d1715h2_5b57614c22b0_kit',
        },
      });
      tried.add(attempt.id);
      if (i === GOT_IN) gotIn = attempt.id;
    }
    await visit(async (page) => {
      const campaign = byTestId(page, 'campaign').first();
      await campaign.waitFor();
      expect(await campaign.textContent()).toContain('Credential stuffing');
      await campaign.locator('a').first().click();
      await byTestId(page, 'decisions-page').waitFor();
      const rows = byTestId(page, 'decision-row');
      const ids = async (): Promise<ReadonlySet<string | null>> =>
        new Set(await Promise.all((await rows.all()).map((row) => row.getAttribute('data-decision-id'))));
      // From the first try on, before anybody noticed anything.
      await expect.poll(ids, { timeout: PATIENCE_MS }).toEqual(tried);
      expect(await ids()).not.toContain(other.id);

      await page.goBack();
      await byTestId(page, 'campaign-in').first().click();
      await expect.poll(ids, { timeout: PATIENCE_MS }).toEqual(new Set([gotIn]));
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
