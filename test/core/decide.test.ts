import { describe, expect, test } from 'vitest';
import { decide } from '../../src/core/decide.ts';
import { DEFAULT_POLICY } from '../../src/core/default-policy.ts';
import type { LoginEvent } from '../../src/core/event.ts';
import type { Facts, FailureCounts, VelocityFacts } from '../../src/core/facts.ts';
import { known, unknown } from '../../src/core/known.ts';
import { MODEL } from '../../src/core/model/model.ts';
import {
  all,
  BASE_EVENT,
  BASE_FACTS,
  burstOf,
  inLisbon,
  newcomer,
  nextDoor,
  noDevice,
  profileHidden,
  strangeDevice,
  withAddress,
  withDevice,
  withoutDevice,
  withVelocity,
} from '../../src/core/signals/examples.ts';
import { SIGNALS } from '../../src/core/signals/index.ts';
import { sum, worstFailures } from './fixtures.ts';

const judge = (event: LoginEvent = BASE_EVENT, facts: Facts = BASE_FACTS) =>
  decide(event, facts, DEFAULT_POLICY, { source: 'risk' });
const withMethods = (challengeMethods: readonly string[] | null): LoginEvent => ({
  ...BASE_EVENT,
  user: { ...BASE_EVENT.user, challengeMethods },
});
const METHODS = [null, [], ['sms'], ['totp'], ['webauthn', 'email_otp']];

/** Honest and hostile places to log in from. */
const SCENES: readonly (readonly [string, (facts: Facts) => Facts])[] = [
  ['home on the own laptop', (facts) => facts],
  ['another operator', nextDoor],
  ['Lisbon on the own laptop', inLisbon],
  ['Lisbon on a strange device', all(inLisbon, strangeDevice)],
  ['Tor on a strange device', all(inLisbon, strangeDevice, withAddress({ tor: true, hosting: true }))],
  ['blocklisted Tor without a profile', all(newcomer, withAddress({ tor: true, blocklists: ['a', 'b'] }))],
  ['a first login', newcomer],
];

describe('the whole registry, decided by the default policy', () => {
  test('a usual login is allowed, with high confidence and what vouches for it', () => {
    expect(judge()).toMatchObject({
      action: 'allow',
      level: 'low',
      confidence: 'high',
      learning: 'provisional',
    });
    expect(judge().reasons[0]?.code).toBe('device.known');
  });
  test('a first login with nothing else against it is allowed', () => {
    expect(judge(BASE_EVENT, newcomer(BASE_FACTS))).toMatchObject({ action: 'allow', confidence: 'low' });
  });
  test('a leaked credential is at least challenged, on the own laptop too', () => {
    for (const methods of METHODS) {
      const event = withMethods(methods);
      const compromised = {
        ...event,
        authentication: { ...event.authentication, credentialCompromised: true },
      };
      expect(judge(compromised).action).not.toBe('allow');
    }
  });
  test('a login without the cookie never scores below one from an unknown device', () => {
    for (const [, scene] of SCENES) {
      const unknownDevice = judge(BASE_EVENT, strangeDevice(scene(BASE_FACTS)));
      const none = judge(withoutDevice(BASE_EVENT), noDevice(scene(BASE_FACTS)));
      const cleared = judge(
        withDevice({ key: null, presented: false })(BASE_EVENT),
        noDevice(scene(BASE_FACTS)),
      );
      expect(none.logOdds).toBeGreaterThanOrEqual(unknownDevice.logOdds);
      expect(cleared.logOdds).toBeGreaterThanOrEqual(unknownDevice.logOdds);
    }
  });
  test('every example of every signal is decided: exact sum, capped categories, reasons, the same again', () => {
    for (const signal of SIGNALS) {
      for (const example of Object.values(signal.examples).flat()) {
        const event = example.event?.(BASE_EVENT) ?? BASE_EVENT;
        const facts = example.facts?.(BASE_FACTS) ?? BASE_FACTS;
        const verdict = judge(event, facts);
        expect(verdict.logOdds).toBeCloseTo(-5.3 + sum(verdict.signals.map((s) => s.logOdds)), 9);
        expect(verdict.signals.map(({ id }) => id)).toEqual(SIGNALS.map(({ id }) => id));
        for (const [category, cap] of Object.entries(MODEL.caps)) {
          const shares = verdict.signals.filter((s) => s.category === category).map((s) => s.logOdds);
          expect(sum(shares.filter((x) => x > 0))).toBeLessThanOrEqual(cap.positive + 1e-9);
          expect(sum(shares.filter((x) => x < 0))).toBeGreaterThanOrEqual(-cap.negative - 1e-9);
        }
        expect(verdict.reasons.length).toBeGreaterThan(0);
        for (const { message } of verdict.reasons) expect(message).not.toMatch(/undefined|null|NaN/);
        expect(judge(event, facts)).toEqual(verdict);
        expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
      }
    }
  });
});

describe('nobody is locked out by what others do', () => {
  const worst = withVelocity({
    user: worstFailures,
    userByOthers: { failures_10m: 1e6, failures_1h: 1e6, failures_24h: 1e6 },
    userNetworks_1h: 32,
    userNetworks_24h: 32,
    address: worstFailures,
    network: worstFailures,
    device: worstFailures,
  });

  test('a known device with good history is never blocked, whatever fails around it and whatever it has', () => {
    for (const methods of METHODS) {
      expect(judge(withMethods(methods), worst(BASE_FACTS)).action).not.toBe('block');
    }
  });
  test('on the own device strangers’ failures alone do not even cost a challenge', () => {
    const elsewhere = withVelocity({
      user: worstFailures,
      userByOthers: { failures_10m: 1e6, failures_1h: 1e6, failures_24h: 1e6 },
    });
    expect(judge(BASE_EVENT, elsewhere(BASE_FACTS)).action).toBe('allow');
  });
  test('wherever the login comes from, the worst failures of others never turn another answer into a block', () => {
    for (const [, scene] of SCENES) {
      for (const methods of METHODS) {
        const event = withMethods(methods);
        const calm = judge(event, scene(BASE_FACTS));
        const stormy = judge(event, worst(scene(BASE_FACTS)));
        if (calm.action !== 'block') expect(stormy.action).not.toBe('block');
      }
    }
  });
});

describe('more failures never look better', () => {
  const counts = Object.keys(worstFailures) as (keyof FailureCounts)[];
  const steps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 31, 32, 40, 60, 90, 128, 147, 300, 1000, 1e6];
  const statuses = ['succeeded', 'failed', 'attempted'] as const;
  const subjects = ['user', 'address', 'network', 'device'] as const;

  function rises(change: (n: number) => Partial<VelocityFacts>) {
    for (const [name, scene] of SCENES) {
      for (const status of statuses) {
        const event = { ...BASE_EVENT, status };
        const at = status === 'succeeded' ? scene(BASE_FACTS) : profileHidden(scene(BASE_FACTS));
        let before = Number.NEGATIVE_INFINITY;
        for (const n of steps) {
          const { logOdds } = judge(event, withVelocity(change(n))(at));
          expect(logOdds, `${name}, ${status}, ${n}`).toBeGreaterThanOrEqual(before);
          before = logOdds;
        }
      }
    }
  }

  test.each(subjects)('each count of %s alone', (subject) => {
    for (const count of counts) rises((n) => ({ [subject]: { ...burstOf(8, 3), [count]: n } }));
  });
  test('all counts together', () => {
    rises((n) => {
      const at = { ...burstOf(n, Math.min(128, n)), regularGaps_1h: n };
      return { user: at, address: at, network: at, device: at };
    });
  });
  test('networks from which the user was tried', () => {
    rises((n) => ({ userNetworks_1h: Math.min(32, n), userNetworks_24h: Math.min(32, n) }));
  });
});

describe('whether a degraded decision is robust rests on what signals say they need', () => {
  const STATE = ['profile', 'deviceIsTheirs', 'velocity', 'sharing', 'application'] as const;
  test.each(SIGNALS.map((signal) => [signal.id, signal] as const))(
    '%s reads no state that it does not name',
    (_, signal) => {
      const roots = new Set(signal.needs.map((need) => need.replace(/^facts\./, '').split('.')[0]));
      const read = new Set<string>();
      const watched = (facts: Facts): Facts =>
        new Proxy(facts, {
          get(target, key) {
            if (STATE.some((name) => name === key)) read.add(String(key));
            return Reflect.get(target, key) as unknown;
          },
        });
      for (const other of SIGNALS) {
        for (const example of Object.values(other.examples).flat()) {
          const facts = example.facts?.(BASE_FACTS) ?? BASE_FACTS;
          signal.judge(example.event?.(BASE_EVENT) ?? BASE_EVENT, watched(facts));
        }
      }
      expect([...read].filter((name) => !roots.has(name))).toEqual([]);
    },
  );
  test('with every state gone a login is judged with the rest, teaches nothing and says so', () => {
    const gone = unknown('unavailable');
    const facts: Facts = {
      ...BASE_FACTS,
      profile: gone,
      deviceIsTheirs: gone,
      velocity: gone,
      sharing: gone,
      application: gone,
    };
    expect(judge(BASE_EVENT, facts)).toMatchObject({
      action: 'allow',
      learning: 'none',
      confidence: 'low',
      degraded: {
        missing: ['profile', 'velocity', 'sharing', 'application'],
        cause: 'unavailable',
        fallback: 'allow',
        robust: false,
      },
    });
    expect(judge({ ...BASE_EVENT, type: 'mfa_enrollment' }, facts).action).toBe('challenge');
  });
});

describe('answers about unverified attempts', () => {
  test('are the same for a user with years of history and for nobody', () => {
    const strange = (facts: Facts) => ({ ...profileHidden(facts), deviceIsTheirs: known(false) });
    for (const status of ['attempted', 'failed'] as const) {
      for (const [, scene] of SCENES) {
        const somebody = judge({ ...BASE_EVENT, status }, strange(scene(BASE_FACTS)));
        const nobody = judge(
          {
            ...BASE_EVENT,
            status,
            user: {
              id: null,
              key: null,
              loginKey: 'login-key',
              registeredAt_ms: null,
              challengeMethods: null,
            },
          },
          strange(scene(BASE_FACTS)),
        );
        expect(nobody.action).toBe(somebody.action);
        expect(nobody.challenge).toEqual(somebody.challenge);
        expect(nobody.reasons).toEqual(somebody.reasons);
      }
    }
  });
});
