import { describe, expect, test } from 'vitest';
import { parsePolicy, policyToJson } from '../../src/contracts/policy.ts';
import { DEFAULT_POLICY } from '../../src/core/default-policy.ts';

const parse = (input: unknown) => parsePolicy(input, DEFAULT_POLICY);
const problems = (input: unknown) => {
  const result = parse(input);
  return result.ok ? [] : result.problems.map(({ pointer, detail }) => `${pointer}: ${detail}`);
};

describe('a policy file', () => {
  test('written in full gives the policy back that it was written from', () => {
    const json: unknown = JSON.parse(JSON.stringify(policyToJson(DEFAULT_POLICY)));
    expect(parse(json)).toEqual({ ok: true, policy: DEFAULT_POLICY });
  });
  test('may say one thing only; the rest is kept, but not the name of what it is based on', () => {
    expect(parse({ mode: 'monitor' })).toEqual({
      ok: true,
      policy: { ...DEFAULT_POLICY, id: 'custom', version: 1, mode: 'monitor' },
    });
    const result = parse({ levels: { high: { methods: ['webauthn'] } } });
    expect(result.ok && result.policy.levels.high).toEqual({
      action: 'challenge',
      methods: ['webauthn'],
      noMethod: 'block',
    });
  });
  test('can say that any method will do', () => {
    const result = parse({ levels: { high: { methods: null } } });
    expect(result.ok && result.policy.levels.high.methods).toBeNull();
  });
  test('becomes immutable', () => {
    const result = parse({ levels: { high: { methods: ['x_badge', 'webauthn'] } } });
    if (!result.ok) throw new Error('refused');
    const { policy } = result;
    for (const part of [
      policy,
      policy.thresholds,
      policy.levels,
      policy.levels.high,
      policy.levels.high.methods,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
  test('does not change the policy it is based on, nor keep hold of the input', () => {
    const input = { levels: { high: { methods: ['webauthn'] } } };
    const result = parse(input);
    input.levels.high.methods.push('sms');
    expect(result.ok && result.policy.levels.high.methods).toEqual(['webauthn']);
  });
});

describe('a policy is refused in plain words', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['no object', 5, [': must be of type object']],
    ['null', null, [': must be of type object']],
    ['a misspelt field', { treshold: 1 }, ['/treshold: is not a field of a policy']],
    [
      'a misspelt field deep inside',
      { levels: { high: { 'no/method': 'block' } } },
      ['/levels/high/no~1method: is not a field of a policy'],
    ],
    ['an unknown mode', { mode: 'shadow' }, ['/mode: must be one of enforce, monitor']],
    [
      'an unknown action',
      { levels: { low: { action: 'deny' } } },
      ['/levels/low/action: must be one of allow, challenge, block'],
    ],
    ['a text for a number', { prior_log_odds: '-5' }, ['/prior_log_odds: must be of type number']],
    ['a threshold of 1', { thresholds: { block: 1 } }, ['/thresholds/block: must be < 1']],
    ['an endless challenge', { challenge_lifetime_s: 1e9 }, ['/challenge_lifetime_s: must be <= 86400']],
    ['blocking on one category', { block_min_categories: 1 }, ['/block_min_categories: must be >= 2']],
    [
      'methods that are no list',
      { levels: { high: { methods: 'totp' } } },
      ['/levels/high/methods: must be null (any method) or a list with at least one method'],
    ],
    [
      'a method twice',
      { levels: { high: { methods: ['totp', 'totp'] } } },
      [
        '/levels/high/methods: must not name anything twice',
        '/levels/high/methods: must be null (any method) or a list with at least one method',
      ],
    ],
    [
      'an id for a path',
      { id: '../x' },
      ['/id: must begin with a small letter or digit and hold only a-z, 0-9, dot, dash, underscore'],
    ],
    [
      'thresholds out of order',
      { thresholds: { medium: 0.6 } },
      ['/thresholds: medium (0.6) must be below high (0.5)'],
    ],
    [
      'a block threshold below high',
      { thresholds: { block: 0.5 } },
      ['/thresholds: high (0.5) must be below block (0.5)'],
    ],
    [
      'a method that nobody has',
      { levels: { high: { methods: ['pigeon'] } } },
      [
        '/levels/high/methods/0: "pigeon" is no challenge method: use webauthn, push_number_match, totp, push, sms, voice, email_otp, email_link, recovery_code or a name of your own that begins with x_',
      ],
    ],
    [
      'a high level milder than a medium one',
      { levels: { high: { action: 'allow' } } },
      ['/levels/high/action: high must be at least as severe as medium: allow is milder than challenge'],
    ],
    [
      'a high level that accepts what medium refuses',
      { levels: { medium: { methods: ['webauthn'] } } },
      ['/levels/high/methods: high may not accept what medium refuses: push_number_match, totp'],
    ],
    [
      'a high level that lets in whom medium refuses',
      { levels: { medium: { no_method: 'block' }, high: { no_method: 'allow_notify' } } },
      ['/levels/high/no_method: high may not let in users without a method while medium refuses them'],
    ],
    [
      'a sensitive logout',
      { sensitive_types: ['logout'] },
      ['/sensitive_types: a logout is never refused, so it cannot be sensitive'],
    ],
  ])('%s', (_, input, expected) => {
    expect(problems(input)).toEqual(expected);
  });
  test('with everything that is wrong at once', () => {
    expect(problems({ mode: 'x', freshness_s: -1, extra: true })).toHaveLength(3);
  });
  test('whatever a key is called', () => {
    expect(problems(JSON.parse('{"__proto__": {"mode": "monitor"}}'))).toEqual([
      '/__proto__: is not a field of a policy',
    ]);
  });
});
