import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { watchPage } from './browser.ts';
import { BOOTSTRAP_KEY } from './gatehouse-process.ts';

export const byTestId = (page: Page, id: string): Locator => page.locator(`[data-testid="${id}"]`);

export interface DashboardVisit {
  readonly browser: Browser;
  /** Of the server. */
  readonly url: string;
  readonly options?: BrowserContextOptions;
  /** Page to begin with; the overview when absent. */
  readonly path?: string;
  /** Complaints on the console that the visit is about. */
  readonly expected?: RegExp;
}

/** Signs in with the key, in a browser of its own; fails when the page complained or talked to anybody else. */
export async function visitDashboards(
  { browser, url, options, expected, path = '/' }: DashboardVisit,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1_440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    // Without a graphics card every moving frame is painted by the processor.
    reducedMotion: 'reduce',
    ...options,
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const { errors, foreign } = watchPage(page, url);
    // Signing in by hand is a story of its own.
    const opened = await context.request.post(`${url}/session`, {
      data: { api_key: BOOTSTRAP_KEY },
      headers: { origin: url },
    });
    expect(opened.status(), 'signing in').toBe(200);
    await page.goto(`${url}${path}`);
    await byTestId(page, 'open-palette').waitFor();
    await use(page);
    const wrong = errors.filter((text) => expected?.test(text) !== true);
    expect(wrong, 'on the console').toEqual([]);
    expect(foreign, 'requests to others').toEqual([]);
  } finally {
    await context.close();
  }
}
