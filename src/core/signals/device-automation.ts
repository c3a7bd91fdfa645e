import type { ClientFacts, Facts } from '../facts.ts';
import { familiarity } from '../familiarity.ts';
import { unknown } from '../known.ts';
import { abstain, evidence, neutral, type Signal } from '../signal.ts';
import { WEIGHTS } from '../weights.ts';
import {
  all,
  STRANGE,
  withApplication,
  withClient,
  withContext,
  withFeatures,
  withHeaders,
  withProfile,
} from './examples.ts';
import { normallyCarries } from './support/carried.ts';
import { text } from './support/words.ts';

const W = WEIGHTS['device.automation'];
/** How driven Chromium names itself in its client hints, even where the user agent was disguised. */
const HEADLESS_BRAND = 'HeadlessChrome';

export const deviceAutomation: Signal = {
  id: 'device.automation',
  category: 'device',
  title: 'Automated client',
  description:
    'A driven (headless) browser, an HTTP library, or a self-declared crawler, which has no account to log in to; ' +
    'also a missing user agent where this user or application normally sends one. Meets credential stuffing with ' +
    'ready-made tools. A client that makes a good part of the application’s logins is its own app, and a robot ' +
    'that is this user’s habit is the user’s script: both say (nearly) nothing.',
  needs: ['client', 'context.headers', 'features.browser', 'features.client', 'profile', 'application'],
  dependsOnOthers: false,
  judge(event, facts) {
    if (!facts.client.known) {
      return facts.client.why === 'not_collected' && normallyCarries(facts, 'userAgent')
        ? evidence(W.none, { kind: 'none', name: null, habitual: false })
        : abstain(facts.client.why);
    }
    const client = facts.client.value;
    const kind = automationOf(client, event.context.headers?.['sec-ch-ua']);
    if (kind === null) return neutral();
    if (
      facts.application.known &&
      facts.application.value.logins >= W.min_logins &&
      facts.application.value.clientShare >= W.ordinary_share
    ) {
      return neutral({ kind });
    }
    const habitual = isHabitual(facts, event.occurredAt_ms);
    return evidence(W[kind] * (habitual ? W.habitual_share : 1), {
      kind,
      name: client.automationName,
      habitual,
    });
  },
  explain(details) {
    const name = text(details, 'name', '');
    const named = name === '' ? '' : ` (${name})`;
    const habitual = details.habitual === true ? ', as this user’s logins usually are' : '';
    switch (details.kind) {
      case 'none':
        return 'No user agent, though logins here normally carry one';
      case 'headless':
        return `A driven browser without a window${named}${habitual}`;
      case 'library':
        return `Made by a program, not by a browser${named}${habitual}`;
      case 'crawler':
        return `A web crawler${named} is logging in${habitual}`;
      default:
        return `An automated client${named}${habitual}`;
    }
  },
  examples: {
    positive: [
      {
        name: 'Headless Chrome',
        facts: all(
          withClient({ automation: 'headless', automationName: 'HeadlessChrome' }),
          withFeatures({ browser: STRANGE.browser, client: STRANGE.client }),
          withApplication({ clientShare: 0 }),
        ),
      },
      {
        name: 'A search engine’s crawler logs in',
        facts: all(
          withClient({ automation: 'crawler', automationName: 'examplebot', deviceType: 'bot' }),
          withFeatures({ browser: STRANGE.browser, client: STRANGE.client }),
          withApplication({ clientShare: 0 }),
        ),
      },
      {
        name: 'No user agent where all logins carry one',
        event: withContext({ userAgent: null }),
        facts: (base) =>
          withFeatures({ client: null, browser: null, os: null })({
            ...base,
            client: unknown('not_collected'),
          }),
      },
      {
        name: 'Client hints betray a disguised headless browser',
        event: withHeaders({ 'sec-ch-ua': '"Chromium";v="144", "HeadlessChrome";v="144"' }),
        facts: withApplication({ clientShare: 0.01 }),
      },
    ],
    negative: [
      { name: 'An ordinary browser' },
      {
        name: 'A library that is the application’s own mobile client',
        facts: all(
          withClient({ automation: 'library', automationName: 'okhttp' }),
          withApplication({ clientShare: 0.4 }),
        ),
      },
    ],
    abstaining: [
      {
        name: 'An application where user agents are normally absent',
        event: withContext({ userAgent: null }),
        facts: (base) =>
          all(
            withFeatures({ client: null, browser: null, os: null }),
            withApplication({ carriesUserAgent: 0 }),
            withProfile({
              carries: { device: 1, userAgent: 0, rtt: 0, headers: 0, tlsFingerprint: 0 },
            }),
          )({ ...base, client: unknown('not_collected') }),
      },
    ],
  },
};

function automationOf(
  client: ClientFacts,
  brands: string | undefined,
): 'headless' | 'library' | 'crawler' | 'bot' | null {
  if (client.automation !== null) return client.automation;
  if (brands?.includes(HEADLESS_BRAND)) return 'headless';
  return client.deviceType === 'bot' ? 'bot' : null;
}

function isHabitual(facts: Facts, now_ms: number): boolean {
  if (!facts.profile.known || facts.profile.value === null) return false;
  const { browser, client } = facts.features;
  if (browser !== null) {
    return familiarity(facts.profile.value, 'browsers', browser, now_ms).seen === 'established';
  }
  return (
    client !== null && familiarity(facts.profile.value, 'clients', client, now_ms).seen === 'established'
  );
}
