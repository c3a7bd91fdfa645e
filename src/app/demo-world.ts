import type { DemoRandom } from './demo-random.ts';

/** A town with an internet provider, a mobile carrier and a clock. Prefixes are the first two octets of real networks. */
export interface DemoTown {
  readonly utcOffset_h: number;
  readonly language: string;
  readonly fixed: string;
  readonly mobile: string;
}

/** Where most users live, by how many of ten. */
const HOMES: readonly [DemoTown, ...DemoTown[]] = [
  { utcOffset_h: 1, language: 'de-DE', fixed: '84.128', mobile: '80.187' },
  { utcOffset_h: 1, language: 'de-DE', fixed: '93.192', mobile: '2.200' },
  { utcOffset_h: 1, language: 'de-DE', fixed: '178.1', mobile: '109.40' },
  { utcOffset_h: 1, language: 'de-CH', fixed: '85.0', mobile: '85.1' },
  { utcOffset_h: 1, language: 'de-AT', fixed: '80.108', mobile: '62.46' },
  { utcOffset_h: 0, language: 'en-GB', fixed: '86.130', mobile: '188.29' },
  { utcOffset_h: 1, language: 'fr-FR', fixed: '86.200', mobile: '90.10' },
  { utcOffset_h: 1, language: 'es-ES', fixed: '83.35', mobile: '80.30' },
  { utcOffset_h: -5, language: 'en-US', fixed: '73.150', mobile: '172.56' },
  { utcOffset_h: -8, language: 'en-US', fixed: '24.5', mobile: '172.56' },
];

const ELSEWHERE: readonly [DemoTown, ...DemoTown[]] = [
  { utcOffset_h: 1, language: 'it-IT', fixed: '79.20', mobile: '151.38' },
  { utcOffset_h: 1, language: 'nb-NO', fixed: '88.88', mobile: '46.9' },
  { utcOffset_h: 1, language: 'sv-SE', fixed: '83.250', mobile: '83.250' },
  { utcOffset_h: 1, language: 'pl-PL', fixed: '83.8', mobile: '89.70' },
  { utcOffset_h: 9, language: 'ja-JP', fixed: '126.20', mobile: '133.200' },
  { utcOffset_h: 10, language: 'en-AU', fixed: '1.40', mobile: '58.160' },
  { utcOffset_h: -5, language: 'en-US', fixed: '71.60', mobile: '172.56' },
];

/** Networks of hosting companies, from which nobody logs in by hand. */
const HOSTING: readonly [string, ...string[]] = [
  '159.65',
  '167.99',
  '165.22',
  '51.68',
  '88.198',
  '95.216',
  '45.76',
];
/** Homes and phones far away, from which stolen passwords are tried. */
const FAR_AWAY: readonly [string, ...string[]] = [
  '102.89',
  '187.20',
  '117.200',
  '95.25',
  '188.16',
  '112.200',
];

export const homeTown = (random: DemoRandom): DemoTown => random.pick(HOMES);
export const otherTown = (random: DemoRandom): DemoTown => random.pick(ELSEWHERE);
export const hostingAddress = (random: DemoRandom): string => addressIn(random.pick(HOSTING), random);
export const farAddress = (random: DemoRandom): string => addressIn(random.pick(FAR_AWAY), random);

export const addressIn = (prefix: string, random: DemoRandom): string =>
  `${prefix}.${random.integer(1, 250)}.${random.integer(2, 250)}`;

/** Another address of the same /24: what a router gets after it was switched off. */
export const neighbour = (address: string, random: DemoRandom): string =>
  `${address.slice(0, address.lastIndexOf('.'))}.${random.integer(2, 250)}`;

export type DemoPlatform = 'windows' | 'mac' | 'android' | 'iphone';

const DAY_MS = 86_400_000;
/** Chrome 140 and Firefox 143 came out in September 2025, and a new major follows every four weeks. */
const CHROME_140_ms = Date.UTC(2025, 8, 2);
const FIREFOX_143_ms = Date.UTC(2025, 8, 16);
const RELEASE_TRAIN_ms = 28 * DAY_MS;
const TRAINS_KNOWN = 30;

/** The user agent of a browser that follows its release train, `lag_days` behind. */
export function userAgentOf(
  platform: DemoPlatform,
  browser: 'chrome' | 'firefox',
  at_ms: number,
  lag_days: number,
): string {
  const majorAt = (since_ms: number, major: number): number =>
    major +
    Math.min(
      TRAINS_KNOWN,
      Math.max(0, Math.floor((at_ms - lag_days * DAY_MS - since_ms) / RELEASE_TRAIN_ms)),
    );
  if (platform === 'iphone') {
    return 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1';
  }
  const system = {
    windows: 'Windows NT 10.0; Win64; x64',
    mac: 'Macintosh; Intel Mac OS X 10_15_7',
    android: 'Linux; Android 10; K',
  }[platform];
  if (browser === 'firefox' && platform !== 'android') {
    const major = majorAt(FIREFOX_143_ms, 143);
    return `Mozilla/5.0 (${system.replace('10_15_7', '10.15')}; rv:${major}.0) Gecko/20100101 Firefox/${major}.0`;
  }
  const mobile = platform === 'android' ? ' Mobile' : '';
  return `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${majorAt(CHROME_140_ms, 140)}.0.0.0${mobile} Safari/537.36`;
}

export const TOOLS: readonly [string, ...string[]] = [
  'python-requests/2.32.3',
  'Go-http-client/2.0',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/124.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36',
];
