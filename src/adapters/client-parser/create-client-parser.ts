import { LRUCache } from 'lru-cache';
import { UAParser } from 'ua-parser-js';
import type { ClientFacts } from '../../core/facts.ts';
import type { ClientParser } from '../../ports/client-parser.ts';
import { findAutomation } from './automation.ts';
import { browserFamilyOf, osFamilyOf } from './families.ts';
import { releaseDayOf } from './release-days.ts';

/**
 * Characters of a user agent that are looked at. Real ones stay under 500 (in-app browsers are the longest); the rest
 * of a longer one is an attempt to make pattern matching slow, and is never seen by a pattern or kept in the cache.
 */
export const longestUserAgent = 1024;

/** Parsed user agents come from few kinds of software, so a small cache answers nearly all; each takes about 1 KB. */
export function createClientParser(config: { readonly cacheEntries: number }): ClientParser {
  const cache = new LRUCache<string, ClientFacts>({ max: Math.max(1, config.cacheEntries) });
  return {
    parse: (userAgent) => {
      const text = userAgent.slice(0, longestUserAgent);
      const cached = cache.get(text);
      if (cached !== undefined) return cached;
      const facts = parseUserAgent(text);
      cache.set(text, facts);
      return facts;
    },
  };
}

function parseUserAgent(text: string): ClientFacts {
  const parser = new UAParser(text);
  const os = parser.getOS();
  const browser = parser.getBrowser();
  const osFamily = os.name === undefined ? null : osFamilyOf(os.name);
  const browserFamily = browser.name === undefined ? null : browserFamilyOf(browser.name, osFamily);
  const browserMajor = majorOf(browser.version);
  const automation = findAutomation(text);
  return {
    browserFamily,
    browserMajor,
    osFamily,
    osVersion: versionOf(os.version),
    deviceType:
      automation === null || automation.kind === 'headless'
        ? deviceTypeOf(parser.getDevice().type, osFamily)
        : 'bot',
    automation: automation?.kind ?? null,
    automationName: automation?.name ?? null,
    released_day:
      browserFamily === null || browserMajor === null ? null : releaseDayOf(browserFamily, browserMajor),
  };
}

function deviceTypeOf(type: string | undefined, osFamily: string | null): ClientFacts['deviceType'] {
  if (type === 'mobile' || type === 'tablet') return type;
  // Consoles, television sets, watches, cars.
  if (type !== undefined) return 'other';
  if (osFamily === 'android' || osFamily === 'ios') return 'mobile';
  return osFamily !== null && desktops.has(osFamily) ? 'desktop' : 'other';
}

const desktops: ReadonlySet<string> = new Set([
  'windows',
  'mac os',
  'linux',
  'chrome os',
  'freebsd',
  'openbsd',
  'netbsd',
  'dragonfly',
  'solaris',
  'haiku',
]);

function majorOf(version: string | undefined): number | null {
  const digits = /^\d{1,4}(?!\d)/.exec(version ?? '')?.[0];
  return digits === undefined ? null : Number(digits);
}

function versionOf(version: string | undefined): string | null {
  const text = version?.trim().slice(0, 24) ?? '';
  return text === '' ? null : text;
}
