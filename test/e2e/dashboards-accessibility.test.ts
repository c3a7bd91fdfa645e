import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { buildDashboards } from '../support/built-product.ts';
import { byTestId, visitDashboards } from '../support/dashboard-page.ts';
import { HOME_IP, knownUser, stolen } from '../support/logins.ts';
import { type RunningGatehouse, runGatehouse } from '../support/running-gatehouse.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2 AA and what comes before it. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PATIENCE_MS = 60_000;

let gatehouse: RunningGatehouse;
let browser: Browser;
let pages: readonly (readonly [name: string, path: string, shown: string])[];

beforeAll(async () => {
  await buildDashboards();
  gatehouse = await runGatehouse();
  browser = await launchBrowser();
  const { api } = gatehouse;
  const user = await knownUser(api, 'reader');
  const made = await api.risk(stolen(user), '?include=signals');
  await api.post(`/v1/challenges/${made.challenge?.id}/outcome`, {
    status: 'denied',
    method: 'totp',
    user: { id: user },
  });
  const { body } = await api.get<{ event: { device: { key: string } } }>(`/v1/decisions/${made.id}`);
  pages = [
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
  ];
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await gatehouse?.dispose();
});

/** Each page is loaded once and looked at as all of these. Colours do not depend on the width, and take longest to look at. */
const LOOKS = [
  { colorScheme: 'dark', width: 1_440, rules: {} },
  { colorScheme: 'light', width: 1_440, rules: {} },
  { colorScheme: 'light', width: 390, rules: { 'color-contrast': { enabled: false } } },
] as const;

describe('accessibility', () => {
  it('axe finds no violation on any page, light and dark, wide and narrow', {
    timeout: 400_000,
  }, async () => {
    await visitDashboards(
      {
        browser,
        url: gatehouse.api.url,
        // The page's own policy refuses inline scripts, axe's too; another test holds the policy.
        options: { bypassCSP: true, reducedMotion: 'reduce' },
      },
      async (page) => {
        const found: string[] = [];
        for (const [name, path, shown] of pages) {
          // Pages that differ in their fragment alone would not be loaded anew.
          await page.goto('about:blank');
          await page.goto(`${gatehouse.api.url}${path}`);
          await byTestId(page, shown).first().waitFor({ timeout: PATIENCE_MS });
          await page.waitForLoadState('load');
          await page.addScriptTag({ content: AXE });
          for (const { colorScheme, width, rules } of LOOKS) {
            await page.setViewportSize({ width, height: 900 });
            await page.emulateMedia({ colorScheme });
            // What the page lays out anew for the width it does within two frames.
            await page.evaluate(
              'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
            );
            await byTestId(page, shown).first().waitFor({ timeout: PATIENCE_MS });
            const { violations } = await page.evaluate<AxeResults>(
              `axe.run(document, ${JSON.stringify({ runOnly: RULES, rules, resultTypes: ['violations'] })})`,
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
        }
        expect(found).toEqual([]);
      },
    );
  });
});
