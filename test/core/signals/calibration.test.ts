import { describe, expect, it } from 'vitest';
import type { LoginEvent } from '../../../src/core/event.ts';
import type { Facts } from '../../../src/core/facts.ts';
import { known } from '../../../src/core/known.ts';
import { MODEL } from '../../../src/core/model/model.ts';
import { createScorer } from '../../../src/core/score.ts';
import {
  all,
  BASE_EVENT,
  BASE_FACTS,
  burstOf,
  failures,
  habit,
  inLisbon,
  NOW_ms,
  newcomer,
  nextDoor,
  noDevice,
  STRANGE,
  strangeDevice,
  withAddress,
  withApplication,
  withClient,
  withContext,
  withDevice,
  withFeatures,
  withHabits,
  withLast,
  withoutDevice,
  withProfile,
  withSharing,
  withVelocity,
} from '../../../src/core/signals/examples.ts';
import { SIGNALS } from '../../../src/core/signals/index.ts';

const PRIOR = -5.3;
/** logit(0.05) + 5.3 and logit(0.5) + 5.3: where the default policy’s levels begin. */
const MEDIUM = 2.36;
const HIGH = 5.3;
const scorer = createScorer(SIGNALS, MODEL.caps, MODEL.weights);

function evidenceFor(event: LoginEvent, facts: Facts): number {
  return scorer(event, facts, PRIOR).logOdds - PRIOR;
}
function reasonsFor(event: LoginEvent, facts: Facts): readonly string[] {
  return scorer(event, facts, PRIOR)
    .signals.filter(({ logOdds }) => logOdds >= 0.1)
    .map(({ id }) => id);
}

/** An application that collects neither devices nor headers, like a mail or shell server. */
const plainEvent: LoginEvent = {
  ...BASE_EVENT,
  device: null,
  context: { ...BASE_EVENT.context, userAgent: null, headers: null, rtt_ms: null },
};
const plain = all(
  noDevice,
  withFeatures({ client: null, browser: null, os: null }),
  withApplication({
    carriesDevice: 0,
    carriesUserAgent: 0,
    carriesRtt: 0,
    carriesHeaders: 0,
    clientShare: 0,
  }),
  withProfile({ carries: { device: 0, userAgent: 0, rtt: 0, headers: 0, tlsFingerprint: 0 } }),
  withHabits({ devices: [], clients: [], browsers: [], oses: [] }),
  (facts) => ({ ...facts, client: { known: false, why: 'not_collected' } }),
);
const newClient = all(
  withClient({ browserFamily: 'firefox', osFamily: 'linux' }),
  withFeatures({ browser: STRANGE.browser, os: STRANGE.os, client: STRANGE.client }),
);
const noHints = withContext({ headers: { 'accept-language': 'de-DE' } });
const minutesAgo = (n: number) => withLast({ at_ms: NOW_ms - n * 60_000 });

describe('below a challenge', () => {
  it.each<[string, LoginEvent, Facts]>([
    ['the usual login', BASE_EVENT, BASE_FACTS],
    [
      'a first login with nothing else against it',
      { ...BASE_EVENT, user: { ...BASE_EVENT.user, registeredAt_ms: NOW_ms } },
      newcomer(BASE_FACTS),
    ],
    [
      'a new browser version on the known device',
      BASE_EVENT,
      withFeatures({ client: STRANGE.client })(BASE_FACTS),
    ],
    ['a lost cookie in the usual network with the usual browser', BASE_EVENT, strangeDevice(BASE_FACTS)],
    ['no device collected in the usual network', withoutDevice(BASE_EVENT), noDevice(BASE_FACTS)],
    ['a new phone at home', noHints(BASE_EVENT), newClient(strangeDevice(BASE_FACTS))],
    ['a new country on the known device', BASE_EVENT, inLisbon(BASE_FACTS)],
    [
      'a VPN switched on upon the known device',
      BASE_EVENT,
      all(inLisbon, withAddress({ vpn: true, hosting: true }), minutesAgo(5))(BASE_FACTS),
    ],
    [
      'three typing errors, then in',
      BASE_EVENT,
      withVelocity({ user: burstOf(3), address: burstOf(3), device: burstOf(3) })(BASE_FACTS),
    ],
    [
      'three typing errors, then in, without a cookie',
      withoutDevice(BASE_EVENT),
      withVelocity({ user: burstOf(3), address: burstOf(3) })(noDevice(BASE_FACTS)),
    ],
    [
      'a new network of a user with hardly any history and no device',
      plainEvent,
      all(
        plain,
        inLisbon,
        withHabits({
          ases: [habit(1, 1, 1, true)],
          countries: [habit(1, 1, 1, true)],
          places: [habit(1, 1, 1, true)],
          addresses: [],
          networks: [],
        }),
        withLast({ at_ms: NOW_ms - 86_400_000 }),
      )(BASE_FACTS),
    ],
    [
      'the known device while strangers fail 200 times from elsewhere',
      BASE_EVENT,
      withVelocity({
        user: burstOf(200),
        userByOthers: { failures_10m: 200, failures_1h: 200, failures_24h: 200 },
        userNetworks_1h: 32,
        userNetworks_24h: 32,
      })(BASE_FACTS),
    ],
  ])('%s', (_name, event, facts) => {
    expect(evidenceFor(event, facts)).toBeLessThan(MEDIUM);
  });

  it.each([5, 20, 147, 1000])(
    'another user at a habitual shared address where one user failed %i times',
    (n) => {
      const facts = all(
        plain,
        withSharing({ addressUsers: 8, networkUsers: 8 }),
        withVelocity({ address: burstOf(n), network: burstOf(n) }),
      )(BASE_FACTS);
      expect(evidenceFor(plainEvent, facts)).toBeLessThan(MEDIUM);
    },
  );
});

describe('a challenge', () => {
  it.each<[string, LoginEvent, Facts]>([
    ['a new device, operator and country', BASE_EVENT, all(strangeDevice, inLisbon)(BASE_FACTS)],
    [
      'a new operator and country where devices are not collected',
      plainEvent,
      all(plain, inLisbon)(BASE_FACTS),
    ],
    [
      'a new device from a rented server',
      BASE_EVENT,
      all(strangeDevice, nextDoor, withAddress({ hosting: true }))(BASE_FACTS),
    ],
    [
      'a new device through a new VPN',
      BASE_EVENT,
      all(strangeDevice, nextDoor, withAddress({ vpn: true }))(BASE_FACTS),
    ],
    [
      'stuffing: the 41st user of a strange address, no device',
      plainEvent,
      all(
        plain,
        nextDoor,
        withSharing({ addressUsers: 0, networkUsers: 0 }),
        withVelocity({ address: burstOf(40, 40), network: burstOf(40, 40) }),
      )(BASE_FACTS),
    ],
    [
      'a leaked password on a new device',
      { ...BASE_EVENT, authentication: { ...BASE_EVENT.authentication, credentialCompromised: true } },
      strangeDevice(BASE_FACTS),
    ],
  ])('%s', (_name, event, facts) => {
    expect(evidenceFor(event, facts)).toBeGreaterThanOrEqual(MEDIUM);
  });

  it('a login a second after 147 failures from the user’s own habitual address, with a velocity reason', () => {
    const facts = all(
      plain,
      withSharing({ addressUsers: 8, networkUsers: 8 }),
      withVelocity({ user: burstOf(147), address: burstOf(147), network: burstOf(147) }),
    )(BASE_FACTS);
    expect(evidenceFor(plainEvent, facts)).toBeGreaterThanOrEqual(MEDIUM);
    expect(reasonsFor(plainEvent, facts)).toContain('velocity.user_failures');
  });

  it('a new device, operator and country stay below high', () => {
    expect(evidenceFor(BASE_EVENT, all(strangeDevice, inLisbon)(BASE_FACTS))).toBeLessThan(HIGH);
  });
});

describe('high', () => {
  it.each<[string, LoginEvent, Facts]>([
    [
      'impossible travel with a new device',
      BASE_EVENT,
      all(strangeDevice, inLisbon, minutesAgo(20))(BASE_FACTS),
    ],
    [
      'a new device through Tor in a new country',
      BASE_EVENT,
      all(strangeDevice, inLisbon, withAddress({ tor: true, hosting: true }))(BASE_FACTS),
    ],
    [
      'headless stuffing from a rented server',
      noHints(BASE_EVENT),
      all(
        strangeDevice,
        nextDoor,
        newClient,
        withClient({ automation: 'headless' }),
        withApplication({ clientShare: 0 }),
        withAddress({ hosting: true }),
        withSharing({ addressUsers: 0 }),
        withVelocity({ address: burstOf(60, 60) }),
      )(BASE_FACTS),
    ],
  ])('%s', (_name, event, facts) => {
    expect(evidenceFor(event, facts)).toBeGreaterThanOrEqual(HIGH);
  });
});

describe('possession', () => {
  const deviceShare = (event: LoginEvent, facts: Facts) =>
    scorer(event, facts, PRIOR)
      .signals.filter(({ category }) => category === 'device')
      .reduce((sum, { logOdds }) => sum + logOdds, 0);

  it('of a cookie never gives more than 2.5 nats, of a bound key at most 4', () => {
    const old = withHabits({ devices: [habit(BASE_FACTS.features.device ?? 0, 900, 2_000)] })(BASE_FACTS);
    // The fit believes less than all of what a cookie may say.
    expect(deviceShare(BASE_EVENT, old)).toBeGreaterThanOrEqual(-2.5);
    const bound = deviceShare(withDevice({ bound: true })(BASE_EVENT), old);
    expect(bound).toBeLessThan(deviceShare(BASE_EVENT, old));
    expect(bound).toBeGreaterThanOrEqual(-4);
  });

  it('of a cookie gives no trust when the user’s bound key is not shown', () => {
    const bound = withProfile({ boundDevice: true })(BASE_FACTS);
    expect(deviceShare(withDevice({ bound: false })(BASE_EVENT), bound)).toBeGreaterThan(0);
  });

  it('of a device learned from unconfirmed logins gives at most 0.3 nats', () => {
    const recent = withHabits({
      devices: [habit(0x0d02, 9, 58), habit(BASE_FACTS.features.device ?? 0, 30, 3, true)],
    })({ ...BASE_FACTS, deviceIsTheirs: known(false) });
    expect(deviceShare(BASE_EVENT, recent)).toBeGreaterThanOrEqual(-0.3);
  });

  it.each([21, 128])('of an id with %i users gives none', (users) => {
    expect(deviceShare(BASE_EVENT, withSharing({ deviceUsers: users })(BASE_FACTS))).toBeGreaterThanOrEqual(
      0,
    );
    expect(
      deviceShare(BASE_EVENT, withSharing({ deviceUsersSeen_24h: users })(BASE_FACTS)),
    ).toBeGreaterThanOrEqual(0);
  });
});

describe('travel', () => {
  const travel = SIGNALS.find(({ id }) => id === 'location.impossible_travel');
  const nats = (facts: Facts, event = BASE_EVENT): number => {
    const finding = travel?.judge(event, facts);
    return finding?.state === 'evidence' ? finding.rawLogOdds : 0;
  };
  const far = all(strangeDevice, inLisbon);

  it('in no time at all is the most that it can be, and finite', () => {
    expect(nats(all(far, minutesAgo(0))(BASE_FACTS))).toBe(3);
  });

  it('says less the more time there was, and nothing after two days', () => {
    const series = [0, 1, 60, 120, 240, 480, 2_880].map((m) => nats(all(far, minutesAgo(m))(BASE_FACTS)));
    expect(series).toEqual([...series].sort((a, b) => b - a));
    expect(series.at(-1)).toBeLessThan(0.01);
  });

  it('says nothing of a login that came before the last one', () => {
    expect(nats(all(far, minutesAgo(-30))(BASE_FACTS))).toBe(0);
  });

  it.each(['vpn', 'relay', 'mobile', 'tor', 'hosting', 'residentialProxy'] as const)(
    'weighs little when either end is an exit: %s',
    (kind) => {
      expect(nats(all(far, minutesAgo(20), withAddress({ [kind]: true }))(BASE_FACTS))).toBeLessThan(1);
      expect(
        nats(all(far, withLast({ at_ms: NOW_ms - 1_200_000, placeless: true }))(BASE_FACTS)),
      ).toBeLessThan(1);
    },
  );

  it('never fires on the own device of the last login', () => {
    expect(nats(all(inLisbon, minutesAgo(1))(BASE_FACTS))).toBe(0);
  });

  it('names the decision that it refers to, and speaks like a person', () => {
    const finding = travel?.judge(BASE_EVENT, all(far, minutesAgo(150))(BASE_FACTS));
    if (finding?.state !== 'evidence') throw new Error('no evidence');
    expect(finding.details.previous_decision_id).toMatch(/^dec_/);
    expect(travel?.explain(finding.details)).toBe('2,200 km from the last login in 2.5 h (879 km/h)');
  });
});

describe('the network', () => {
  it.each([0, 1, 2, 5, 20, 128])(
    'trust never exceeds 1.6 nats, less than the right password gives, with %i sharers',
    (addressUsers) => {
      const score = scorer(BASE_EVENT, withSharing({ addressUsers })(BASE_FACTS), PRIOR);
      const network = score.signals.filter(({ category }) => category === 'network');
      const trust = -network.reduce((sum, { logOdds }) => sum + logOdds, 0);
      expect(trust).toBeLessThanOrEqual(1.6);
      expect(trust).toBeLessThan(MODEL.weights['account.right_credential']?.alpha ?? 0);
    },
  );

  it('behind a proxy before the auth server gives no evidence from the address, for or against', () => {
    const facts = all(
      inLisbon,
      withAddress({ hosting: true, vpn: true, tor: true, blocklists: ['a', 'b'] }),
      minutesAgo(1),
      withSharing({ addressShareOfTenant: 0.5, tenantUsers_24h: 50, addressUsers: 50 }),
      withVelocity({ address: burstOf(500, 128), network: burstOf(500, 128) }),
    )(strangeDevice(BASE_FACTS));
    const byAddress = scorer(BASE_EVENT, facts, PRIOR).signals.filter(
      ({ id, category }) =>
        category === 'network' || category === 'location' || /address|velocity\.network/.test(id),
    );
    expect(byAddress.every(({ state, why }) => state === 'abstain' && why === 'shared_proxy')).toBe(true);
  });

  it('of an office of 49 that makes all logins is still evidence', () => {
    const facts = withSharing({ addressShareOfTenant: 1, tenantUsers_24h: 49 })(nextDoor(BASE_FACTS));
    expect(reasonsFor(BASE_EVENT, facts)).toContain('network.new_as');
  });

  it.each(['private', 'cgnat', 'loopback', 'link_local', 'unique_local', 'reserved'] as const)(
    'that is %s makes every network, location and address signal abstain',
    (kind) => {
      const facts = withAddress({ kind })(
        withVelocity({ address: burstOf(200, 50), network: burstOf(200, 50) })(BASE_FACTS),
      );
      const byAddress = scorer(BASE_EVENT, facts, PRIOR).signals.filter(
        ({ id, category }) =>
          category === 'network' || category === 'location' || /address|velocity\.network/.test(id),
      );
      expect(byAddress.every(({ state, why }) => state === 'abstain' && why === 'not_public')).toBe(true);
    },
  );
});

describe('unverified attempts', () => {
  it('read nothing of the profile: the same answer whatever it holds', () => {
    const event: LoginEvent = { ...BASE_EVENT, status: 'failed' };
    const hidden: Facts = {
      ...withVelocity({ user: burstOf(9), address: burstOf(9) })(BASE_FACTS),
      profile: { known: false, why: 'not_verified' },
      deviceIsTheirs: known(false),
    };
    const strange = strangeDevice(hidden);
    const home = scorer(event, hidden, PRIOR).signals.filter(({ id }) => !id.startsWith('device.many'));
    const other = scorer(event, strange, PRIOR).signals.filter(({ id }) => !id.startsWith('device.many'));
    expect(other).toEqual(home);
  });

  it('score rises and never falls through 147 failures', () => {
    let before = Number.NEGATIVE_INFINITY;
    for (let n = 1; n <= 147; n++) {
      const facts: Facts = {
        ...withVelocity({
          user: burstOf(n),
          address: burstOf(n),
          network: burstOf(n),
          device: null,
        })(plain(BASE_FACTS)),
        profile: { known: false, why: 'not_verified' },
      };
      const { logOdds } = scorer({ ...plainEvent, status: 'failed' }, facts, PRIOR);
      expect(logOdds).toBeGreaterThanOrEqual(before);
      before = logOdds;
    }
    expect(before - PRIOR).toBeGreaterThanOrEqual(MEDIUM);
  });
});

it('machine cadence alone does not reach a challenge', () => {
  const facts = withVelocity({ user: failures({ regularGaps_1h: 500 }) })(noDevice(BASE_FACTS));
  const finding = SIGNALS.find(({ id }) => id === 'velocity.regular_cadence')?.judge(
    withoutDevice(BASE_EVENT),
    facts,
  );
  expect(finding?.state === 'evidence' && finding.rawLogOdds).toBeLessThan(MEDIUM);
});
