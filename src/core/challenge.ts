import type { ChallengeDemand } from './decision.ts';
import { CHALLENGE_METHODS, type LoginEvent } from './event.ts';
import type { Facts } from './facts.ts';

/** Methods that satisfy a demand; `null` accepts any second factor. */
export type Requirement = readonly string[] | null;

/** What slows a robot down and lets a person through, revealing nothing about any account. */
export const FRICTION_METHODS: readonly string[] = Object.freeze(['captcha', 'proof_of_work']);

/**
 * `phr` of "OpenID Connect Extended Authentication Profile (EAP) ACR Values 1.0" (final, June 2025):
 * phishing-resistant; `phrh` is the same with a hardware-protected key.
 */
const PHISHING_RESISTANT = 'phr';
const PHISHING_RESISTANT_ACRS: ReadonlySet<string> = new Set([PHISHING_RESISTANT, 'phrh']);
/** Authentication contexts that say "more than one factor" without saying which (REFEDS MFA profile; OpenID PAPE 1.0). */
const MULTI_FACTOR_ACRS: ReadonlySet<string> = new Set([
  'https://refeds.org/profile/mfa',
  'http://schemas.openid.net/pape/policies/2007/06/multi-factor',
  'http://schemas.openid.net/pape/policies/2007/06/multi-factor-physical',
]);

// Classes of the authentication method references of RFC 8176, section 2, and `pop` of EAP.
const KNOWLEDGE: ReadonlySet<string> = new Set(['pwd', 'pin', 'kba']);
const INHERENCE: ReadonlySet<string> = new Set(['fpt', 'face', 'iris', 'retina', 'vbm']);
const KEYS: ReadonlySet<string> = new Set(['hwk', 'swk', 'sc', 'pop']);
const SEVERAL_FACTORS: ReadonlySet<string> = new Set(['mfa', 'mca']);

/** An authentication "in the future" by no more than the clock skew that events are accepted with counts as fresh. */
const CLOCK_SKEW_ms = 300_000;

const STRENGTH: ReadonlyMap<string, number> = new Map(
  CHALLENGE_METHODS.map((method, strength) => [method, strength]),
);
const CUSTOM_STRENGTH = CHALLENGE_METHODS.length;
const EMAIL: readonly string[] = ['email_otp', 'email_link'];
const NOTHING: readonly string[] = Object.freeze([]);

/** Whether only a phishing-resistant method will do. */
export function isPhishingResistantOnly(required: Requirement): boolean {
  return required !== null && required.length > 0 && required.every((method) => method === 'webauthn');
}

/**
 * What the user has that meets the requirement, strongest first, the caller's own `x_…` last and in their order.
 * `null`: unknown what the user has. `[]`: nothing acceptable.
 *
 * The channel of the first factor is left out: who holds the mailbox that got the first code also gets the second.
 * After a federated login the mailbox often hangs on the very account that logged in, so that mail is offered only
 * to users who have nothing else (to refuse it there would put no check in its place).
 */
export function acceptableMethods(event: LoginEvent, required: Requirement): readonly string[] | null {
  const has = event.user.challengeMethods;
  if (has === null) return null;
  const excluded = firstFactorChannel(event);
  const methods = [...new Set(has)].filter(
    (method) =>
      strengthOf(method) !== null &&
      (required === null || required.includes(method)) &&
      !excluded.includes(method),
  );
  methods.sort((a, b) => (strengthOf(a) ?? 0) - (strengthOf(b) ?? 0));
  if (event.authentication.method === 'federated') {
    const elsewhere = methods.filter((method) => !EMAIL.includes(method));
    if (elsewhere.length > 0) return elsewhere;
  }
  return methods;
}

/**
 * Whether passing `method` meets a demand that was made of this event while it was unknown what the user has: the
 * same rules as for what would have been offered.
 */
export function admitsMethod(event: LoginEvent, required: Requirement, method: string): boolean {
  const having = { ...event, user: { ...event.user, challengeMethods: [method] } };
  return acceptableMethods(having, required)?.includes(method) ?? false;
}

/**
 * Whether this event already carries, freshly, what the requirement asks for, so that asking again would only annoy.
 *
 * - Enrolling a factor is never a step-up: the factors of an enrolment or a registration were set up by whoever
 *   is being asked to prove themselves.
 * - One WebAuthn ceremony with user verification is two factors and phishing-resistant; without it, it is one.
 * - `mfa` and biometrics do not say which channel was used, so they meet only a demand for *any* second factor.
 * - A key (`hwk`, `swk`, `sc`, `pop`) beside another factor is as good as a one-time code, but only the caller's
 *   `acr` or a WebAuthn ceremony shows phishing resistance.
 */
export function meetsRequirement(event: LoginEvent, required: Requirement, freshness_s: number): boolean {
  const { method, amr, acr } = event.authentication;
  if (amr.length === 0 && acr === null) return false;
  if (event.status !== 'succeeded' || event.type === 'mfa_enrollment' || event.type === 'registration') {
    return false;
  }
  if (!isFresh(event, freshness_s)) return false;
  if (acr !== null && PHISHING_RESISTANT_ACRS.has(acr)) return true;

  const admits = (proved: string): boolean => required === null || required.includes(proved);
  const knowledge = amr.some((value) => KNOWLEDGE.has(value));
  const inherence = amr.some((value) => INHERENCE.has(value));
  if (method === 'webauthn' && (knowledge || inherence || amr.includes('mfa')) && admits('webauthn')) {
    return true;
  }
  const several =
    amr.some((value) => SEVERAL_FACTORS.has(value)) || (acr !== null && MULTI_FACTOR_ACRS.has(acr));
  if (required === null && several) return true;

  // From here on something must be proved *beside* a first factor.
  if (method === null && !knowledge && !inherence && !several) return false;
  if (required === null && inherence && (knowledge || method === 'password')) return true;
  const first = firstFactorChannel(event);
  for (const value of amr) {
    const proved = methodOf(value, event);
    if (proved !== null && !first.includes(proved) && admits(proved)) return true;
    const secondKey = KEYS.has(value) && method !== 'webauthn' && method !== 'certificate';
    if (secondKey && admits('webauthn') && !isPhishingResistantOnly(required)) return true;
  }
  return false;
}

/** The demand for a second factor. `methods: null` when it is unknown what the user has. */
export function secondFactor(methods: readonly string[] | null, required: Requirement): ChallengeDemand {
  return {
    kind: 'second_factor',
    methods,
    acrValues: isPhishingResistantOnly(required) ? PHISHING_RESISTANT : null,
    retryAfter_s: null,
  };
}

/**
 * The demand on an attempt that nobody has verified yet: slow down, prove to be a person. The wait doubles with each
 * failure of the last ten minutes beyond the second, up to five minutes.
 *
 * On one of the user's own devices only that device's failures count: strangers who hammer the account from elsewhere
 * must not make its owner wait.
 */
export function friction(facts: Facts): ChallengeDemand {
  return {
    kind: 'friction',
    methods: FRICTION_METHODS,
    acrValues: null,
    retryAfter_s: retryAfter_s(facts),
  };
}

// Below NIST SP 800-63B-4 section 3.2.2 (30 s to an hour): this wait joins a captcha instead of standing alone.
const LONGEST_WAIT_s = 300;
const FREE_FAILURES = 2;
/** When failures could not be counted: long enough to spoil a fast attack, short enough for a person. */
const WAIT_WITHOUT_COUNTS_s = 5;

function retryAfter_s(facts: Facts): number {
  const { velocity, deviceIsTheirs } = facts;
  if (!velocity.known) return WAIT_WITHOUT_COUNTS_s;
  const { user, address, device } = velocity.value;
  const ofDevice = device?.failures_10m ?? 0;
  const theirs = deviceIsTheirs.known && deviceIsTheirs.value;
  const failures = theirs ? ofDevice : Math.max(ofDevice, address.failures_10m, user?.failures_10m ?? 0);
  return Math.min(LONGEST_WAIT_s, 2 ** Math.max(0, failures - FREE_FAILURES));
}

/** Methods that would only ask again on the channel that gave the first factor. */
function firstFactorChannel(event: LoginEvent): readonly string[] {
  const { method, amr } = event.authentication;
  switch (method) {
    case 'webauthn':
      return ['webauthn'];
    case 'email_link':
    case 'email_otp':
      return EMAIL;
    case 'sms_otp':
      // A call reaches the same number as the message.
      return ['sms', 'voice'];
    case 'recovery_code':
      return ['recovery_code'];
    case null: {
      // Without a named method the references are all there is: with no knowledge among them, they are the first factor.
      if (amr.length === 0 || amr.some((value) => KNOWLEDGE.has(value))) return NOTHING;
      const channels = amr.map((value) => methodOf(value, event)).filter((value) => value !== null);
      if (amr.some((value) => KEYS.has(value))) channels.push('webauthn');
      if (channels.includes('sms') || channels.includes('voice')) channels.push('sms', 'voice');
      return channels;
    }
    default:
      return method.startsWith('x_') ? [method] : NOTHING;
  }
}

/** The challenge method that a method reference proves: RFC 8176's names, and Gatehouse's own. */
function methodOf(reference: string, event: LoginEvent): string | null {
  switch (reference) {
    case 'otp': {
      // `otp` beside `sms` or `tel`, or on a first factor sent as a code, describes that delivery and no generator.
      const { method, amr } = event.authentication;
      const delivered =
        method === 'email_otp' || method === 'sms_otp' || amr.includes('sms') || amr.includes('tel');
      return delivered ? null : 'totp';
    }
    case 'sms':
      return 'sms';
    case 'tel':
      return 'voice';
    default:
      return strengthOf(reference) === null ? null : reference;
  }
}

/** Rank in order of strength, 0 the strongest; `null` for what is no challenge method. */
function strengthOf(method: string): number | null {
  return STRENGTH.get(method) ?? (method.startsWith('x_') ? CUSTOM_STRENGTH : null);
}

/**
 * Whether the authentication that the references describe happened just now. A login is one itself, unless the caller
 * says that it rests on an older session (single sign-on) or that a stored token was redeemed.
 */
function isFresh(event: LoginEvent, freshness_s: number): boolean {
  const at_ms = event.session?.authenticatedAt_ms ?? null;
  if (at_ms === null) return event.type === 'login' && event.authentication.method !== 'refresh_token';
  const age_ms = event.occurredAt_ms - at_ms;
  return age_ms >= -CLOCK_SKEW_ms && age_ms <= freshness_s * 1000;
}
