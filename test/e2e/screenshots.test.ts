import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApiClient, type DecisionRecordBody } from '../support/api-client.ts';
import { launchBrowser, watchPage } from '../support/browser.ts';
import { buildDashboards, builtProgram } from '../support/built-product.ts';
import { BOOTSTRAP_KEY, startGatehouseProcess } from '../support/gatehouse-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The README's pictures. */
const IMAGES = join(root, 'docs', 'images');
/** All of them, to be looked at. */
const ALL = join(root, 'test-results', 'screenshots');
const WIDTHS = [1_440, 390] as const;
/** Evidence of a decision that still fits the README's picture. */
const MOST_STEPS = 9;
const PICTURE = {
  overview: { width: 1_440, height: 900 },
  decision: { width: 1_440, height: 1_280 },
  user: { width: 1_440, height: 900 },
};
/** Lists go on for ever: what lies further down looks like what is shown. */
const MOST_HEIGHT_PX = 6_000;
const isPicture = (name: string): name is keyof typeof PICTURE => Object.hasOwn(PICTURE, name);
const SCHEMES = ['light', 'dark'] as const;

/** GATEHOUSE_SCREENSHOTS=1 paints the README's pictures anew, from the demo. */
describe.skipIf(process.env.GATEHOUSE_SCREENSHOTS !== '1')('screenshots', () => {
  it('of every page, wide and narrow, light and dark', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gatehouse-screenshots-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const dataDir = join(directory, 'data');
    await buildDashboards();
    const demo = await startGatehouseProcess({
      program: await builtProgram(),
      dataDir,
      command: ['demo', '--data-dir', dataDir, '--users', '250', '--days', '30', '--seed', '4'],
    }).ready;
    onTestFinished(async () => {
      await demo.stop();
    });
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    mkdirSync(IMAGES, { recursive: true });
    mkdirSync(ALL, { recursive: true });

    const decision = await telling(demo.url);
    const { user, context, device } = decision.event;
    // The state of a page stands in the fragment of its address.
    const state = (name: string, value: string | null | undefined): string =>
      `#${new URLSearchParams({ [name]: value ?? '' }).toString()}`;
    const pages = [
      ['overview', '/', 'top-reasons'],
      ['decisions', '/decisions', 'decision-row'],
      ['decision', `/decisions/${decision.id}`, 'related'],
      ['user', `/user${state('id', user.id)}`, 'timeline-entry'],
      ['address', `/address${state('ip', context.ip)}`, 'entity-totals'],
      ['network', `/network${state('asn', String(decision.facts.asn ?? ''))}`, 'entity-totals'],
      ['device', `/device${state('key', device?.key)}`, 'entity-totals'],
      ['review', '/review', 'queue-detail'],
      ['health', '/health', 'health-tiles'],
      ['not-found', '/nowhere', 'open-palette'],
      ['sign-in', '/sign-in', 'api-key'],
    ] as const;
    for (const width of WIDTHS) {
      for (const scheme of SCHEMES) {
        const context = await browser.newContext({
          viewport: { width, height: width > 1_000 ? 900 : 844 },
          colorScheme: scheme,
          locale: 'en-GB',
          timezoneId: 'Europe/Berlin',
          isMobile: width < 1_000,
        });
        const page = await context.newPage();
        const { foreign } = watchPage(page, demo.url);
        await page.goto(`${demo.url}/`);
        await page.locator('[data-testid="api-key"]').fill(BOOTSTRAP_KEY);
        await page.keyboard.press('Enter');
        await page.locator('[data-testid="summary"]').waitFor();
        for (const [name, path, shown] of pages) {
          // Pages that differ in their fragment alone would not be loaded anew.
          await page.goto('about:blank');
          await page.goto(`${demo.url}${path}`);
          await settled(page, shown);
          const height = await page.evaluate<number>('document.documentElement.scrollHeight');
          await page.screenshot({
            path: join(ALL, `${name}-${width}-${scheme}.png`),
            fullPage: true,
            clip: { x: 0, y: 0, width, height: Math.min(height, MOST_HEIGHT_PX) },
          });
          if (width === 1_440 && scheme === 'light' && isPicture(name)) {
            await page.setViewportSize(PICTURE[name]);
            await page.screenshot({ path: join(IMAGES, `${name}.png`) });
          }
          const overflow_px = await page.evaluate(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          );
          expect(overflow_px, `${name} at ${width} px is wider than the screen`).toBeLessThanOrEqual(0);
        }
        expect(foreign).toEqual([]);
        await context.close();
      }
    }
  }, 900_000);
});

interface TellingDecision extends DecisionRecordBody {
  readonly event: DecisionRecordBody['event'] & {
    readonly context: { readonly ip: string };
    readonly device: { readonly key: string | null } | null;
  };
  readonly facts: { readonly asn: number | null };
}

/**
 * A decision that fits a picture and tells a story: one that was challenged, the more against it
 * the better, and with something for it.
 */
async function telling(url: string): Promise<TellingDecision> {
  const api = createApiClient(url);
  const { body } = await api.post<{ data: TellingDecision[] }>('/v1/decisions/search', {
    action: 'challenge',
    reason: 'location.new_country',
    limit: 200,
  });
  const evidence = (decision: DecisionRecordBody) =>
    (decision.signals ?? []).filter(({ state }) => state === 'evidence');
  const fitting = body.data.filter((decision) => {
    const found = evidence(decision);
    return found.length <= MOST_STEPS && found.some(({ log_odds }) => log_odds < 0);
  });
  const [best] = fitting.toSorted((a, b) => b.risk.score - a.risk.score);
  if (best === undefined) throw new Error('the demo has no decision that fits the picture');
  return best;
}

/** What the page is about, its charts and its maps are there. */
async function settled(page: Page, shown: string): Promise<void> {
  await page.locator(`[data-testid="${shown}"]`).first().waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
}
