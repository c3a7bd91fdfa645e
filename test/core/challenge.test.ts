import { describe, expect, test } from 'vitest';
import {
  acceptableMethods,
  admitsMethod,
  friction,
  meetsRequirement,
  type Requirement,
  secondFactor,
} from '../../src/core/challenge.ts';
import type { Authentication, EventType } from '../../src/core/event.ts';
import { CHALLENGE_METHODS } from '../../src/core/event.ts';
import { known, unknown } from '../../src/core/known.ts';
import { facts, login, NOW_ms, noFailures, worstFailures } from './fixtures.ts';

const STRONG: Requirement = ['webauthn', 'push_number_match', 'totp'];
const PHR: Requirement = ['webauthn'];
const has = (challengeMethods: readonly string[] | null, authentication: Partial<Authentication> = {}) =>
  login({ user: { challengeMethods }, authentication });

describe('a challenge offers what the user has, strongest first', () => {
  test('every method is offered in order of strength, however the caller ordered it', () => {
    expect(acceptableMethods(has([...CHALLENGE_METHODS].reverse()), null)).toEqual(CHALLENGE_METHODS);
  });
  test('the caller’s own methods come last, in the caller’s order', () => {
    expect(acceptableMethods(has(['x_badge', 'sms', 'x_agent', 'webauthn']), null)).toEqual([
      'webauthn',
      'sms',
      'x_badge',
      'x_agent',
    ]);
  });
  test('what is no method is not offered, and nothing is offered twice', () => {
    expect(acceptableMethods(has(['pigeon', 'sms', 'sms', '__proto__']), null)).toEqual(['sms']);
  });
  test('a high risk leaves only strong methods', () => {
    expect(acceptableMethods(has(['sms', 'totp', 'x_badge', 'webauthn']), STRONG)).toEqual([
      'webauthn',
      'totp',
    ]);
    expect(acceptableMethods(has(['sms', 'email_otp']), STRONG)).toEqual([]);
  });
  test('a policy may name a method of the caller’s own', () => {
    expect(acceptableMethods(has(['x_badge', 'sms']), ['x_badge'])).toEqual(['x_badge']);
  });
  test('phr admits only webauthn and says so', () => {
    const methods = acceptableMethods(has([...CHALLENGE_METHODS]), PHR);
    expect(secondFactor(methods, PHR)).toMatchObject({ methods: ['webauthn'], acrValues: 'phr' });
    expect(secondFactor(['webauthn'], STRONG).acrValues).toBeNull();
  });
  test('unknown is not none', () => {
    expect(acceptableMethods(has(null), STRONG)).toBeNull();
    expect(acceptableMethods(has([]), STRONG)).toEqual([]);
  });
});

describe('the channel of the first factor is no second factor', () => {
  const all = [...CHALLENGE_METHODS];
  test.each([
    ['password', []],
    ['webauthn', ['webauthn']],
    ['email_link', ['email_otp', 'email_link']],
    ['email_otp', ['email_otp', 'email_link']],
    ['sms_otp', ['sms', 'voice']],
    ['recovery_code', ['recovery_code']],
    ['certificate', []],
    ['kerberos', []],
  ])('after %s, %j is not offered', (method, missing) => {
    const offered = acceptableMethods(has(all, { method, amr: [] }), null);
    expect(all.filter((m) => !offered?.includes(m))).toEqual(missing);
  });
  test('the caller’s own first factor is not offered again', () => {
    expect(acceptableMethods(has(['x_badge', 'x_agent'], { method: 'x_badge', amr: [] }), null)).toEqual([
      'x_agent',
    ]);
  });
  test('without a named method, references that hold no password are the first factor', () => {
    expect(acceptableMethods(has(all, { method: null, amr: ['sms', 'otp'] }), null)).not.toContain('voice');
    expect(acceptableMethods(has(all, { method: null, amr: ['pwd'] }), null)).toEqual(all);
  });
  test('after a federated login mail is offered only to those who have nothing else', () => {
    const federated = { method: 'federated', amr: [] };
    expect(acceptableMethods(has(['email_otp', 'totp'], federated), null)).toEqual(['totp']);
    expect(acceptableMethods(has(['email_link', 'email_otp'], federated), null)).toEqual([
      'email_otp',
      'email_link',
    ]);
  });
});

describe('a method reported for a challenge that named none', () => {
  test('is judged as if it had been offered', () => {
    const event = has(null, { method: 'email_link', amr: [] });
    expect(admitsMethod(event, STRONG, 'totp')).toBe(true);
    expect(admitsMethod(event, STRONG, 'sms')).toBe(false);
    expect(admitsMethod(event, null, 'sms')).toBe(true);
    expect(admitsMethod(event, null, 'email_otp')).toBe(false);
    expect(admitsMethod(event, null, 'pigeon')).toBe(false);
  });
});

describe('a step-up that was just made is not asked for again', () => {
  type Row = [
    method: string | null,
    amr: string[],
    acr: string | null,
    any: boolean,
    strong: boolean,
    phr: boolean,
  ];
  test.each<Row>([
    // A password alone, however it is written, is one factor.
    ['password', ['pwd'], null, false, false, false],
    [null, ['pwd'], null, false, false, false],
    ['password', [], null, false, false, false],
    ['password', ['pwd', 'user', 'geo', 'rba'], null, false, false, false],
    ['password', ['pwd', 'otp'], null, true, true, false],
    [null, ['pwd', 'otp'], null, true, true, false],
    ['password', ['pwd', 'sms'], null, true, false, false],
    ['password', ['pwd', 'sms', 'otp'], null, true, false, false],
    ['password', ['pwd', 'tel'], null, true, false, false],
    ['password', ['pwd', 'hwk'], null, true, true, false],
    ['password', ['pwd', 'swk'], null, true, true, false],
    ['password', ['pwd', 'mfa'], null, true, false, false],
    ['password', ['pwd', 'fpt'], null, true, false, false],
    ['password', ['pwd', 'push_number_match'], null, true, true, false],
    ['password', ['pwd', 'webauthn'], null, true, true, true],
    ['password', ['pwd', 'x_badge'], null, true, false, false],
    // One passkey ceremony with user verification is two factors; without, it is one.
    ['webauthn', ['hwk', 'user'], null, false, false, false],
    ['webauthn', ['hwk', 'pin'], null, true, true, true],
    ['webauthn', ['swk', 'face'], null, true, true, true],
    ['webauthn', ['pwd', 'hwk'], null, true, true, true],
    [null, ['hwk', 'fpt'], null, true, true, false],
    [null, ['hwk'], null, false, false, false],
    [null, ['otp'], null, false, false, false],
    // A code by mail or message is the first factor, not a second.
    ['email_otp', ['otp'], null, false, false, false],
    ['sms_otp', ['sms', 'otp'], null, false, false, false],
    ['sms_otp', ['tel'], null, false, false, false],
    ['email_link', ['totp'], null, true, true, false],
    ['recovery_code', ['recovery_code'], null, false, false, false],
    ['certificate', ['sc'], null, false, false, false],
    // The context class speaks for the whole authentication.
    ['password', [], 'phr', true, true, true],
    ['federated', [], 'phrh', true, true, true],
    ['federated', [], 'https://refeds.org/profile/mfa', true, false, false],
    ['federated', ['pwd'], 'urn:mace:incommon:iap:silver', false, false, false],
  ])(
    '%s %j acr %s meets any: %s, strong: %s, phishing-resistant: %s',
    (method, amr, acr, any, strong, phr) => {
      const event = login({ authentication: { method, amr, acr } });
      expect([null, STRONG, PHR].map((required) => meetsRequirement(event, required, 300))).toEqual([
        any,
        strong,
        phr,
      ]);
    },
  );

  const twoFactors = { amr: ['pwd', 'otp'] };
  const at = (seconds: number) => ({
    authenticatedAt_ms: NOW_ms - seconds * 1000,
    key: null,
    createdAt_ms: null,
  });
  test.each([
    [0, true],
    [300, true],
    [301, false],
    [-300, true],
    [-301, false],
  ])('an authentication %d s ago is fresh within 300 s: %s', (age_s, fresh) => {
    for (const type of ['login', 'session', 'credential_change'] as const) {
      const event = login({ type, session: at(age_s), authentication: twoFactors });
      expect(meetsRequirement(event, null, 300)).toBe(fresh);
    }
  });
  test.each<EventType>(['session', 'credential_change', 'account_recovery', 'password_reset'])(
    'for %s the caller must say when the user authenticated',
    (type) => {
      expect(meetsRequirement(login({ type, authentication: twoFactors }), null, 300)).toBe(false);
    },
  );
  test('a redeemed token is no fresh authentication', () => {
    const event = login({ authentication: { method: 'refresh_token', amr: ['pwd', 'otp'] } });
    expect(meetsRequirement(event, null, 300)).toBe(false);
  });
  test.each<EventType>(['mfa_enrollment', 'registration'])(
    '%s: enrolling a factor is never a step-up',
    (type) => {
      const event = login({
        type,
        session: at(0),
        authentication: { amr: ['pwd', 'hwk', 'mfa'], acr: 'phr' },
      });
      expect(meetsRequirement(event, null, 300)).toBe(false);
    },
  );
  test.each(['attempted', 'failed'] as const)(
    'a step-up of an attempt that %s counts for nothing',
    (status) => {
      expect(meetsRequirement(login({ status, authentication: twoFactors }), null, 300)).toBe(false);
    },
  );
});

describe('friction slows down, and reveals nothing', () => {
  const velocity = (overrides: Partial<Record<'user' | 'address' | 'device', number>>) =>
    known({
      user: { ...noFailures, failures_10m: overrides.user ?? 0 },
      userByOthers: null,
      userNetworks_1h: 1,
      userNetworks_24h: 1,
      address: { ...noFailures, failures_10m: overrides.address ?? 0 },
      network: worstFailures,
      device: { ...noFailures, failures_10m: overrides.device ?? 0 },
      cells: null,
    });

  test('the wait never shrinks while failures mount, begins at a second and ends at five minutes', () => {
    let before = 0;
    for (let failures = 0; failures < 50; failures++) {
      const wait =
        friction(facts({ deviceIsTheirs: known(false), velocity: velocity({ user: failures }) }))
          .retryAfter_s ?? 0;
      expect(wait).toBeGreaterThanOrEqual(Math.max(1, before));
      before = wait;
    }
    expect(before).toBe(300);
  });
  test('the owner on their own device does not wait for what strangers did elsewhere', () => {
    const counts = velocity({ user: 1_000_000, address: 1_000_000 });
    expect(friction(facts({ velocity: counts })).retryAfter_s).toBe(1);
    expect(friction(facts({ deviceIsTheirs: known(false), velocity: counts })).retryAfter_s).toBe(300);
  });
  test('uncounted failures still cost a wait', () => {
    expect(friction(facts({ velocity: unknown('timeout') })).retryAfter_s).toBe(5);
  });
  test('no second factor is named', () => {
    expect(friction(facts())).toMatchObject({
      kind: 'friction',
      methods: ['captcha', 'proof_of_work'],
      acrValues: null,
    });
  });
});
