import { describe, expect, it } from 'vitest';
import { parseJsonBody } from '../../src/contracts/http/parse-json-body.ts';
import {
  type BodyValidator,
  validateEventsBody,
  validateFeedbackBody,
  validateOutcomeBody,
  validateRiskBody,
  validateSearchBody,
  validateUserBody,
} from '../../src/contracts/http/validate-body.ts';
import { loginBody } from '../support/login-body.ts';
import { seededRandom } from '../support/random.ts';

const STRICT = { lenient: false };
const LENIENT = { lenient: true };
const MINIMAL = { user: { id: 'u' }, context: { ip: '203.0.113.7' } };

const errorsOf = (body: unknown, validate: BodyValidator<unknown> = validateRiskBody) => {
  const result = validate(body, STRICT);
  return result.ok ? [] : [...result.errors];
};

describe('a body that is right', () => {
  it('passes untouched, by identity', () => {
    const body = loginBody();
    const result = validateRiskBody(body, STRICT);
    expect(result).toEqual({ ok: true, value: body, warnings: [] });
    expect(result.ok && result.value).toBe(body);
  });

  it('needs no more than an address', () => {
    expect(errorsOf({ status: 'failed', context: { ip: '203.0.113.7' } })).toEqual([]);
  });

  it('may say null for everything that may be absent', () => {
    const nulls = {
      event_id: null,
      attempt_id: null,
      type: null,
      status: null,
      occurred_at: null,
      user: { id: 'u', login: null, email: null, registered_at: null, challenge_methods: null },
      context: { ip: '203.0.113.7', user_agent: null, headers: null, rtt_ms: null, tls_fingerprint: null },
      device: { id: null, presented: null, fingerprint: null, bound: null },
      session: null,
      application: { id: null },
      authentication: { method: null, amr: null, acr: null, idp: null, credential_compromised: null },
      properties: null,
    };
    expect(errorsOf(nulls)).toEqual([]);
    expect(errorsOf({ context: { ip: '203.0.113.7', headers: { accept: null } } })).toEqual([]);
  });

  it('may say [] where a map is expected, as PHP does, and reads it as an empty map', () => {
    const result = validateRiskBody(
      {
        user: [],
        context: { ip: '203.0.113.7', headers: [] },
        device: [],
        session: [],
        application: [],
        authentication: [],
        properties: [],
      },
      STRICT,
    );
    expect(result).toEqual({
      ok: true,
      warnings: [],
      value: {
        user: {},
        context: { ip: '203.0.113.7', headers: {} },
        device: {},
        session: {},
        application: {},
        authentication: {},
        properties: {},
      },
    });
  });

  it('keeps [] where a list is expected', () => {
    const body = { ...MINIMAL, user: { id: 'u', challenge_methods: [] }, properties: [] };
    expect(validateRiskBody(body, STRICT)).toMatchObject({ value: { user: { challenge_methods: [] } } });
  });

  it('may hold any free-form data under properties', () => {
    expect(errorsOf({ ...MINIMAL, properties: { a: { b: [1, null, { c: true }] }, '': 'x' } })).toEqual([]);
  });

  it('of any size passes in what an end user can influence', () => {
    const huge = 'x'.repeat(60_000);
    const body = {
      user: { id: 'u', login: huge },
      context: { ip: '203.0.113.7', user_agent: huge, headers: { [huge]: huge } },
      device: { id: huge, fingerprint: huge },
      session: { id: huge },
    };
    expect(errorsOf(body)).toEqual([]);
  });

  it('is the same for /v1/events, which also knows a disposition', () => {
    expect(errorsOf({ ...loginBody(), disposition: 'accepted' }, validateEventsBody)).toEqual([]);
    expect(errorsOf({ ...loginBody(), disposition: 'accepted' })).toEqual([
      { pointer: '/disposition', detail: 'is not a known field' },
    ]);
    expect(errorsOf({ ...loginBody(), disposition: 'maybe' }, validateEventsBody)).toEqual([
      { pointer: '/disposition', detail: 'must be one of accepted, rejected' },
    ]);
  });
});

describe('a body that is wrong', () => {
  const cases: readonly (readonly [string, unknown, string, string])[] = [
    ['no body', undefined, '', 'must be an object'],
    ['null', null, '', 'must be an object'],
    ['a string', 'x', '', 'must be an object'],
    ['a list', [1], '', 'must be an object'],
    ['an empty list', [], '/context', 'is required'],
    ['no context', {}, '/context', 'is required'],
    ['a null context', { context: null }, '/context', 'is required'],
    ['no address', { context: {} }, '/context/ip', 'is required'],
    ['a null address', { context: { ip: null } }, '/context/ip', 'is required'],
    ['an empty address', { context: { ip: '' } }, '/context/ip', 'must not be empty'],
    ['a number as address', { context: { ip: 5 } }, '/context/ip', 'must be a string'],
    [
      'an endless address',
      { context: { ip: 'f'.repeat(65) } },
      '/context/ip',
      'must have at most 64 characters',
    ],
    ['a list as context', { context: ['x'] }, '/context', 'must be an object'],
    ['a number as user id', { ...MINIMAL, user: { id: 42 } }, '/user/id', 'must be a string'],
    ['an empty user id', { ...MINIMAL, user: { id: '' } }, '/user/id', 'must not be empty'],
    [
      'a long user id',
      { ...MINIMAL, user: { id: 'x'.repeat(257) } },
      '/user/id',
      'must have at most 256 characters',
    ],
    [
      'a long event id',
      { ...MINIMAL, event_id: 'x'.repeat(129) },
      '/event_id',
      'must have at most 128 characters',
    ],
    ['an empty attempt id', { ...MINIMAL, attempt_id: '' }, '/attempt_id', 'must not be empty'],
    [
      'an unknown status',
      { ...MINIMAL, status: 'won' },
      '/status',
      'must be one of succeeded, failed, attempted',
    ],
    ['a number as time', { ...MINIMAL, occurred_at: 1_795_397_320 }, '/occurred_at', 'must be a string'],
    [
      'a text as flag',
      { ...MINIMAL, device: { presented: 'yes' } },
      '/device/presented',
      'must be true or false',
    ],
    ['a text as number', { context: { ip: 'x', rtt_ms: '38' } }, '/context/rtt_ms', 'must be a whole number'],
    [
      'a fraction as rtt',
      { context: { ip: 'x', rtt_ms: 38.5 } },
      '/context/rtt_ms',
      'must be a whole number',
    ],
    ['a number as login', { ...MINIMAL, user: { login: 1 } }, '/user/login', 'must be a string'],
    [
      'a map as user agent',
      { context: { ip: 'x', user_agent: {} } },
      '/context/user_agent',
      'must be a string',
    ],
    [
      'a list as header',
      { context: { ip: 'x', headers: { accept: ['a'] } } },
      '/context/headers/accept',
      'must be a string',
    ],
    [
      'a filled list as headers',
      { context: { ip: 'x', headers: ['a'] } },
      '/context/headers',
      'must be an object',
    ],
    ['a number as device id', { ...MINIMAL, device: { id: 7 } }, '/device/id', 'must be a string'],
    [
      'a map as methods',
      { ...MINIMAL, user: { challenge_methods: {} } },
      '/user/challenge_methods',
      'must be a list',
    ],
    [
      'a number among methods',
      { ...MINIMAL, user: { challenge_methods: ['totp', 1] } },
      '/user/challenge_methods/1',
      'must be a string',
    ],
    [
      'an idp without id',
      { ...MINIMAL, authentication: { idp: {} } },
      '/authentication/idp/id',
      'is required',
    ],
    ['a text as properties', { ...MINIMAL, properties: 'x' }, '/properties', 'must be an object'],
  ];

  for (const [name, body, pointer, detail] of cases) {
    it(`${name} is refused at ${pointer === '' ? 'the root' : pointer}, lenient or not`, () => {
      expect(validateRiskBody(body, STRICT)).toEqual({ ok: false, errors: [{ pointer, detail }] });
      expect(validateRiskBody(body, LENIENT)).toEqual({ ok: false, errors: [{ pointer, detail }] });
    });
  }

  it('is told everything that is wrong at once, each place once', () => {
    const errors = errorsOf({ status: 'x', usr: {}, context: {}, device: { id: 5, ip: 1 } });
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual([
      '/context/ip',
      '/device/id',
      '/device/ip',
      '/status',
      '/usr',
    ]);
  });

  it('never has its values repeated', () => {
    const secret = 'correct horse battery staple';
    const body = {
      type: secret,
      status: secret,
      user: secret,
      context: { ip: secret.repeat(3), rtt_ms: secret, headers: { accept: { secret } } },
    };
    expect(JSON.stringify(errorsOf(body))).not.toContain('horse');
  });

  it('is never coerced', () => {
    for (const wrong of [123, true, [], {}, Number.NaN]) {
      expect(errorsOf({ ...MINIMAL, event_id: wrong })).toEqual([
        { pointer: '/event_id', detail: 'must be a string' },
      ]);
    }
  });
});

describe('fields that nobody knows', () => {
  const body = {
    usr: 1,
    user: { id: 'u' },
    context: { ip: '203.0.113.7', 'a/b~c': 2 },
    device: { constructor: 3 },
  };

  it('are refused with pointers as RFC 6901 writes them', () => {
    expect(errorsOf(body)).toEqual([
      { pointer: '/usr', detail: 'is not a known field' },
      { pointer: '/context/a~1b~0c', detail: 'is not a known field' },
      { pointer: '/device/constructor', detail: 'is not a known field' },
    ]);
  });

  it('become warnings for lenient callers, and are left out', () => {
    expect(validateRiskBody(body, LENIENT)).toEqual({
      ok: true,
      value: { ...MINIMAL, device: {} },
      warnings: [
        { pointer: '/usr', code: 'unknown_field' },
        { pointer: '/context/a~1b~0c', code: 'unknown_field' },
        { pointer: '/device/constructor', code: 'unknown_field' },
      ],
    });
  });

  it('do not change the body that was handed in', () => {
    const before = structuredClone(body);
    validateRiskBody(body, LENIENT);
    expect(body).toEqual(before);
  });

  it('are named twenty times at most, and by 128 characters at most', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}${'x'.repeat(500)}`, i]));
    const strict = errorsOf({ ...MINIMAL, ...many });
    const lenient = validateRiskBody({ ...MINIMAL, ...many }, LENIENT);
    expect(strict).toHaveLength(20);
    expect(Math.max(...strict.map(({ pointer }) => pointer.length))).toBeLessThanOrEqual(130);
    expect(lenient.ok && lenient.warnings).toHaveLength(21);
    expect(lenient.ok && lenient.warnings.at(-1)).toEqual({ pointer: '', code: 'more_unknown_fields' });
  });

  it('named __proto__ pollute nothing', () => {
    const parsed = parseJsonBody(
      '{"context":{"ip":"203.0.113.7","headers":{"__proto__":"x"}},"__proto__":{"polluted":1},"user":{"id":"u","__proto__":{"id":"v"}}}',
    );
    expect(parsed.ok && errorsOf(parsed.value)).toEqual([
      { pointer: '/__proto__', detail: 'is not a known field' },
      { pointer: '/user/__proto__', detail: 'is not a known field' },
    ]);
    const lenient = validateRiskBody(parsed.ok ? parsed.value : null, LENIENT);
    expect(lenient.ok && lenient.value.user?.id).toBe('u');
    expect(lenient.ok && Object.getPrototypeOf(lenient.value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('the other bodies', () => {
  it('of outcomes need a status and a user', () => {
    expect(errorsOf({ status: 'succeeded', user: { id: 'u' } }, validateOutcomeBody)).toEqual([]);
    expect(errorsOf({}, validateOutcomeBody).map(({ pointer }) => pointer)).toEqual(['/status', '/user']);
    expect(errorsOf({ status: 'passed', user: {}, attempts: -1 }, validateOutcomeBody)).toEqual([
      { pointer: '/status', detail: 'must be one of succeeded, failed, denied, abandoned' },
      { pointer: '/user/id', detail: 'is required' },
      { pointer: '/attempts', detail: 'must be at least 0' },
    ]);
  });

  it('of feedback need a verdict and a source', () => {
    expect(errorsOf({ verdict: 'compromised', source: 'analyst' }, validateFeedbackBody)).toEqual([]);
    expect(errorsOf({ actor: {} }, validateFeedbackBody).map(({ pointer }) => pointer)).toEqual([
      '/verdict',
      '/source',
      '/actor/type',
    ]);
  });

  it('of searches need nothing and ask for 200 rows at most', () => {
    expect(errorsOf({}, validateSearchBody)).toEqual([]);
    expect(errorsOf([], validateSearchBody)).toEqual([]);
    expect(errorsOf({ limit: 201 }, validateSearchBody)).toEqual([
      { pointer: '/limit', detail: 'must be at most 200' },
    ]);
  });

  it('about users need the user', () => {
    expect(errorsOf({ user_id: 'u' }, validateUserBody)).toEqual([]);
    expect(errorsOf({}, validateUserBody)).toEqual([{ pointer: '/user_id', detail: 'is required' }]);
  });
});

describe('garbage', () => {
  const WORDS = [
    ...['context', 'ip', 'user', 'id', 'headers', 'device', 'properties', 'type', 'status', 'amr'],
    ...['__proto__', 'constructor', 'toString', '', 'a/b', '~', '\u0000', '😀', 'x'.repeat(300)],
  ];

  function garbage(random: () => number, depth: number): unknown {
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const kind = Math.floor(random() * (depth > 0 ? 9 : 6));
    if (kind === 0) return null;
    if (kind === 1) return random() < 0.5;
    if (kind === 2) return pick([0, -1, 1.5, 1e308, -0, 2 ** 53]);
    if (kind <= 5) return pick(WORDS);
    if (kind === 6) return Array.from({ length: Math.floor(random() * 4) }, () => garbage(random, depth - 1));
    const map: Record<string, unknown> = {};
    for (let n = Math.floor(random() * 6); n > 0; n--) {
      Object.defineProperty(map, pick(WORDS), {
        value: garbage(random, depth - 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return map;
  }

  it('never throws, and is always answered with pointers into it (seed 1)', () => {
    const random = seededRandom(1);
    for (let i = 0; i < 3_000; i++) {
      const body = i % 2 === 0 ? garbage(random, 4) : { ...MINIMAL, ...(garbage(random, 3) as object) };
      for (const options of [STRICT, LENIENT]) {
        const result = validateRiskBody(body, options);
        if (result.ok) continue;
        expect(result.errors.length).toBeGreaterThan(0);
        for (const { pointer, detail } of result.errors) {
          expect(pointer === '' || pointer.startsWith('/')).toBe(true);
          expect(detail).not.toBe('');
        }
      }
    }
  });

  it('nested 30,000 deep is looked at no deeper than the schema', () => {
    const deep = parseJsonBody(
      `{"context":{"ip":"203.0.113.7"},"properties":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)},"x":${'['.repeat(25_000)}${']'.repeat(25_000)}}`,
    );
    expect(deep.ok && errorsOf(deep.value)).toEqual([{ pointer: '/x', detail: 'is not a known field' }]);
  });
});
