import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { watchPage } from './browser.ts';
import { BOOTSTRAP_KEY } from './gatehouse-process.ts';

/** What Chromium writes on the console for the first look at the session, before anybody signed in. */
const NOT_YET_SIGNED_IN = /status of 401/;

export const byTestId = (page: Page, id: string): Locator => page.locator(`[data-testid="${id}"]`);

export interface DashboardVisit {
  readonly browser: Browser;
  /** Of the server. */
  readonly url: string;
  readonly options?: BrowserContextOptions;
  /** Complaints on the console that the visit is about. */
  readonly expected?: RegExp;
}

/** Signs in with the key in a browser of its own; fails when the page complained or talked to anybody else. */
export async function visitDashboards(
  { browser, url, options, expected }: DashboardVisit,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1_440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    ...options,
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const { errors, foreign } = watchPage(page, url);
    await page.goto(`${url}/`);
    await byTestId(page, 'api-key').fill(BOOTSTRAP_KEY);
    await page.keyboard.press('Enter');
    await byTestId(page, 'overview-page').waitFor();
    await use(page);
    const wrong = errors.filter((text) => !NOT_YET_SIGNED_IN.test(text) && expected?.test(text) !== true);
    expect(wrong, 'on the console').toEqual([]);
    expect(foreign, 'requests to others').toEqual([]);
  } finally {
    await context.close();
  }
}
