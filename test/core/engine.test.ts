import { describe, expect, test } from 'vitest';
import type { Action } from '../../src/core/decision.ts';
import { createDecide } from '../../src/core/engine.ts';
import { EVENT_STATUSES, EVENT_TYPES, type LoginEvent } from '../../src/core/event.ts';
import type { Facts } from '../../src/core/facts.ts';
import { known, unknown } from '../../src/core/known.ts';
import type { ListMatch, Policy } from '../../src/core/policy.ts';
import type { RecordSource } from '../../src/core/record.ts';
import type { Signal } from '../../src/core/signal.ts';
import {
  caps,
  facts,
  login,
  policy,
  profile,
  randomSignals,
  seeded,
  signal,
  strangersFacts,
  sum,
  worstFailures,
} from './fixtures.ts';

interface Setting {
  readonly event?: LoginEvent;
  readonly facts?: Facts;
  readonly policy?: Policy;
  readonly source?: RecordSource;
  readonly lists?: readonly ListMatch[];
}

function decideWith(signals: readonly Signal[], setting: Setting = {}) {
  return createDecide(signals, caps())(
    setting.event ?? login(),
    setting.facts ?? strangersFacts(),
    setting.policy ?? policy(),
    { source: setting.source ?? 'risk', lists: setting.lists ?? [] },
  );
}

/** Evidence that ends at a level under the default prior −5.3 and thresholds. */
const NOTHING: readonly Signal[] = [];
const MEDIUM = [signal('location.own', 3.5)];
const HIGH = [signal('location.own', 6)];
const EXTREME = [signal('location.own', 6), signal('device.own', 6)];
const ONE_CATEGORY = [signal('location.a', 6), signal('location.b', 6)];
const OTHERS = [
  signal('velocity.others', 20, { dependsOnOthers: true }),
  signal('network.others', 20, { dependsOnOthers: true }),
];

const codes = (verdict: { reasons: readonly { code: string }[] }) => verdict.reasons.map(({ code }) => code);
const withMethods = (challengeMethods: readonly string[] | null) => login({ user: { challengeMethods } });

describe('score to level to action', () => {
  test.each([
    ['nothing', NOTHING, 'low', 'allow', 'low_risk'],
    ['some evidence', MEDIUM, 'medium', 'challenge', 'medium_risk'],
    ['strong evidence', HIGH, 'high', 'challenge', 'high_risk'],
    ['overwhelming evidence of two categories', EXTREME, 'high', 'block', 'block_score'],
  ] as const)('%s: %s', (_, signals, level, action, rule) => {
    expect(decideWith(signals)).toMatchObject({ level, action, enforced: action, rule, wouldHave: null });
  });
  test('a level begins exactly at its threshold', () => {
    const at = policy({ priorLogOdds: 0, thresholds: { medium: 0.05, high: 0.5, block: 0.98 } });
    expect(decideWith(NOTHING, { policy: at }).level).toBe('high');
    expect(decideWith([signal('device.known', -0.000001)], { policy: at }).level).toBe('medium');
  });
  test('one category alone never blocks, however strong', () => {
    expect(decideWith(ONE_CATEGORY)).toMatchObject({ action: 'challenge', rule: 'high_risk' });
  });
  test('a known good device is never blocked by score', () => {
    expect(decideWith(EXTREME, { facts: facts() })).toMatchObject({ action: 'challenge', rule: 'high_risk' });
  });
  test('a device id that many people use, or that did not come as a cookie, protects nobody', () => {
    const busy = facts().sharing;
    const sharing = busy.known ? known({ ...busy.value, deviceUsersSeen_24h: 21 }) : busy;
    expect(decideWith(EXTREME, { facts: facts({ sharing }) }).action).toBe('block');
    const event = login({ device: { presented: false } });
    expect(decideWith(EXTREME, { facts: facts(), event }).action).toBe('block');
  });
  test('a medium level asks for anything the user has, a high one only for strong methods', () => {
    expect(decideWith(MEDIUM).challenge?.methods).toEqual(['webauthn', 'totp', 'sms']);
    expect(decideWith(HIGH).challenge?.methods).toEqual(['webauthn', 'totp']);
    expect(decideWith(HIGH, { event: withMethods(null) }).challenge).toMatchObject({
      kind: 'second_factor',
      methods: null,
    });
  });
  test('a user without any method is let in with a notice at medium and refused at high', () => {
    const event = withMethods([]);
    const medium = decideWith(MEDIUM, { event });
    expect(medium).toMatchObject({ action: 'allow', rule: 'medium_risk', challenge: null });
    expect(codes(medium)).toContain('policy.no_method_notify');
    const high = decideWith(HIGH, { event });
    expect(high).toMatchObject({ action: 'block', rule: 'high_risk', challenge: null });
    expect(codes(high)).toContain('policy.no_method_block');
  });
  test('a second factor that was just passed is not asked for again, but never lifts a block', () => {
    const event = login({ authentication: { amr: ['pwd', 'otp'] } });
    const high = decideWith(HIGH, { event });
    expect(high).toMatchObject({ action: 'allow', learning: 'full', level: 'high' });
    expect(codes(high)).toContain('policy.requirement_met');
    expect(decideWith(EXTREME, { event }).action).toBe('block');
  });
  test.each(EVENT_STATUSES)('a logout that %s is never refused, except by a block list', (status) => {
    const event = login({ type: 'logout', status });
    expect(decideWith(EXTREME, { event })).toMatchObject({
      action: 'allow',
      rule: 'logout',
      learning: 'none',
    });
    expect(decideWith(EXTREME, { event, lists: [{ list: 'block', on: 'ip' }] }).action).toBe('block');
  });
});

describe('lists', () => {
  const block: ListMatch = { list: 'block', on: 'network' };
  const allow: ListMatch = { list: 'allow', on: 'ip' };
  test('a block list blocks whatever the score and status, and wins over an allow list', () => {
    for (const status of EVENT_STATUSES) {
      const verdict = decideWith(NOTHING, {
        event: login({ status }),
        facts: facts(),
        lists: [allow, block],
      });
      expect(verdict).toMatchObject({ action: 'block', rule: 'block_list', learning: 'none' });
      expect(verdict.reasons[0]).toEqual({
        code: 'policy.block_list',
        message: 'On the block list (network)',
      });
    }
  });
  test('an allow list allows and teaches nothing, whatever the score', () => {
    for (const signals of [NOTHING, MEDIUM, EXTREME]) {
      const event = login({ authentication: { amr: ['pwd', 'otp'] } });
      const verdict = decideWith(signals, { lists: [allow], event });
      expect(verdict).toMatchObject({ action: 'allow', rule: 'allow_list', learning: 'none' });
      expect(codes(verdict)[0]).toBe('policy.allow_list');
    }
  });
  test('an allow list does not keep back that the credential is leaked', () => {
    const event = login({ authentication: { credentialCompromised: true } });
    expect(codes(decideWith(NOTHING, { lists: [allow], event }))).toContain('policy.credential_compromised');
  });
});

describe('a leaked credential', () => {
  const compromised = (challengeMethods: readonly string[] | null) =>
    login({ user: { challengeMethods }, authentication: { credentialCompromised: true } });
  test('is at least challenged, with advice to reset, on the user’s own device too', () => {
    const verdict = decideWith(NOTHING, { event: compromised(['sms']), facts: facts() });
    expect(verdict).toMatchObject({ action: 'challenge', rule: 'credential_compromised', level: 'low' });
    expect(verdict.reasons[0]?.message).toMatch(/reset/);
  });
  test('lets nobody in who can show nothing else', () => {
    for (const signals of [NOTHING, MEDIUM]) {
      expect(decideWith(signals, { event: compromised([]), facts: facts() }).action).toBe('block');
    }
  });
  test('keeps the stricter demand of a high level', () => {
    expect(decideWith(HIGH, { event: compromised(['sms', 'totp']) }).challenge?.methods).toEqual(['totp']);
  });
});

describe('acts that could hand the account over', () => {
  test.each(['mfa_enrollment', 'credential_change', 'account_recovery'] as const)(
    '%s is challenged without history, and not with it at low risk',
    (type) => {
      const event = login({ type });
      const verdict = decideWith(NOTHING, { event });
      expect(verdict).toMatchObject({ action: 'challenge', rule: 'sensitive_type', level: 'low' });
      expect(codes(verdict)).toContain('policy.sensitive_without_history');
      expect(decideWith(NOTHING, { event, facts: facts() }).action).toBe('allow');
    },
  );
  test('from medium they are challenged even where the policy lets a login in', () => {
    const lax = policy({ levels: { medium: { action: 'allow' } } });
    const event = login({ type: 'credential_change' });
    expect(decideWith(MEDIUM, { event, facts: facts(), policy: lax })).toMatchObject({
      action: 'challenge',
      rule: 'sensitive_type',
    });
    expect(decideWith(MEDIUM, { facts: facts(), policy: lax }).action).toBe('allow');
  });
  test('enrolling a factor does not prove itself', () => {
    const event = login({
      type: 'mfa_enrollment',
      session: { authenticatedAt_ms: login().occurredAt_ms },
      authentication: { amr: ['pwd', 'hwk', 'mfa'], acr: 'phr' },
    });
    expect(decideWith(NOTHING, { event }).action).toBe('challenge');
  });
  test('with late state they are challenged, and a login is judged with the rest', () => {
    const late = facts({ velocity: unknown('timeout') });
    expect(decideWith(NOTHING, { event: login({ type: 'mfa_enrollment' }), facts: late })).toMatchObject({
      action: 'challenge',
      rule: 'degraded_sensitive',
      degraded: { fallback: 'challenge' },
    });
    expect(decideWith(NOTHING, { facts: late }).action).toBe('allow');
  });
});

describe('nobody is locked out by what others do', () => {
  const worst = facts().velocity;
  const velocity = worst.known
    ? known({
        ...worst.value,
        user: worstFailures,
        userByOthers: { failures_10m: 1e6, failures_1h: 1e6, failures_24h: 1e6 },
        userNetworks_1h: 32,
        userNetworks_24h: 32,
        address: worstFailures,
        network: worstFailures,
      })
    : worst;
  const methods = [null, [], ['sms'], ['webauthn'], ['email_otp'], ['x_badge']];

  test('evidence of others alone never exceeds a challenge, whatever the user has, known device or not', () => {
    for (const challengeMethods of methods) {
      for (const at of [facts({ velocity }), strangersFacts({ velocity })]) {
        const verdict = decideWith(OTHERS, { event: withMethods(challengeMethods), facts: at });
        expect(verdict).toMatchObject({ action: 'challenge', level: 'high' });
      }
    }
  });
  test('a user without a strong method gets what they have, and one without any gets friction', () => {
    expect(decideWith(OTHERS, { event: withMethods(['sms']) })).toMatchObject({
      rule: 'others_only',
      challenge: { kind: 'second_factor', methods: ['sms'] },
    });
    expect(decideWith(OTHERS, { event: withMethods([]) })).toMatchObject({
      rule: 'others_only',
      challenge: { kind: 'friction', methods: ['captcha', 'proof_of_work'] },
    });
  });
  test('it holds for policies that block from a level on', () => {
    const strict = policy({ levels: { medium: { action: 'block' }, high: { action: 'block' } } });
    for (const challengeMethods of methods) {
      expect(decideWith(OTHERS, { event: withMethods(challengeMethods), policy: strict }).action).toBe(
        'challenge',
      );
    }
    expect(decideWith(MEDIUM, { policy: strict })).toMatchObject({ action: 'block', rule: 'medium_risk' });
  });
  test('their evidence does not turn a challenge on own evidence into a block', () => {
    const verdict = decideWith([...MEDIUM, ...OTHERS], { event: withMethods(['sms']) });
    expect(verdict).toMatchObject({ action: 'challenge', rule: 'others_only' });
    expect(codes(verdict)).toContain('policy.others_only');
  });
  test('but what the login itself shows still blocks', () => {
    expect(decideWith([...EXTREME, ...OTHERS]).action).toBe('block');
    expect(decideWith([...HIGH, ...OTHERS], { event: withMethods([]) }).action).toBe('block');
  });
  test('over random registries, methods and policies: a block stands without the evidence of others', () => {
    const random = seeded(23);
    let blocks = 0;
    for (let i = 0; i < 3000; i++) {
      const signals = randomSignals(random, 12);
      const event = withMethods(methods[Math.floor(random() * methods.length)] ?? null);
      const at = random() < 0.5 ? facts({ velocity }) : strangersFacts({ velocity });
      const setting = { event, facts: at, policy: policy({ priorLogOdds: -6 * random() }) };
      const verdict = decideWith(signals, setting);
      if (verdict.action !== 'block') continue;
      blocks++;
      const own = signals.filter((s, j) => !(s.dependsOnOthers && (verdict.signals[j]?.logOdds ?? 0) > 0));
      expect(decideWith(own, setting).action).toBe('block');
    }
    expect(blocks).toBeGreaterThan(100);
  });
  test('over random registries: a known good device is blocked only for want of a method, on its own evidence', () => {
    const random = seeded(29);
    for (let i = 0; i < 2000; i++) {
      const event = withMethods(['sms', 'totp']);
      expect(decideWith(randomSignals(random), { event, facts: facts({ velocity }) }).action).not.toBe(
        'block',
      );
    }
  });
});

describe('attempts that nobody verified', () => {
  test.each(['attempted', 'failed'] as const)(
    '%s: friction, no methods of the user, nothing learned',
    (status) => {
      for (const signals of [MEDIUM, HIGH]) {
        expect(decideWith(signals, { event: login({ status }) })).toMatchObject({
          action: 'challenge',
          challenge: { kind: 'friction', methods: ['captcha', 'proof_of_work'], retryAfter_s: 1 },
          learning: 'none',
        });
      }
      expect(decideWith(NOTHING, { event: login({ status }) }).action).toBe('allow');
    },
  );
  test('the answer is the same whatever methods and history the account has', () => {
    const attempt = (challengeMethods: readonly string[] | null) =>
      login({ status: 'attempted', user: { challengeMethods } });
    const unread = strangersFacts({ profile: unknown('not_verified') });
    for (const signals of [NOTHING, MEDIUM, HIGH, EXTREME, OTHERS]) {
      const answers = [null, [], ['totp']].map((m) =>
        decideWith(signals, { event: attempt(m), facts: unread }),
      );
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    }
  });
  test('an unverified recovery is not held against a user whose history may not be read', () => {
    const event = login({ type: 'account_recovery', status: 'attempted' });
    const unread = strangersFacts({ profile: unknown('not_verified') });
    expect(decideWith(NOTHING, { event, facts: unread }).action).toBe('allow');
  });
});

describe('monitor mode', () => {
  const monitor = policy({ mode: 'monitor' });
  const lists: readonly (readonly ListMatch[])[] = [
    [],
    [{ list: 'block', on: 'ip' }],
    [{ list: 'allow', on: 'ip' }],
  ];
  test('allows, says what enforcement would have answered, demands nothing, and teaches the same', () => {
    const random = seeded(31);
    for (let i = 0; i < 1500; i++) {
      const signals = randomSignals(random, 10);
      const setting: Setting = {
        event: login({
          type: EVENT_TYPES[Math.floor(random() * EVENT_TYPES.length)] ?? 'login',
          status: EVENT_STATUSES[Math.floor(random() * 3)] ?? 'succeeded',
          authentication: { amr: random() < 0.5 ? ['pwd', 'otp'] : ['pwd'] },
        }),
        lists: lists[Math.floor(random() * 3)] ?? [],
      };
      const enforced = decideWith(signals, setting);
      const watched = decideWith(signals, { ...setting, policy: monitor });
      expect(watched).toEqual({
        ...enforced,
        action: 'allow',
        wouldHave: enforced.action,
        challenge: null,
      });
    }
  });
  test('teaches nothing that the policy would have challenged', () => {
    for (const signals of [MEDIUM, HIGH, EXTREME]) {
      expect(decideWith(signals, { policy: monitor })).toMatchObject({ action: 'allow', learning: 'none' });
    }
  });
});

describe('what an event teaches', () => {
  test('a verified login that the policy lets in teaches provisionally', () => {
    expect(decideWith(NOTHING).learning).toBe('provisional');
  });
  test('one that passed a strong second factor teaches fully, at low risk too; a weak one does not', () => {
    const having = (amr: readonly string[]) =>
      decideWith(NOTHING, { event: login({ authentication: { amr } }) });
    expect(having(['pwd', 'otp']).learning).toBe('full');
    expect(having(['pwd', 'sms']).learning).toBe('provisional');
  });
  test('being let in for want of a method teaches nothing', () => {
    expect(decideWith(MEDIUM, { event: withMethods([]) })).toMatchObject({
      action: 'allow',
      learning: 'none',
    });
  });
  test.each(EVENT_TYPES)('%s: only login, registration and session teach', (type) => {
    const expected = ['login', 'registration', 'session'].includes(type) ? 'provisional' : 'none';
    expect(decideWith(NOTHING, { event: login({ type }), facts: facts() }).learning).toBe(expected);
  });
  test.each([
    ['risk', null, 'provisional', 'none'],
    ['replay', null, 'provisional', 'none'],
    ['dry_run', null, 'none', 'none'],
    ['event', null, 'none', 'none'],
    ['event', 'accepted', 'provisional', 'provisional'],
    ['event', 'rejected', 'none', 'none'],
    ['import', null, 'full', 'full'],
    ['import', 'accepted', 'full', 'full'],
    ['import', 'rejected', 'none', 'none'],
  ] as const)(
    '%s with disposition %s teaches %s at low and %s at high risk',
    (source, disposition, low, high) => {
      const event = login({ disposition });
      expect(decideWith(NOTHING, { event, source }).learning).toBe(low);
      expect(decideWith(HIGH, { event, source }).learning).toBe(high);
    },
  );
  test('nothing unverified teaches, however it came', () => {
    for (const status of ['failed', 'attempted'] as const) {
      for (const source of ['risk', 'replay', 'event', 'import', 'dry_run'] as const) {
        const event = login({ status, disposition: 'accepted' });
        expect(decideWith(NOTHING, { event, source }).learning).toBe('none');
      }
    }
  });
  test('a login let in while state was missing teaches nothing', () => {
    const judged = [signal('velocity.user', unknownEvidence, { needs: ['velocity'] })];
    expect(decideWith(judged, { facts: facts({ velocity: unknown('timeout') }) })).toMatchObject({
      action: 'allow',
      learning: 'none',
      degraded: { robust: false },
    });
  });
});

const unknownEvidence = { state: 'abstain', why: 'timeout' } as const;

describe('a decision is a function of its input', () => {
  test('the same input gives the same verdict', () => {
    const signals = randomSignals(seeded(37));
    expect(decideWith(signals)).toEqual(decideWith(signals));
  });
  test('frozen input is enough: nothing that came in is changed', () => {
    const freeze = <T>(value: T): T => {
      if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
      return value;
    };
    expect(() =>
      decideWith(freeze([...MEDIUM, ...OTHERS]), {
        event: freeze(login()),
        facts: freeze(facts()),
        policy: freeze(policy()),
      }),
    ).not.toThrow();
  });
  test('log-odds are the prior plus the shares in every verdict, whatever the rule that answered', () => {
    const random = seeded(41);
    const seen = new Set<Action>();
    for (let i = 0; i < 500; i++) {
      const verdict = decideWith(randomSignals(random));
      seen.add(verdict.action);
      expect(verdict.logOdds).toBeCloseTo(
        verdict.priorLogOdds + sum(verdict.signals.map((s) => s.logOdds)),
        9,
      );
      expect(verdict.score).toBe(1 / (1 + Math.exp(-verdict.logOdds)));
      expect(verdict.reasons.length).toBeGreaterThan(0);
      expect(verdict.challenge !== null).toBe(verdict.action === 'challenge');
    }
    expect([...seen].sort()).toEqual(['allow', 'block', 'challenge']);
  });
});

describe('confidence says how much the score rests on', () => {
  const abstaining = [
    signal('device.a', unknownEvidence),
    signal('device.b', unknownEvidence),
    signal('device.c', 0.2),
  ];
  const young = facts({ profile: known(profile({ logins: 5 })) });
  const privateAddress = { ...facts().address, kind: 'private' as const };
  test.each<[string, string, Setting, readonly Signal[]]>([
    ['high', 'settled history', { facts: facts() }, MEDIUM],
    ['medium', 'settled history, but most signals could not judge', { facts: facts() }, abstaining],
    ['medium', 'some history', { facts: young }, MEDIUM],
    ['low', 'no history', { facts: strangersFacts() }, MEDIUM],
    ['low', 'an unverified attempt', { event: login({ status: 'failed' }), facts: facts() }, MEDIUM],
    ['low', 'a late profile', { facts: facts({ profile: unknown('timeout') }) }, MEDIUM],
    [
      'low',
      'a private address where public ones are normal',
      { facts: facts({ address: privateAddress }) },
      MEDIUM,
    ],
  ])('%s: %s', (expected, _, setting, signals) => {
    expect(decideWith(signals, setting).confidence).toBe(expected);
  });
  test('an intranet’s own addresses do not lower it', () => {
    const intranet = facts().application;
    const application = intranet.known ? known({ ...intranet.value, publicAddresses: 0 }) : intranet;
    const at = facts({ address: privateAddress, application });
    expect(decideWith(MEDIUM, { facts: at }).confidence).toBe('high');
  });
});
