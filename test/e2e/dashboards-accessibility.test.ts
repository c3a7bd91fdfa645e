import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { buildDashboards } from '../support/built-product.ts';
import { byTestId, visitDashboards } from '../support/dashboard-page.ts';
import { BOOTSTRAP_KEY } from '../support/gatehouse-process.ts';
import { HOME_IP, knownUser, stolen } from '../support/logins.ts';
import { type RunningGatehouse, runGatehouse } from '../support/running-gatehouse.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2 AA and what comes before it. */
const ALL = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
/** What a scheme can get wrong: nothing but colours depends on it. */
const COLOURS = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };
const ALL_BUT_COLOURS = { ...ALL, rules: { 'color-contrast': { enabled: false } } };
const PATIENCE_MS = 60_000;

let gatehouse: RunningGatehouse;
let browser: Browser;
/** A page, or one state of it: `reach` leads from the page to the state, `shown` tells that it is there. */
type State = readonly [name: string, path: string, shown: string, reach?: (page: Page) => Promise<void>];
let states: readonly State[];

beforeAll(async () => {
  await buildDashboards();
  gatehouse = await runGatehouse();
  browser = await launchBrowser();
  const { api } = gatehouse;
  const user = await knownUser(api, 'reader');
  const leaver = await knownUser(api, 'leaver');
  const made = await api.risk(stolen(user), '?include=signals');
  await api.post(`/v1/challenges/${made.challenge?.id}/outcome`, {
    status: 'denied',
    method: 'totp',
    user: { id: user },
  });
  const { body } = await api.get<{ event: { device: { key: string } } }>(`/v1/decisions/${made.id}`);
  const unknown = '00000000-0000-7000-8000-000000000000';
  states = [
    ['overview', '/#range=30d', 'top-reasons'],
    ['decisions', '/decisions', 'decision-row'],
    ['decision', `/decisions/${made.id}`, 'waterfall-total'],
    ['user', `/user#id=${user}`, 'timeline-entry'],
    ['address', `/address#ip=${HOME_IP}`, 'entity-totals'],
    ['device', `/device#key=${encodeURIComponent(body.event.device.key)}`, 'entity-totals'],
    ['network', '/network#asn=3320', 'entity-totals'],
    ['review', '/review', 'queue-detail'],
    ['health', '/health', 'health-tiles'],
    ['not found', '/nowhere', 'open-palette'],
    ['sign-in', '/sign-in', 'api-key'],
    ['palette', '/health', 'palette-option', (page) => page.keyboard.press('Control+k')],
    ['list of shortcuts', '/health', 'shortcut-help', (page) => page.keyboard.press('?')],
    ['verdict', `/decisions/${made.id}`, 'verdict-dialog', press('verdict-compromised')],
    ['verdict on a user', `/user#id=${user}`, 'confirm-user', press('confirm-compromised')],
    ['erasing', `/user#id=${user}`, 'erase-user-dialog', press('erase-user')],
    ['receipt of an erasure', `/user#id=${leaver}`, 'erased', (page) => erase(page, leaver)],
    ['forgetting a device', `/user#id=${user}`, 'forget-dialog', press('forget-device')],
    ['saved views', '/decisions', 'view-name', (page) => byTestId(page, 'views').locator('summary').click()],
    ['no such decision', `/decisions/dec_${unknown}`, 'decision-page'],
    ['no such user', '/user#id=nobody-of-this-name', 'no-such-user'],
    ...(
      [
        ['overview', '/'],
        ['decisions', '/decisions'],
        ['decision', `/decisions/${made.id}`],
        ['user', `/user#id=${user}`],
        ['address', `/address#ip=${HOME_IP}`],
        ['review', '/review'],
        ['health', '/health'],
      ] as const
    ).map(([name, path]): State => [`${name} ${FAILED}`, path, 'problem']),
  ];
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await gatehouse?.dispose();
});

/** The first that can be seen: menus that are closed hold problems of their own. */
const visible = (page: Page, testId: string) => byTestId(page, testId).filter({ visible: true }).first();

const press =
  (testId: string) =>
  (page: Page): Promise<void> =>
    byTestId(page, testId).first().click();

const erase = async (page: Page, user: string): Promise<void> => {
  await press('erase-user')(page);
  await byTestId(page, 'erase-id').fill(user);
  await byTestId(page, 'erase-key').fill(BOOTSTRAP_KEY);
  await press('erase-now')(page);
};

/** Marks the states in which nothing but the session is answered. */
const FAILED = 'without analytics';
const UNAVAILABLE = JSON.stringify({
  type: 'https://gatehouse.dev/problems/analytics_unavailable',
  title: 'Analytics is not available',
  status: 503,
  detail: 'Analytics cannot be read at the moment.',
});
/** The narrowest that has to do without scrolling sideways (WCAG 2.2, 1.4.10: 320 CSS pixels). */
const NARROWEST_PX = 320;

/** Each page is loaded once and looked at as all of these. Colours do not depend on the width, and take longest to look at. */
const LOOKS = [
  { colorScheme: 'dark', width: 1_440, options: COLOURS },
  { colorScheme: 'light', width: 1_440, options: ALL },
  { colorScheme: 'light', width: 390, options: ALL_BUT_COLOURS },
] as const;

/** Dialogs and failures are made of the same parts as the pages: both schemes once. */
const LOOKS_OF_STATES = [
  { colorScheme: 'dark', width: 1_440, options: ALL },
  { colorScheme: 'light', width: 390, options: ALL },
] as const;

describe('accessibility', () => {
  it('axe finds no violation in any state of a page, light and dark, wide and narrow; nothing is wider than 320 px', {
    timeout: 900_000,
  }, async () => {
    await visitDashboards(
      {
        browser,
        url: gatehouse.api.url,
        // The page's own policy refuses inline scripts, axe's too; another test holds the policy.
        options: { bypassCSP: true, reducedMotion: 'reduce' },
        expected: /status of (404|503)/,
      },
      async (page) => {
        const found: string[] = [];
        for (const [name, path, shown, reach] of states) {
          // Pages that differ in their fragment alone would not be loaded anew.
          await page.goto('about:blank');
          if (name.endsWith(FAILED))
            await page.route('**/v1/**', (route) =>
              route.fulfill({ status: 503, contentType: 'application/problem+json', body: UNAVAILABLE }),
            );
          await page.setViewportSize({ width: 1_440, height: 900 });
          await page.goto(`${gatehouse.api.url}${path}`);
          if (reach !== undefined) {
            await byTestId(page, 'open-palette').waitFor({ timeout: PATIENCE_MS });
            await reach(page);
          }
          await visible(page, shown).waitFor({ timeout: PATIENCE_MS });
          await page.waitForLoadState('load');
          await page.addScriptTag({ content: AXE });
          for (const { colorScheme, width, options } of reach === undefined && shown !== 'problem'
            ? LOOKS
            : LOOKS_OF_STATES) {
            await page.setViewportSize({ width, height: 900 });
            await page.emulateMedia({ colorScheme });
            // What the page lays out anew for the width it does within two frames.
            await page.evaluate(
              'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
            );
            await visible(page, shown).waitFor({ timeout: PATIENCE_MS });
            const { violations } = await page.evaluate<AxeResults>(
              `axe.run(document, ${JSON.stringify({ ...options, resultTypes: ['violations'] })})`,
            );
            found.push(
              ...violations.map(
                ({ id, nodes }) =>
                  `${name}, ${colorScheme}, ${width} px: ${id} at ${nodes
                    .map(({ target }) => target.join(' '))
                    .slice(0, 3)
                    .join(' | ')}`,
              ),
            );
          }
          await page.setViewportSize({ width: NARROWEST_PX, height: 900 });
          await page.evaluate(
            'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
          );
          const width_px = await page.evaluate<number>('document.documentElement.scrollWidth');
          if (width_px > NARROWEST_PX) found.push(`${name}: ${width_px} px wide at ${NARROWEST_PX}`);
          await page.unrouteAll({ behavior: 'ignoreErrors' });
        }
        expect(found).toEqual([]);
      },
    );
  });
});
