import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext } from 'playwright-core';
import { createApiClient } from '../test/support/api-client.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { BOOTSTRAP_KEY, startGatehouseProcess } from '../test/support/gatehouse-process.ts';
import { loginOf } from '../test/support/logins.ts';
import { median } from './ladder.ts';

export interface FirstLoadFigures {
  readonly rounds: number;
  readonly cpuRate: number;
  readonly mbit_s: number;
  readonly latency_ms: number;
  /** Medians and worst, from the navigation on. */
  readonly marks: Readonly<Record<Mark, { readonly median_ms: number; readonly worst_ms: number }>>;
  /** The same of a page with no application in it: what browser, throttle and machine take by themselves. */
  readonly bare: Readonly<Record<Mark, { readonly median_ms: number; readonly worst_ms: number }>>;
  /** As they came over the wire. */
  readonly scripts: readonly { readonly name: string; readonly bytes: number; readonly charts: boolean }[];
}

/** `interactive`: a key that was pressed as soon as the page showed its frame has opened the finder. */
type Mark = 'frame' | 'interactive' | 'figures' | 'charts';
const MARKS: readonly Mark[] = ['frame', 'interactive', 'figures', 'charts'];

/** Nothing to compare with: the bare page has no figures and no charts. */
const APPLICATION: ReadonlySet<Mark> = new Set<Mark>(['figures', 'charts']);

/** Chunks that only charts and maps need; they are asked for after the page can be used. */
const CHARTS = /^(?:plot|world)[-.]/;

/** What the page writes to its console when all is noted. */
const NOTED = 'first load: ';
/**
 * Notes in the page itself when something first shows. What is told is the end of the task that made it show: mutation
 * observers run when it is over. The tool only listens meanwhile: waiting for an element would have it run a third of a
 * megabyte of its own script in the page, which takes half a second at this throttle.
 */
const OBSERVER = `
  window.marks = {};
  let told = false;
  const note = (name) => { window.marks[name] ??= performance.now(); };
  const has = (selector) => document.querySelector(selector) !== null;
  const look = () => {
    if (window.marks.frame === undefined && has('[data-testid="overview-page"]')) {
      note('frame');
      // The listeners are mounted by an effect of the same commit; the key waits for whatever the page still does.
      setTimeout(() => document.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true })), 0);
    }
    if (has('[data-testid="palette-input"]')) note('interactive');
    if (has('[data-testid="tile-decisions"]')) note('figures');
    if (has('[data-testid="actions-over-time"] canvas')) note('charts');
    if (told || ${JSON.stringify(MARKS)}.some((name) => window.marks[name] === undefined)) return;
    told = true;
    console.info('${NOTED}' + JSON.stringify(window.marks));
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
`;

/** As much of a page as the marks ask for: one small script makes the frame, and a key puts a field there. */
const BARE_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Bare</title><link rel="icon" href="data:,">
<script type="module" src="/bare.js"></script></head><body><div id="root"></div></body></html>`;
const BARE_SCRIPT = `
const root = document.getElementById('root');
document.addEventListener('keydown', () => {
  root.insertAdjacentHTML('beforeend', '<input data-testid="palette-input">');
});
root.innerHTML = '<main data-testid="overview-page">Overview</main>';
setTimeout(() => {
  root.insertAdjacentHTML('beforeend', '<b data-testid="tile-decisions">0</b>');
  root.insertAdjacentHTML('beforeend', '<div data-testid="actions-over-time"><canvas></canvas></div>');
}, 0);
`;

export interface FirstLoadOptions {
  readonly rounds: number;
  readonly cpuRate: number;
  readonly mbit_s: number;
  readonly latency_ms: number;
}

/** The overview of a signed-in analyst with an empty cache, in the Chromium of the system, slowed down. */
export async function firstLoadFigures(options: FirstLoadOptions): Promise<FirstLoadFigures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gatehouse-first-load-'));
  const isSource = import.meta.url.endsWith('.ts');
  const cli = fileURLToPath(new URL(`../src/cli${isSource ? '.ts' : '.js'}`, import.meta.url));
  const gatehouse = await startGatehouseProcess({
    program: isSource ? ['--import', 'tsx', cli] : [cli],
    dataDir,
  }).ready;
  const bare = await startBareServer();
  const browser = await launchBrowser();
  try {
    const api = createApiClient(gatehouse.url);
    for (let i = 0; i < 50; i++) await api.risk(loginOf(`visitor-${i}`));
    const signedIn = await signIn(browser, gatehouse.url);
    const rounds: Round[] = [];
    const bareRounds: Round[] = [];
    // In turns, because machines change their speed. The first one warms the server up and does not count.
    for (let round = 0; round <= options.rounds; round++) {
      for (const [url, measured] of [
        [bare.url, bareRounds],
        [gatehouse.url, rounds],
      ] as const) {
        const context = await browser.newContext({
          storageState: signedIn,
          viewport: { width: 1_440, height: 900 },
        });
        const one = await load(context, url, options);
        await context.close();
        if (round > 0) measured.push(one);
      }
    }
    const [last] = rounds.slice(-1);
    return {
      ...options,
      marks: summaryOf(rounds),
      bare: summaryOf(bareRounds),
      scripts: last?.scripts ?? [],
    };
  } finally {
    await browser.close();
    bare.close();
    await gatehouse.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const summaryOf = (rounds: readonly Round[]): FirstLoadFigures['marks'] =>
  Object.fromEntries(
    MARKS.map((mark) => {
      const times = rounds.map(({ marks }) => marks[mark]);
      return [mark, { median_ms: median(times), worst_ms: Math.max(...times) }];
    }),
  ) as FirstLoadFigures['marks'];

async function startBareServer(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const isScript = request.url === '/bare.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? BARE_SCRIPT : BARE_PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the bare page has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function signIn(
  browser: Browser,
  url: string,
): Promise<Awaited<ReturnType<BrowserContext['storageState']>>> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${url}/`);
    await page.locator('[data-testid="api-key"]').fill(BOOTSTRAP_KEY);
    await page.keyboard.press('Enter');
    await page.locator('[data-testid="tile-decisions"]').waitFor();
    return await context.storageState();
  } finally {
    await context.close();
  }
}

interface Round {
  readonly marks: Readonly<Record<Mark, number>>;
  readonly scripts: FirstLoadFigures['scripts'];
}

async function load(context: BrowserContext, url: string, options: FirstLoadOptions): Promise<Round> {
  const page = await context.newPage();
  await page.addInitScript(OBSERVER);
  const cdp = await context.newCDPSession(page);
  await cdp.send('Network.enable');
  const throughput = (options.mbit_s * 1e6) / 8;
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: options.latency_ms,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  });
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: options.cpuRate });
  const names = new Map<string, string>();
  const scripts: FirstLoadFigures['scripts'][number][] = [];
  cdp.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (type === 'Script') names.set(requestId, response.url.split('/').at(-1) ?? '');
  });
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const name = names.get(requestId);
    if (name !== undefined) scripts.push({ name, bytes: encodedDataLength, charts: CHARTS.test(name) });
  });
  const noted = page.waitForEvent('console', {
    predicate: (message) => message.text().startsWith(NOTED),
    timeout: 60_000,
  });
  await page.goto(`${url}/`, { waitUntil: 'commit' });
  const marks = JSON.parse((await noted).text().slice(NOTED.length)) as Record<Mark, number>;
  return { marks, scripts: scripts.toSorted((a, b) => b.bytes - a.bytes) };
}

/** The figures as a chapter of the report. */
export function firstLoadReport(figures: FirstLoadFigures): string {
  const { rounds, cpuRate, mbit_s, latency_ms, marks, bare, scripts } = figures;
  const kilobytes = (chosen: FirstLoadFigures['scripts']): string =>
    (chosen.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000).toFixed(0);
  const before = scripts.filter(({ charts }) => !charts);
  const words: Readonly<Record<Mark, string>> = {
    frame: 'the frame of the page shows',
    interactive: 'interactive: a key pressed at that moment has opened the finder',
    figures: 'the first figures show',
    charts: 'the first chart is drawn',
  };
  return `## First load

Written by \`npm run bench -- --only first-load\`: the overview of a signed-in analyst, nothing cached, Chromium of the
system at ${cpuRate}× processor throttle, ${mbit_s} Mbit/s and ${latency_ms} ms; median of ${rounds} loads, milliseconds from the navigation.
Server, browser and bench share the machine. *Bare*: a page of two elements and a script of ten lines, loaded in turns with
ours: what the browser, the throttle and this machine take before any application.

| | median ms | worst ms | bare, median ms | goal ms |
| --- | ---: | ---: | ---: | ---: |
${MARKS.map((mark) => `| ${words[mark]} | ${marks[mark].median_ms.toFixed(0)} | ${marks[mark].worst_ms.toFixed(0)} | ${APPLICATION.has(mark) ? '' : bare[mark].median_ms.toFixed(0)} | ${mark === 'interactive' ? '1500' : ''} |`).join('\n')}

Scripts before charts: ${kilobytes(before)} KB as sent (brotli, headers included; goal 350 KB), in ${before.length} files. Charts and map
come afterwards: ${kilobytes(scripts.filter(({ charts }) => charts))} KB.
`;
}
