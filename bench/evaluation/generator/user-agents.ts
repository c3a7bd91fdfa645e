import { releaseDayOf } from '../../../src/adapters/client-parser/release-days.ts';
import type { Random } from './random.ts';

export type Platform = 'windows' | 'mac' | 'linux' | 'chromeos' | 'android' | 'iphone' | 'ipad';
export type Browser = 'chrome' | 'edge' | 'firefox' | 'safari' | 'opera' | 'samsung';

/** A browser on a computer or phone, as far as its requests show. */
export interface ClientSoftware {
  readonly platform: Platform;
  readonly browser: Browser;
  /** Days after a release until this copy has it. */
  readonly lag_days: number;
  /** Android version in Firefox's texts; others have frozen it. */
  readonly androidVersion: number;
}

/** What one request of a client shows. */
export interface ClientLook {
  readonly userAgent: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tlsFingerprint: string;
  /** Changes when a new major version came. */
  readonly major: number;
}

const DAY_MS = 86_400_000;
const PLATFORM_SHARES: Readonly<Record<'computer' | 'phone', readonly (readonly [Platform, number])[]>> = {
  computer: [['windows', 66], ['mac', 22], ['linux', 5], ['chromeos', 4], ['ipad', 3]],
  phone: [['android', 62], ['iphone', 38]],
}; // biome-ignore format: one table
const BROWSER_SHARES: Readonly<Record<Platform, readonly (readonly [Browser, number])[]>> = {
  windows: [['chrome', 62], ['edge', 22], ['firefox', 11], ['opera', 5]],
  mac: [['chrome', 48], ['safari', 42], ['firefox', 8], ['edge', 2]],
  linux: [['chrome', 50], ['firefox', 50]],
  chromeos: [['chrome', 100]],
  android: [['chrome', 76], ['samsung', 17], ['firefox', 5], ['opera', 2]],
  iphone: [['safari', 88], ['chrome', 12]],
  ipad: [['safari', 100]],
}; // biome-ignore format: one table

/** A client as the whole web would draw it: shares near those of public browser statistics. */
export function drawSoftware(kind: 'computer' | 'phone', lag_days: number, random: Random): ClientSoftware {
  const platform = draw(PLATFORM_SHARES[kind], random);
  return {
    platform,
    browser: draw(BROWSER_SHARES[platform], random),
    lag_days,
    androidVersion: random.integer(13, 16),
  };
}

/** Another browser for the same machine; the same where there is no other. */
export function otherBrowser(software: ClientSoftware, random: Random): ClientSoftware {
  const others = BROWSER_SHARES[software.platform].filter(([browser]) => browser !== software.browser);
  return others.length === 0 ? software : { ...software, browser: draw(others, random) };
}

function draw<T>(shares: readonly (readonly [T, number])[], random: Random): T {
  const chosen = shares[random.weighted(shares.map(([, share]) => share))];
  if (chosen === undefined) throw new RangeError('nothing to draw from');
  return chosen[0];
}

/** What the software sends at a moment, its releases included. */
export function lookOf(software: ClientSoftware, language: string, at_ms: number): ClientLook {
  const day = Math.floor(at_ms / DAY_MS - software.lag_days);
  const { platform, browser } = software;
  const system = SYSTEMS[platform];
  const short = language.split('-')[0] ?? language;
  const accept = {
    'accept-language': short === 'en' ? `${language},en;q=0.9` : `${language},${short};q=0.9,en;q=0.8`,
  };
  if (browser === 'firefox') {
    const major = newestMajor('firefox', day);
    const where =
      platform === 'android'
        ? `Android ${software.androidVersion}; Mobile`
        : system.replace('10_15_7', '10.15');
    return {
      userAgent: `Mozilla/5.0 (${where}; rv:${major}.0) Gecko/${platform === 'android' ? `${major}.0` : '20100101'} Firefox/${major}.0`,
      headers: accept,
      tlsFingerprint: fingerprint('gecko', platform, major, 24),
      major,
    };
  }
  if (platform === 'iphone' || platform === 'ipad' || browser === 'safari') {
    const family = platform === 'mac' ? 'safari' : 'mobile safari';
    const major = newestMajor(family, day);
    const since = day - (releaseDayOf(family, major) ?? day);
    // Apple's point releases come about every seven weeks.
    const minor = Math.min(6, Math.max(0, Math.floor(since / 48)));
    const engine = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
    const chrome = newestMajor('chrome', day);
    const userAgent =
      platform === 'mac'
        ? `Mozilla/5.0 (${system}) ${engine} Version/${major}.${minor} Safari/605.1.15`
        : browser === 'chrome'
          ? `Mozilla/5.0 (${system}) ${engine} CriOS/${chrome}.0.0.0 Mobile/15E148 Safari/604.1`
          : `Mozilla/5.0 (${system}) ${engine} Version/${major}.${minor} Mobile/15E148 Safari/604.1`;
    return {
      userAgent,
      headers: accept,
      tlsFingerprint: fingerprint('webkit', platform, major, 2),
      major: browser === 'chrome' ? chrome : major * 10 + minor,
    };
  }
  const chrome = newestMajor('chrome', day);
  const mobile = platform === 'android' ? ' Mobile' : '';
  const tail = { chrome: '', edge: ` Edg/${newestMajor('edge', day)}.0.0.0`, opera: ` OPR/${newestMajor('opera', day)}.0.0.0`, samsung: '' }[browser]; // biome-ignore format: one table
  const samsung = newestMajor('samsung internet', day);
  // Samsung Internet lags behind the engine it is built on.
  const engine = browser === 'samsung' ? chrome - 12 : chrome;
  const inside = browser === 'samsung' ? `SamsungBrowser/${samsung}.0 ` : '';
  const brand = { chrome: 'Google Chrome', edge: 'Microsoft Edge', opera: 'Opera', samsung: 'Samsung Internet' }[browser]; // biome-ignore format: one table
  const version = browser === 'samsung' ? samsung : chrome;
  return {
    userAgent: `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${inside}Chrome/${engine}.0.0.0${mobile} Safari/537.36${tail}`,
    headers: {
      ...accept,
      'sec-ch-ua': `"Chromium";v="${engine}", "${brand}";v="${version}", "Not?A_Brand";v="24"`,
      'sec-ch-ua-mobile': platform === 'android' ? '?1' : '?0',
      'sec-ch-ua-platform': `"${HINTED[platform]}"`,
    },
    tlsFingerprint: fingerprint('blink', platform, engine, 12),
    major: version,
  };
}

const SYSTEMS: Readonly<Record<Platform, string>> = {
  windows: 'Windows NT 10.0; Win64; x64',
  mac: 'Macintosh; Intel Mac OS X 10_15_7',
  linux: 'X11; Linux x86_64',
  chromeos: 'X11; CrOS x86_64 14541.0.0',
  android: 'Linux; Android 10; K',
  iphone: 'iPhone; CPU iPhone OS 18_7 like Mac OS X',
  ipad: 'iPad; CPU OS 18_7 like Mac OS X',
};
const HINTED: Readonly<Record<Platform, string>> = {
  windows: 'Windows',
  mac: 'macOS',
  linux: 'Linux',
  chromeos: 'Chrome OS',
  android: 'Android',
  iphone: 'iOS',
  ipad: 'iOS',
};

/** Shaped like JA4 (FoxIO): same engine, system and epoch, same text. The digits mean nothing. */
function fingerprint(engine: string, platform: Platform, major: number, epoch: number): string {
  let h = 0x811c9dc5;
  for (const character of `${engine}|${platform === 'ipad' ? 'iphone' : platform}|${Math.floor(major / epoch)}`)
    h = Math.imul(h ^ character.charCodeAt(0), 0x01000193);
  const digits = (h >>> 0).toString(16).padStart(8, '0');
  return `t13d15${engine === 'webkit' ? '20' : '16'}h2_${digits}${digits.slice(0, 4)}`;
}

/** HTTP libraries and driven browsers as attack kits use them. */
export const TOOL_AGENTS: readonly { readonly userAgent: string; readonly tlsFingerprint: string }[] = [
  { userAgent: 'python-requests/2.32.3', tlsFingerprint: 't13d1812h1_85036bcba153' },
  { userAgent: 'Go-http-client/2.0', tlsFingerprint: 't13d1310h2_f57a46bbacb6' },
  { userAgent: 'okhttp/4.12.0', tlsFingerprint: 't13d1613h2_46e7e9700bed' },
  { userAgent: 'curl/8.9.1', tlsFingerprint: 't13d3112h2_e8f1e7e78f70' },
  {
    userAgent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36',
    tlsFingerprint: 't13d1516h2_8daaf6152771',
  },
];

const majors = new Map<string, readonly (readonly [day: number, major: number])[]>();

/** The newest major of a family that is out on a day (days since 1970), by the makers' calendars. */
function newestMajor(family: string, day: number): number {
  let train = majors.get(family);
  if (train === undefined) {
    const found: [number, number][] = [];
    for (let major = 1; major < 400; major++) {
      const released = releaseDayOf(family, major);
      if (released !== null) found.push([released, major]);
    }
    train = found.sort(([a], [b]) => a - b);
    majors.set(family, train);
  }
  let low = 0;
  let high = train.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((train[middle]?.[0] ?? 0) <= day) low = middle;
    else high = middle - 1;
  }
  return train[low]?.[1] ?? 1;
}
