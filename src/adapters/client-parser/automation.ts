import type { ClientFacts } from '../../core/facts.ts';
import { crawlerNames, drivenBrowserNames, libraryNames } from './automation-names.ts';

export interface Automation {
  readonly kind: NonNullable<ClientFacts['automation']>;
  /** Lower-case, at most 40 characters. */
  readonly name: string;
}

/**
 * Whether a user agent admits to being a machine. Only what is admitted can be seen here: a bot that copies a
 * browser's text passes, and is judged by what it does.
 *
 * Order matters where a text says several things: a crawler that renders with headless Chrome and gives its own name
 * is that crawler; a library that gives its project's address (`python-requests (+https://…)`) is that library.
 * Every pattern is an alternation of words, or repeats a class of characters at most a fixed number of times, so the
 * time is linear in a text that the caller has cut.
 */
export function findAutomation(userAgent: string): Automation | null {
  const text = userAgent.replace(notMachines, ' ');
  const crawler = wordsOfCrawlers.exec(text) ?? namedCrawlers.exec(text);
  if (crawler !== null) return { kind: 'crawler', name: tidy(crawler[0]) };
  const driven = drivenBrowsers.exec(text);
  if (driven !== null) return { kind: 'headless', name: tidy(driven[0]) };
  const library = libraries.exec(text);
  if (library !== null) return { kind: 'library', name: tidy(library[0]) };
  const introduced = introductions.test(text);
  if (!introduced && (browserForm.test(text) || !/[a-z]/i.test(text))) return null;
  return { kind: introduced ? 'crawler' : 'library', name: tidy(product.exec(text)?.[1] ?? '') };
}

/**
 * What reads like a machine and is none: CUBOT phones; Botim, a messenger; the component with which old Windows
 * programs show pages, which carries its maker's address; and the address that the publishers of the RBA data set
 * (Wiefling et al., ACM TOPS 2022) wrote over device names.
 */
const notMachines =
  /\bcubot\b|\bbotim\b|\bfrom: https?:\/\/(?:www\.)?bsalsa\.com|https?:\/\/github\.com\/das-group\/rba-dataset/gi;

/** Words with which crawlers name themselves, as a whole word or as the end of one; whole name for the analyst. */
const wordsOfCrawlers =
  /[\w.!-]{0,32}(?:bots?(?![a-z])|bot-|robot|crawl|xrawl|spider|scraper|slurp|archiver|archiving|fetcher|indexer|preview|validator|feedparser|feedfetcher|monitoring|uptime|link ?check|site ?check|site ?map|seo4)[\w.-]{0,16}/i;

const namedCrawlers = anyOf(crawlerNames, '\\b', '[\\w-]{0,24}');
const drivenBrowsers = anyOf(drivenBrowserNames, '', '\\w{0,24}');
/** At the beginning only, and whole: apps of people mention the libraries inside them (`MyBank/4.2 (Android 14) okhttp/4.9`). */
const libraries = anyOf(libraryNames, '^', '(?:-[\\w.-]{1,24})?(?![a-z])');

/**
 * An address of a web page or a mailbox, or `compatible; X` with an X other than the browsers that ever said so:
 * what RFC 9110 §10.1.2 asks of robots, and browsers of people do not do.
 */
const introductions =
  /https?:\/\/|\bwww\.|[\w.-]@[\w-]{1,64}\.[a-z]{2}|compatible; ?(?!msie|konqueror|iemobile|opera|netscape|avant|ms ?ie|ie\b|windows|linux|x11|android)[a-z]|^[\w-]{1,40}\.(?:com|org|net|io|ai)\b/i;

/**
 * Every browser since 1994 claims to be Mozilla or Opera, and every app that leaves its text to the system names the
 * platform (`MyBank/7 CFNetwork/1404 Darwin/22.3`, `Dalvik/2.1.0 (Linux; U; Android 13 …)`). A text that does
 * neither was written by a program that speaks HTTP for itself. That may be an honest app (`AcmePay/4.2`, as honest
 * as `okhttp/4.9.3`): it is a fact about the client, and how usual such clients are here is for the signal to weigh.
 */
const browserForm =
  /^mozilla\/|^opera[/ ]|windows|macintosh|mac ?os|iphone|ipad|ipod|\bios\b|watchos|tvos|cfnetwork|darwin|android|dalvik|linux|x11|cros|tizen|webos|playstation|nintendo|xbox|blackberry|symbian|series ?[46]0|j2me|midp|ucweb|kaios|harmony/i;

/** The first name that is not part of every browser's text. */
const product = /(?:compatible; ?|^)(?!mozilla)([\w.-]{2,40})/i;

function anyOf(names: readonly string[], before: string, after: string): RegExp {
  const escaped = [...names]
    // Longest first, or `node` would hide `node-fetch`.
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`${before}(?:${escaped.join('|')})${after}`, 'i');
}

function tidy(name: string): string {
  const bare = name
    .toLowerCase()
    .replace(/^[^a-z0-9]+/, '')
    .replace(/[^a-z0-9]+$/, '');
  return bare === '' ? 'unnamed' : bare.slice(0, 40);
}
