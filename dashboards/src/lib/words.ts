/** Why a signal could not judge, for people. Keys are the `details.why` of the API. */
const WHY: Readonly<Record<string, string>> = {
  not_collected: 'the auth server did not send what it needs',
  no_history: 'there is no history to compare with yet',
  not_verified: 'the attempt is not verified, so nothing learned about the user was read',
  timeout: 'what it needs did not arrive before the deadline',
  unavailable: 'its source was not available',
  not_public: 'the address is private, so it has no place and no owner',
  shared_proxy: 'one address carries most users: a proxy seems to stand before the auth server',
  imprecise: 'the data is too coarse to tell',
};

export const whyWords = (why: string): string => WHY[why] ?? why.replaceAll('_', ' ');

const LEARNING: Readonly<Record<string, string>> = {
  full: 'In full',
  provisional: 'Provisionally: new values count little until confirmed',
  none: 'Nothing',
};

export const learningWords = (learning: string): string => LEARNING[learning] ?? learning;

const RESOLUTION: Readonly<Record<string, string>> = {
  pending: 'Pending',
  passed: 'Passed',
  not_passed: 'Not passed',
  expired: 'Expired without an answer',
};

export const resolutionWords = (resolution: string): string => RESOLUTION[resolution] ?? resolution;

const METHODS: Readonly<Record<string, string>> = {
  webauthn: 'WebAuthn',
  push_number_match: 'Push with number match',
  totp: 'TOTP',
  push: 'Push',
  sms: 'SMS',
  voice: 'Voice call',
  email_otp: 'E-mail code',
  email_link: 'E-mail link',
  recovery_code: 'Recovery code',
  captcha: 'Captcha',
  proof_of_work: 'Proof of work',
};

export const methodWords = (method: string): string => METHODS[method] ?? method;

const CAMPAIGNS: Readonly<Record<string, string>> = {
  stuffing: 'Credential stuffing',
  spraying: 'Password spraying',
};

export const campaignKindWords = (kind: string): string => CAMPAIGNS[kind] ?? kind;

const STEPS: readonly (readonly [ms: number, word: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** A span in its two largest units: `1 d 4 h`, `12 min`, `30 s`. */
export const durationWords = (span_ms: number): string => {
  const first = STEPS.findIndex(([ms]) => span_ms >= ms);
  if (first < 0) return '0 s';
  const [large_ms, large] = STEPS[first] as (typeof STEPS)[number];
  const whole = Math.floor(span_ms / large_ms);
  const next = STEPS[first + 1];
  const rest = next === undefined ? 0 : Math.floor((span_ms % large_ms) / next[0]);
  return rest === 0 || next === undefined ? `${whole} ${large}` : `${whole} ${large} ${rest} ${next[1]}`;
};

const CHANGES: Readonly<Record<string, string>> = {
  policy: 'Policy',
  model: 'Model',
  engine: 'Engine',
  ip_intelligence: 'IP intelligence',
  mode: 'Mode',
};

/** `Policy: default@2 → default@3`. */
export const annotationWords = (annotation: {
  readonly kind: string;
  readonly from: string | null;
  readonly to: string | null;
}): string =>
  `${CHANGES[annotation.kind] ?? annotation.kind}: ${annotation.from ?? 'none'} → ${annotation.to ?? 'none'}`;

const QUEUE_KINDS: Readonly<Record<string, string>> = {
  challenge_denied: 'Prompt refused',
  challenge_failed: 'Challenge failed',
  contradiction: 'Contradiction',
  risky_user: 'Risky user',
  blocked_with_password: 'Blocked with the right password',
  high_risk_allowed: 'High risk, allowed',
};

export const QUEUE_KIND_WORDS: readonly string[] = Object.keys(QUEUE_KINDS);

/** Why something is in the review queue, as a heading. */
export const queueKindWords = (kind: string): string => QUEUE_KINDS[kind] ?? kind.replaceAll('_', ' ');
