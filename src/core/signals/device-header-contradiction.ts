import type { ClientFacts } from '../facts.ts';
import { familiarity } from '../familiarity.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import { all, withApplication, withClient, withContext, withHeaders, withProfile } from './examples.ts';
import { normallyCarries } from './support/carried.ts';
import { isOwnDevice } from './support/device.ts';
import { familyName } from './support/words.ts';

const W = WEIGHTS['device.header_contradiction'];

type Platform = 'windows' | 'macos' | 'ios' | 'android' | 'chromeos' | 'linux';

export const deviceHeaderContradiction: Signal = {
  id: 'device.header_contradiction',
  category: 'device',
  title: 'Headers contradict the user agent',
  description:
    'Client hints and accept headers that no browser with this user agent sends: another platform, another engine, ' +
    'another version, or the wildcard language of an HTTP library. Attack tools set a user agent and forget the ' +
    'rest. Only what is there is compared; invented (GREASE) brands, Brave, Edge, Opera, desktop mode on phones and ' +
    'Android apps on Chrome OS are no contradiction. No headers at all, where they are normally sent, count a little.',
  needs: [
    'context.headers',
    'client',
    'features.client',
    'profile',
    'application',
    'deviceIsTheirs',
    'sharing',
  ],
  dependsOnOthers: false,
  judge(event, facts) {
    const headers = event.context.headers;
    if (headers === null) {
      return normallyCarries(facts, 'headers')
        ? evidence(W.none, { found: 'none', contradictions: 0 })
        : abstain('not_collected');
    }
    if (!facts.client.known) return abstain(facts.client.why);
    const client = facts.client.value;
    let found: string | null = null;
    let contradictions = 0;
    const brands = headers['sec-ch-ua'];
    if (brands !== undefined) {
      if (isOtherEngine(client, brands)) {
        found ??= 'engine';
        contradictions++;
      } else if (isOtherVersion(client, brands)) {
        found ??= 'version';
        contradictions++;
      }
    }
    const platform = headers['sec-ch-ua-platform'];
    if (platform !== undefined && isOtherPlatform(client, platform)) {
      found ??= 'platform';
      contradictions++;
    }
    // Phones in desktop mode say "not mobile" in both places, so only this direction cannot happen.
    if (headers['sec-ch-ua-mobile'] === '?1' && client.deviceType === 'desktop') {
      found ??= 'mobile';
      contradictions++;
    }
    // Browsers name languages; `*` alone is what the fetch of server-side JavaScript sends.
    if (headers['accept-language'] === '*' && client.browserFamily !== null && client.automation === null) {
      found ??= 'language';
      contradictions++;
    }
    if (found === null) return neutral();
    const nats = Math.min(W.max, W.first + W.further * (contradictions - 1));
    const habitual =
      isOwnDevice(event, facts) &&
      facts.profile.known &&
      facts.profile.value !== null &&
      facts.features.client !== null &&
      familiarity(facts.profile.value, 'clients', facts.features.client, event.occurredAt_ms).seen ===
        'established';
    return evidence(habitual ? nats * W.habitual_share : nats, {
      found,
      contradictions,
      browser: client.browserFamily,
      os: client.osFamily,
    });
  },
  explain(details) {
    const browser = familyName(details, 'browser', 'a browser');
    const os = familyName(details, 'os', 'its system');
    switch (details.found) {
      case 'none':
        return 'No browser headers, though logins here normally carry them';
      case 'engine':
        return `The user agent says ${browser} on ${os}, the client hints name another engine`;
      case 'version':
        return `The user agent and the client hints name different versions of ${browser}`;
      case 'platform':
        return `The user agent says ${os}, the client hints name another platform`;
      case 'mobile':
        return 'The user agent says desktop, the client hints say phone';
      default:
        return `A language header that no ${browser} sends`;
    }
  },
  examples: {
    positive: [
      {
        name: 'Claims Firefox, sends Chromium’s client hints',
        facts: withClient({ browserFamily: 'firefox', browserMajor: 140 }),
      },
      {
        name: 'Claims Windows, the client hints say Linux',
        event: withHeaders({ 'sec-ch-ua-platform': '"Linux"' }),
      },
      {
        name: 'Claims Chrome 144, the client hints say 120',
        event: withHeaders({ 'sec-ch-ua': '"Chromium";v="120", "Not:A-Brand";v="8"' }),
      },
      { name: 'No headers where all logins carry them', event: withContext({ headers: null }) },
    ],
    negative: [
      { name: 'Chrome with its own client hints' },
      {
        name: 'Brave, which passes for Chrome but names itself in the hints',
        event: withHeaders({ 'sec-ch-ua': '"Brave";v="144", "Chromium";v="144", "Not;A=Brand";v="99"' }),
      },
      {
        name: 'Edge, whose own version differs from its engine’s',
        event: withHeaders({ 'sec-ch-ua': '"Microsoft Edge";v="144", "Chromium";v="144"' }),
        facts: withClient({ browserFamily: 'edge', browserMajor: 143 }),
      },
    ],
    abstaining: [
      {
        name: 'An application that does not pass headers on',
        event: withContext({ headers: null }),
        facts: all(
          withApplication({ carriesHeaders: 0 }),
          withProfile({ carries: { device: 1, userAgent: 1, rtt: 1, headers: 0, tlsFingerprint: 0 } }),
        ),
      },
    ],
  },
};

/** Engines without client hints: Gecko and WebKit send none, and every iOS browser is WebKit. */
function isOtherEngine(client: ClientFacts, brands: string): boolean {
  if (!brands.includes('"Chromium"') && !brands.includes('"Google Chrome"')) return false;
  if (client.osFamily === 'ios') return true;
  const family = client.browserFamily;
  return family !== null && (family.includes('firefox') || family.includes('safari'));
}

/** Only Chrome's user agent carries the version of its engine; Edge, Opera and others count their own. */
function isOtherVersion(client: ClientFacts, brands: string): boolean {
  const family = client.browserFamily;
  if ((family !== 'chrome' && family !== 'chrome mobile') || client.browserMajor === null) return false;
  const major = versionOf(brands, '"Chromium";v="');
  return major !== null && major !== client.browserMajor;
}

function versionOf(brands: string, brand: string): number | null {
  const at = brands.indexOf(brand);
  if (at < 0) return null;
  let version = 0;
  let i = at + brand.length;
  const end = Math.min(brands.length, i + 5);
  const start = i;
  for (; i < end; i++) {
    const digit = brands.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) break;
    version = version * 10 + digit;
  }
  return i === start ? null : version;
}

function isOtherPlatform(client: ClientFacts, header: string): boolean {
  const claimed = platformOf(client.osFamily);
  const hinted = hintedPlatform(header);
  if (claimed === null || hinted === null || claimed === hinted) return false;
  // Desktop mode of Android browsers claims Linux; Android apps run on Chrome OS.
  if (claimed === 'linux' && (hinted === 'android' || hinted === 'chromeos')) return false;
  return (
    !(claimed === 'android' && hinted === 'chromeos') && !(claimed === 'chromeos' && hinted === 'android')
  );
}

/** The platform names of User-Agent Client Hints (WICG draft, `Sec-CH-UA-Platform`); others cannot be compared. */
function hintedPlatform(header: string): Platform | null {
  switch (header) {
    case '"Windows"':
      return 'windows';
    case '"macOS"':
      return 'macos';
    case '"iOS"':
      return 'ios';
    case '"Android"':
      return 'android';
    case '"Chrome OS"':
    case '"Chromium OS"':
      return 'chromeos';
    case '"Linux"':
      return 'linux';
    default:
      return null;
  }
}

const PLATFORMS: ReadonlyMap<string, Platform> = new Map<string, Platform>([
  ['windows', 'windows'],
  ['mac os', 'macos'],
  ['ios', 'ios'],
  ['android', 'android'],
  ['chrome os', 'chromeos'],
  ['linux', 'linux'],
]);

/** Only families that certainly map to one hinted platform. */
const platformOf = (osFamily: string | null): Platform | null =>
  osFamily === null ? null : (PLATFORMS.get(osFamily) ?? null);
