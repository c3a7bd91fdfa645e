import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  createClientParser,
  longestUserAgent,
} from '../../../src/adapters/client-parser/create-client-parser.ts';
import { releaseDayOf } from '../../../src/adapters/client-parser/release-days.ts';

const parser = createClientParser({ cacheEntries: 500 });
const parse = parser.parse;
const dayOf = (day: string): number => Date.parse(day) / 86_400_000;

const windowsChrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

describe('families', () => {
  it.each([
    [windowsChrome, 'chrome', 126, 'windows', 'desktop'],
    [
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
      'chrome mobile',
      126,
      'android',
      'mobile',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1',
      'chrome mobile',
      126,
      'ios',
      'mobile',
    ],
    [
      'Mozilla/5.0 (Linux; Android 14; SM-S921B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.6478.71 Mobile Safari/537.36',
      'chrome webview',
      126,
      'android',
      'mobile',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
      'safari',
      17,
      'mac os',
      'desktop',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
      'mobile safari',
      17,
      'ios',
      'mobile',
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1',
      'mobile safari',
      16,
      'ios',
      'tablet',
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
      'firefox',
      127,
      'linux',
      'desktop',
    ],
    [
      'Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0',
      'firefox mobile',
      127,
      'android',
      'mobile',
    ],
    [`${windowsChrome} Edg/126.0.2592.56`, 'edge', 126, 'windows', 'desktop'],
    [`${windowsChrome} OPR/111.0.0.0`, 'opera', 111, 'windows', 'desktop'],
    [
      'Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36',
      'samsung internet',
      25,
      'android',
      'mobile',
    ],
    [
      'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
      'chrome',
      126,
      'chrome os',
      'desktop',
    ],
    [
      'Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15',
      'safari',
      15,
      'playstation',
      'other',
    ],
  ])('%s is told apart', (userAgent, browserFamily, browserMajor, osFamily, deviceType) => {
    expect(parse(userAgent)).toMatchObject({
      browserFamily,
      browserMajor,
      osFamily,
      deviceType,
      automation: null,
      automationName: null,
    });
  });

  it('two browsers on one Ubuntu machine are on one system', () => {
    const firefox = parse('Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0');
    const chrome = parse(
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    );
    expect(firefox.osFamily).toBe('linux');
    expect(chrome.osFamily).toBe('linux');
  });

  it('an empty or meaningless text is nothing known, not a crash and not a robot', () => {
    for (const text of ['', '   ', '\u0000\u0001', '💥', '-', 'Mozilla/5.0', 'Mozilla/5.0 …']) {
      expect(parse(text)).toEqual({
        browserFamily: null,
        browserMajor: null,
        osFamily: null,
        osVersion: null,
        deviceType: 'other',
        automation: null,
        automationName: null,
        released_day: null,
      });
    }
  });

  it('an absurd version is no version', () => {
    expect(parse(windowsChrome.replace('126.0.0.0', '99999999999.0'))).toMatchObject({
      browserFamily: 'chrome',
      browserMajor: null,
      released_day: null,
    });
  });
});

describe('automation', () => {
  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36',
      'headless',
      'desktop',
    ],
    [
      'Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1',
      'headless',
      'desktop',
    ],
    [`${windowsChrome} Selenium/4.10`, 'headless', 'desktop'],
    [`${windowsChrome} Playwright/1.44`, 'headless', 'desktop'],
    ['curl/8.5.0', 'library', 'bot'],
    ['Wget/1.21.4', 'library', 'bot'],
    ['python-requests/2.31.0', 'library', 'bot'],
    ['Python/3.11 aiohttp/3.9.1', 'library', 'bot'],
    ['Go-http-client/2.0', 'library', 'bot'],
    ['okhttp/4.9.3', 'library', 'bot'],
    ['Java/17.0.9', 'library', 'bot'],
    ['Apache-HttpClient/4.5.14 (Java/17.0.9)', 'library', 'bot'],
    ['axios/1.6.2', 'library', 'bot'],
    ['node-fetch/1.0 (+https://github.com/bitinn/node-fetch)', 'library', 'bot'],
    ['PostmanRuntime/7.36.0', 'library', 'bot'],
    ['HTTPie/3.2.2', 'library', 'bot'],
    ['Scrapy/2.11 (+https://scrapy.org)', 'library', 'bot'],
    ['libwww-perl/6.72', 'library', 'bot'],
    ['stuffer/1.0', 'library', 'bot'],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'crawler', 'bot'],
    ['Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)', 'crawler', 'bot'],
    ['Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)', 'crawler', 'bot'],
    ['facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)', 'crawler', 'bot'],
    ['Mozilla/5.0 (compatible; evc-batch/2.0)', 'crawler', 'bot'],
    ['acme-survey (research@example.org)', 'crawler', 'bot'],
  ] as const)('%s admits to be a machine', (userAgent, automation, deviceType) => {
    const client = parse(userAgent);
    expect(client).toMatchObject({ automation, deviceType });
    expect(client.automationName).toMatch(/^[a-z0-9]/);
  });

  it.each([
    [
      'a CUBOT phone',
      'Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.0.0 Mobile Safari/537.36',
    ],
    [
      'the Botim messenger',
      'Mozilla/5.0 (Linux; Android 13; SM-A536E; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36 BOTIM/2.6',
    ],
    [
      'an odd text of the RBA data set',
      'Mozilla/5.0  (iPhone; CPU iPhone OS 13_4 like Mac OS X) Gecko/20150101 Firefox/20.0.0.1618 (Chrome variation/248113',
    ],
    [
      'a device name replaced by the RBA data set',
      'Mozilla/5.0  (Android 6.0.99; Tablet; https://github.com/das-group/rba-dataset) Gecko/20100101 Firefox/68.0 variation/286198',
    ],
    ['an old Internet Explorer', 'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)'],
    [
      'the Ecosia browser',
      'Mozilla/5.0  (Linux; Android 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/69.0 Mobile Safari/537.36 (Ecosia android@69.0.3497.17)',
    ],
    ['a native iOS app', 'MyBank/7 CFNetwork/1404.0.5 Darwin/22.3.0'],
    ['a native Android app', 'Dalvik/2.1.0 (Linux; U; Android 13; Pixel 6 Build/TQ3A.230805.001)'],
    ['an app that mentions its library', 'MyBank/4.2 (Android 14) okhttp/4.9.3'],
    [
      'an in-app browser',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]',
    ],
  ])('%s is not taken for a machine', (_what, userAgent) => {
    expect(parse(userAgent)).toMatchObject({ automation: null, automationName: null });
  });

  const crawlers = new URL(
    '../../../../shared/data/ip-lists/crawlers/crawler-user-agents.json',
    import.meta.url,
  );
  it.skipIf(!existsSync(crawlers))(
    'at least 95 % of the published crawler texts are found (skipped without the shared data)',
    () => {
      const published: { instances: string[] }[] = JSON.parse(readFileSync(crawlers, 'utf8'));
      const texts = published.flatMap(({ instances }) => instances);
      const found = texts.filter((text) => parse(text).automation !== null);
      expect(found.length / texts.length).toBeGreaterThanOrEqual(0.95);
    },
  );
});

describe('bounds', () => {
  it('only the first 1,024 characters are ever looked at', () => {
    const padding = 'x'.repeat(longestUserAgent);
    expect(parse(`${padding} Googlebot/2.1`)).toEqual(parse(padding));
    expect(parse(`Mozilla/5.0 (${' '.repeat(longestUserAgent)}) Firefox/126.0`).browserFamily).toBeNull();
  });

  it('a 60 KB text costs what its first 1,024 characters cost, once: others of its kind share the cached answer', () => {
    const hostile = (tail: string): string => `Mozilla/5.0 (${'Android ; os like mac '.repeat(3_000)}${tail}`;
    const first = parse(hostile('a'));
    expect(parse(hostile('b'))).toBe(first);
    expect(parse(hostile('c').slice(0, longestUserAgent))).toBe(first);
  });

  it('whatever is parsed, names and versions stay short enough to store', () => {
    const long = 'A'.repeat(900);
    for (const text of [
      `Mozilla/5.0 (Linux; Android ${'1'.repeat(400)}; K)`,
      `${long}bot/1.0`,
      `Mozilla/5.0 (${long}) Chrome/${long}`,
    ]) {
      const client = parse(text);
      for (const value of [client.browserFamily, client.osFamily, client.osVersion, client.automationName]) {
        expect((value ?? '').length).toBeLessThanOrEqual(40);
      }
    }
  });

  it('a cache of one entry still answers everything', () => {
    const small = createClientParser({ cacheEntries: 1 });
    expect(small.parse(windowsChrome).browserFamily).toBe('chrome');
    expect(small.parse('curl/8.5.0').automation).toBe('library');
    expect(small.parse(windowsChrome).browserFamily).toBe('chrome');
  });
});

describe('release days', () => {
  it.each([
    ['chrome', 79, '2019-12-10', 10],
    ['chrome mobile', 94, '2021-09-21', 10],
    ['chrome', 109, '2023-01-10', 10],
    ['chrome webview', 126, '2024-06-11', 10],
    ['chrome', 153, '2026-09-08', 10],
    ['edge', 79, '2020-01-15', 10],
    ['edge', 110, '2023-02-09', 10],
    ['firefox', 115, '2023-07-04', 10],
    ['firefox mobile', 128, '2024-07-09', 10],
    ['safari', 17, '2023-09-18', 10],
    ['mobile safari', 26, '2025-09-15', 0],
    ['opera', 100, '2023-06-29', 21],
    ['samsung internet', 23, '2023-10-17', 30],
    ['ie', 11, '2013-10-17', 0],
  ])('%s %i is dated within the stated tolerance', (family, major, day, tolerance_days) => {
    const found = releaseDayOf(family, major);
    expect(Math.abs((found ?? 0) - dayOf(day))).toBeLessThanOrEqual(tolerance_days);
  });

  it.each(['chrome', 'edge', 'firefox', 'opera', 'opera mobile', 'samsung internet'])(
    '%s never releases a later major earlier',
    (family) => {
      let last = Number.NEGATIVE_INFINITY;
      for (let major = 1; major < 220; major += 1) {
        const day = releaseDayOf(family, major);
        if (day === null) continue;
        expect(day).toBeGreaterThanOrEqual(last);
        last = day;
      }
      expect(last).toBeGreaterThan(0);
    },
  );

  it('majors that never were, lie far ahead, or belong to browsers without a table have no day', () => {
    expect(releaseDayOf('chrome', 0)).toBeNull();
    expect(releaseDayOf('chrome', 900)).toBeNull();
    expect(releaseDayOf('safari', 22)).toBeNull();
    expect(releaseDayOf('edge', 5)).toBeNull();
    expect(releaseDayOf('edge', 40)).toBeNull();
    expect(releaseDayOf('vivaldi', 6)).toBeNull();
  });

  it('a version a little newer than the table is dated by the train’s pace', () => {
    const last = releaseDayOf('chrome', 159);
    expect(releaseDayOf('chrome', 161)).toBe((last ?? 0) + 28);
  });
});
