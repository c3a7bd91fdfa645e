import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COLUMN_IDS } from '../../dashboards/src/lib/columns.ts';
import type { ApiClient, DecisionBody, DecisionRecordBody } from '../support/api-client.ts';
import { launchBrowser, watchPage } from '../support/browser.ts';
import { buildDashboards } from '../support/built-product.ts';
import { byTestId, type DashboardVisit, visitDashboards } from '../support/dashboard-page.ts';
import { BOOTSTRAP_KEY } from '../support/gatehouse-process.ts';
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
        // Those that the story before this one judged leave the queue when analytics has heard of it.
        const queued = async (): Promise<readonly (string | null)[]> => {
          const all = await items.all();
          return (await Promise.all(all.map((item) => item.getAttribute('data-decision-id')))).sort();
        };
        await expect.poll(queued, { timeout: PATIENCE_MS }).toEqual([...ids].sort());
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

      // One with values that mean nothing here is the one that is shown all the same.
      const written = await api.post('/v1/views', {
        name: 'By other means',
        page: 'decisions',
        state: 'range=7x&action=zz&ip=198.51.100.77',
      });
      expect(written.status).toBe(201);
      await page.reload();
      await byTestId(page, 'views').locator('summary').click();
      await byTestId(page, 'view').click();
      await expect.poll(() => page.url(), { timeout: PATIENCE_MS }).toContain('ip=198.51.100.77');
      await byTestId(page, 'views').locator('summary').click();
      await expect
        .poll(() => byTestId(page, 'view').getAttribute('aria-pressed'), { timeout: PATIENCE_MS })
        .toBe('true');
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

describe('a link that somebody else wrote', STORY, () => {
  it('with values that mean nothing shows the page without them, and leads nowhere else', async () => {
    await api.risk(loginOf('linked'));
    const wrong =
      'tz=Bogus/Zone&range=7x&min=200&max=-1&ip=1.2&country=GERMANY&status=foo&action=zz&network=all';
    await visit(
      async (page) => {
        await byTestId(page, 'decision-row').first().waitFor();
        expect(await byTestId(page, 'problem').count()).toBe(0);
        for (const [path, shown] of [
          ['/#range=7x&tz=x', 'tile-decisions'],
          ['/review#kind=zzz', 'review-page'],
          [`/decisions#q=${'linked '.repeat(60)}`, 'decision-row'],
          ['/network#asn=abc', 'open-palette'],
        ] as const) {
          await page.goto('about:blank');
          await page.goto(`${api.url}${path}`);
          await byTestId(page, shown).first().waitFor();
          expect(await byTestId(page, 'problem').count(), path).toBe(0);
        }
      },
      { path: `/decisions#${wrong}` },
    );
  });

  it('to the sign-in leads back into the application alone', async () => {
    for (const back of ['https://evil.example/', '//evil.example', '/sign-in']) {
      const context = await browser.newContext();
      try {
        const page = await context.newPage();
        page.setDefaultTimeout(PATIENCE_MS);
        const { errors } = watchPage(page, api.url);
        await page.goto(`${api.url}/sign-in#return=${encodeURIComponent(back)}`);
        await byTestId(page, 'api-key').fill(BOOTSTRAP_KEY);
        await page.keyboard.press('Enter');
        await byTestId(page, 'overview-page').waitFor();
        expect(new URL(page.url()).pathname).toBe('/');
        expect(errors).toEqual([]);
      } finally {
        await context.close();
      }
    }
  });
});

describe('a long list', STORY, () => {
  const LOGINS = 230;
  const list = (use: (page: Page) => Promise<void>, columns = ''): Promise<void> =>
    visit(use, { path: `/decisions#application=long${columns}` });
  const loadAll = async (page: Page): Promise<void> => {
    await byTestId(page, 'decision-row').first().waitFor();
    await expect
      .poll(
        async () => {
          await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
          return byTestId(page, 'decision-table').getAttribute('aria-rowcount');
        },
        { timeout: PATIENCE_MS },
      )
      .toBe(String(LOGINS + 1));
  };

  beforeAll(async () => {
    const left = Array.from({ length: LOGINS }, (_, i) => `long-${i}`);
    const send = async (): Promise<void> => {
      for (let user = left.pop(); user !== undefined; user = left.pop())
        await api.risk(loginOf(user, { more: { application: { id: 'long' } } }));
    };
    await Promise.all(Array.from({ length: 8 }, send));
  }, 120_000);

  it('has rows of one height, whatever the columns, so that nothing jumps while it is scrolled', async () => {
    for (const columns of ['', `&cols=${COLUMN_IDS.join(',')}`]) {
      await list(async (page) => {
        await loadAll(page);
        const heights = new Set<number>();
        const pages = new Set<number>();
        for (const to_px of [0, 2_000, 5_000, 3_000]) {
          await page.evaluate(`window.scrollTo(0, ${to_px})`);
          await page.evaluate(
            'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
          );
          const rows = await page.evaluate<number[]>(
            `[...document.querySelectorAll('[data-testid="decision-row"]')].map((row) => row.getBoundingClientRect().height)`,
          );
          for (const height of rows) heights.add(height);
          pages.add(await page.evaluate<number>('document.documentElement.scrollHeight'));
        }
        expect([...heights], columns).toEqual([49]);
        expect([...pages], columns).toHaveLength(1);
      }, columns);
    }
  });

  it('goes where the scrollbar is dragged with a row in focus, and j goes on where the reader looks', async () => {
    await list(async (page) => {
      await loadAll(page);
      await page.evaluate('window.scrollTo(0, 0)');
      await page.keyboard.press('j');
      await page.evaluate('window.scrollTo(0, 6000)');
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      expect(await page.evaluate<number>('window.scrollY')).toBe(6_000);
      await page.keyboard.press('j');
      const top = await page.evaluate<number>('document.activeElement.getBoundingClientRect().top');
      expect(top).toBeGreaterThan(0);
      expect(top).toBeLessThan(200);
      expect(await page.evaluate<number>('window.scrollY')).toBe(6_000);
    });
  });

  it('keeps the focus where a button was pressed, while it works and afterwards', async () => {
    await list(async (page) => {
      await byTestId(page, 'decision-row').first().waitFor();
      const refresh = page.getByRole('button', { name: 'Refresh' });
      await refresh.focus();
      const again = page.waitForResponse((response) => response.url().endsWith('/v1/decisions/list'));
      await page.keyboard.press('Enter');
      await again;
      await expect.poll(() => refresh.getAttribute('aria-disabled'), { timeout: PATIENCE_MS }).toBe('false');
      expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Refresh');
    });
  });

  it('is never wider than its page, and leaves its last column room, from a phone to a wall', async () => {
    await list(async (page) => {
      await byTestId(page, 'decision-row').first().waitFor();
      const narrow: string[] = [];
      for (const width of [
        390, 600, 761, 768, 800, 860, 940, 941, 1_001, 1_024, 1_100, 1_240, 1_241, 1_440, 2_560,
      ]) {
        await page.setViewportSize({ width, height: 900 });
        await page.evaluate(
          'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
        );
        const [page_px, last_px] = await page.evaluate<[number, number]>(`[
          document.documentElement.scrollWidth,
          [...document.querySelectorAll('[data-testid="decision-table"] thead th')]
            .map((head) => head.getBoundingClientRect().width).findLast((width_px) => width_px > 0),
        ]`);
        if (page_px > width || last_px < 120)
          narrow.push(`${width}: page ${page_px}, last column ${last_px}`);
      }
      expect(narrow).toEqual([]);
    });
  });
});

describe('an erasure', STORY, () => {
  it('leaves its receipt on the page until it is left, and asks for the user no more once it was ordered', async () => {
    const user = await knownUser(api, 'leaver');
    await visit(
      async (page) => {
        await page.clock.install();
        await page.reload();
        const asked: string[] = [];
        const note = (request: Request): void => void asked.push(new URL(request.url()).pathname);
        let answers = 0;
        await page.route('**/v1/users/erase', async (route) => {
          answers += 1;
          const erased = await route.fetch();
          // A slow answer: the user is gone, and the page does not know it yet.
          page.on('request', note);
          await page.clock.runFor(6_000);
          // The second time the browser asks nobody whether it may close a dialog.
          for (let i = 0; i < 2; i++) await page.keyboard.press('Escape');
          // What a busy store makes of it, once: the tombstone stands, and the answer asks for the same again.
          if (answers === 1) await route.fulfill({ status: 503, json: { code: 'analytics_unavailable' } });
          else await route.fulfill({ response: erased });
        });
        await byTestId(page, 'erase-user').click();
        await byTestId(page, 'erase-id').fill(user);
        await byTestId(page, 'erase-key').fill(BOOTSTRAP_KEY);
        for (let status = 503; status === 503; ) {
          const answered = page.waitForResponse((response) => response.url().endsWith('/v1/users/erase'));
          await byTestId(page, 'erase-now').click();
          status = (await answered).status();
          if (status === 503) await page.getByText('The erasure is not confirmed').waitFor();
        }
        const receipt = byTestId(page, 'erasure-receipt');
        await receipt.waitFor();
        const number = await receipt.textContent();
        expect(number).toMatch(/^ers_/);
        await page.clock.runFor(60_000);
        expect(await receipt.textContent()).toBe(number);
        expect(asked).not.toContain('/v1/users/lookup');
      },
      { path: `/user#id=${user}`, expected: /503/ },
    );
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
