import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/adapters/ip-intelligence/parse-address.ts';
import { createIdHasher } from '../../src/app/hash-ids.ts';
import { type ParsedEvent, type ParseEventOptions, parseEvent } from '../../src/app/parse-event.ts';
import { parseJsonBody } from '../../src/contracts/http/parse-json-body.ts';
import { validateEventsBody, validateRiskBody } from '../../src/contracts/http/validate-body.ts';
import type { LoginEvent } from '../../src/core/event.ts';
import { loginBody } from '../support/login-body.ts';
import { seededRandom } from '../support/random.ts';

const hasher = createIdHasher(new Uint8Array(32).fill(1));
const NOW_ms = Date.parse('2026-11-23T01:28:41.000Z');
const OPTIONS: ParseEventOptions = {
  tenant: 'default',
  kind: 'risk',
  now_ms: NOW_ms,
  canImport: false,
  hasher,
  parseAddress,
};

/** What HTTP and replay do: validate, then parse. */
function read(body: unknown, options: Partial<ParseEventOptions> = {}): ParsedEvent {
  const validate = options.kind === 'events' ? validateEventsBody : validateRiskBody;
  const validated = validate(body, { lenient: false });
  return validated.ok ? parseEvent(validated.value, { ...OPTIONS, ...options }) : validated;
}

function eventOf(body: unknown, options: Partial<ParseEventOptions> = {}): LoginEvent {
  const parsed = read(body, options);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.event;
}

const warningsOf = (body: unknown) => {
  const parsed = read(body);
  return parsed.ok ? parsed.warnings.map(({ pointer, code }) => `${pointer} ${code}`) : ['refused'];
};
const errorsOf = (body: unknown, options: Partial<ParseEventOptions> = {}) => {
  const parsed = read(body, options);
  return parsed.ok ? [] : parsed.errors.map(({ pointer, detail }) => `${pointer} ${detail}`);
};
const minimal = (parts: object = {}) => ({ user: { id: 'u' }, context: { ip: '203.0.113.7' }, ...parts });
const withContext = (context: object) => minimal({ context: { ip: '203.0.113.7', ...context } });

describe('the event of the documentation', () => {
  it('is read field by field, with people as keyed hashes', () => {
    const parsed = read(loginBody());
    expect(parsed).toEqual({
      ok: true,
      warnings: [],
      event: {
        tenant: 'default',
        eventId: 'login-8f1c',
        attemptId: 'att-77',
        type: 'login',
        status: 'succeeded',
        occurredAt_ms: Date.parse('2026-11-23T01:28:40.120Z'),
        recordedAt_ms: NOW_ms,
        user: {
          id: 'u_42',
          key: hasher.hash('user', 'default', 'u_42'),
          loginKey: hasher.hash('login', 'default', 'ada@example.org'),
          registeredAt_ms: Date.UTC(2024, 0, 1),
          challengeMethods: ['webauthn', 'totp'],
        },
        context: {
          ip: '203.0.113.7',
          userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
          headers: { 'accept-language': 'en-GB' },
          rtt_ms: 38,
          tlsFingerprint: 't13d1516h2_8daaf6152771',
        },
        device: {
          key: hasher.hash('device', 'default', 'first-party-cookie-id'),
          presented: true,
          fingerprintKey: hasher.hash('fingerprint', 'default', 'f1'),
          bound: false,
        },
        session: {
          key: hasher.hash('session', 'default', 's_9'),
          createdAt_ms: Date.parse('2026-11-23T01:28:40Z'),
          authenticatedAt_ms: Date.parse('2026-11-23T01:28:40Z'),
        },
        applicationId: 'web',
        authentication: {
          method: 'password',
          amr: ['pwd'],
          acr: null,
          idp: null,
          credentialCompromised: false,
        },
        properties: null,
        disposition: null,
      },
    });
  });

  it('holds neither what was typed nor the ids of device and session', () => {
    const text = JSON.stringify(read(loginBody()));
    for (const secret of ['ada@example.org', 'first-party-cookie-id', '"s_9"', '"f1"']) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('what is absent', () => {
  it('is a login that succeeded just now, in the application "default", of nothing else known', () => {
    expect(eventOf(minimal())).toMatchObject({
      type: 'login',
      status: 'succeeded',
      occurredAt_ms: NOW_ms,
      eventId: null,
      attemptId: null,
      user: { loginKey: null, registeredAt_ms: null, challengeMethods: null },
      context: { userAgent: null, headers: null, rtt_ms: null, tlsFingerprint: null },
      device: null,
      session: null,
      applicationId: 'default',
      authentication: { method: null, amr: [], acr: null, idp: null, credentialCompromised: false },
      properties: null,
      disposition: null,
    });
  });

  it('is told from a device that is collected and did not come', () => {
    const none = { key: null, presented: null, fingerprintKey: null, bound: null };
    expect(eventOf(minimal({ device: {} })).device).toEqual(none);
    expect(eventOf(minimal({ device: [] })).device).toEqual(none);
    expect(eventOf(minimal({ device: { id: '', presented: false } })).device).toEqual({
      ...none,
      presented: false,
    });
    expect(eventOf(minimal({ device: null })).device).toBeNull();
  });

  it('is what an empty user agent, header, login, session id is', () => {
    const event = eventOf({
      user: { id: 'u', login: '  ' },
      context: { ip: '203.0.113.7', user_agent: '', tls_fingerprint: '', headers: { accept: '' } },
      session: { id: '' },
    });
    expect(event.context).toMatchObject({ userAgent: null, headers: null, tlsFingerprint: null });
    expect(event.user.loginKey).toBeNull();
    expect(event.session?.key).toBeNull();
  });
});

describe('the user', () => {
  it('must be named where the act was verified, whatever the act', () => {
    for (const type of ['login', 'session', 'logout', 'password_reset']) {
      expect(errorsOf({ type, context: { ip: '203.0.113.7' } })).toEqual([
        '/user/id is required when status is succeeded',
      ]);
    }
    expect(errorsOf({ user: { id: null, login: 'ada' }, context: { ip: '203.0.113.7' } })).toHaveLength(1);
  });

  it('may be unknown where it was not', () => {
    for (const status of ['failed', 'attempted']) {
      const event = eventOf({ status, user: { login: 'ada' }, context: { ip: '203.0.113.7' } });
      expect(event.user).toMatchObject({ id: null, key: null });
      expect(event.user.loginKey).not.toBeNull();
      expect(errorsOf({ status, context: { ip: '203.0.113.7' } })).toEqual([]);
    }
  });

  it('may have any id: NUL, emoji, __proto__ and braces are just ids, each another user', () => {
    const ids = [
      'a\u0000b',
      'a',
      '😀',
      '__proto__',
      'constructor',
      '{user:1}',
      '-',
      'é',
      'e\u0301',
      'U',
      'u',
    ];
    const keys = ids.map((id) => {
      const event = eventOf(minimal({ user: { id } }));
      expect(event.user.id).toBe(id);
      return event.user.key;
    });
    expect(new Set(keys).size).toBe(ids.length);
  });

  it('is refused when bytes of the id were lost, because two users would become one', () => {
    for (const id of ['a\ufffd', '\ud800', 'x\udc00y']) {
      expect(errorsOf(minimal({ user: { id } }))).toEqual([
        '/user/id has characters that are not valid Unicode',
      ]);
    }
  });

  it('keeps methods of a later version out, and says so', () => {
    const body = minimal({ user: { id: 'u', challenge_methods: ['telepathy', 'x_card', 'totp', 'totp'] } });
    expect(eventOf(body).user.challengeMethods).toEqual(['x_card', 'totp']);
    expect(warningsOf(body)).toEqual(['/user/challenge_methods/0 dropped']);
  });

  it('with only methods of a later version has unknown ones; with [] has none', () => {
    expect(
      eventOf(minimal({ user: { id: 'u', challenge_methods: ['telepathy'] } })).user.challengeMethods,
    ).toBeNull();
    expect(eventOf(minimal({ user: { id: 'u', challenge_methods: [] } })).user.challengeMethods).toEqual([]);
  });

  it('with a login of 60,000 characters is cut with a warning', () => {
    expect(warningsOf(minimal({ user: { id: 'u', login: 'x'.repeat(60_000) } }))).toEqual([
      '/user/login truncated',
    ]);
  });
});

describe('the time', () => {
  const at = (offset_ms: number) => minimal({ occurred_at: new Date(NOW_ms + offset_ms).toISOString() });
  const HOUR_ms = 3_600_000;

  it('may be 5 minutes ahead and 24 hours back, to the millisecond', () => {
    expect(errorsOf(at(300_000))).toEqual([]);
    expect(errorsOf(at(300_001))).toEqual(['/occurred_at is more than 5 minutes in the future']);
    expect(errorsOf(at(-24 * HOUR_ms))).toEqual([]);
    expect(errorsOf(at(-24 * HOUR_ms - 1))).toEqual([
      '/occurred_at is more than 24 hours ago; older events need the scope import',
    ]);
  });

  it('may be any since 1970 for who may import, but no further ahead', () => {
    expect(errorsOf(at(-20 * 365 * 24 * HOUR_ms), { canImport: true })).toEqual([]);
    expect(errorsOf(minimal({ occurred_at: '1970-01-01T00:00:00Z' }), { canImport: true })).toEqual([]);
    expect(errorsOf(minimal({ occurred_at: '1969-12-31T23:59:59Z' }), { canImport: true })).toHaveLength(1);
    expect(errorsOf(at(300_001), { canImport: true })).toHaveLength(1);
  });

  it('of receipt stands beside the time of the event', () => {
    expect(eventOf(at(-1_000))).toMatchObject({ occurredAt_ms: NOW_ms - 1_000, recordedAt_ms: NOW_ms });
  });

  it('is both in a replay, without any limit on age, and must be there', () => {
    const replay = { now_ms: null };
    expect(eventOf(minimal({ occurred_at: '1999-01-01T00:00:00Z' }), replay)).toMatchObject({
      occurredAt_ms: Date.UTC(1999, 0, 1),
      recordedAt_ms: Date.UTC(1999, 0, 1),
    });
    expect(errorsOf(minimal({ occurred_at: '2999-01-01T00:00:00Z' }), replay)).toEqual([]);
    expect(errorsOf(minimal(), replay)).toEqual(['/occurred_at is required in a replay']);
  });

  it('is refused when it is none, with its place', () => {
    const wrong = 'must be an RFC 3339 time with an offset, since 1970, like 2026-11-23T01:28:40Z';
    const body = {
      user: { id: 'u', registered_at: '2024-01-01' },
      context: { ip: '203.0.113.7' },
      occurred_at: '2026-11-23T01:28:40',
      session: { created_at: 'now', authenticated_at: '' },
    };
    expect(errorsOf(body)).toEqual([
      `/occurred_at ${wrong}`,
      `/user/registered_at ${wrong}`,
      `/session/created_at ${wrong}`,
      `/session/authenticated_at ${wrong}`,
    ]);
  });
});

describe('the address', () => {
  it('is kept in its one canonical form', () => {
    for (const [ip, canonical] of [
      ['203.0.113.7', '203.0.113.7'],
      ['::ffff:203.0.113.7', '203.0.113.7'],
      ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
      ['10.0.0.1', '10.0.0.1'],
    ]) {
      expect(eventOf(minimal({ context: { ip } })).context.ip).toBe(canonical);
    }
  });

  it('is refused at /context/ip when it is none: it is the caller’s own', () => {
    for (const ip of [
      'x',
      'fe80::1%eth0',
      '203.0.113.7 ',
      '203.0.113.7:443',
      '1.2.3',
      '010.1.1.1',
      '[::1]',
    ]) {
      expect(errorsOf(minimal({ context: { ip } }))).toEqual([
        '/context/ip must be an IPv4 or IPv6 address, without zone, port or spaces',
      ]);
    }
  });
});

describe('what an end user can influence', () => {
  it('is cut: 1,024 characters of a user agent, 128 of a TLS fingerprint', () => {
    const body = withContext({ user_agent: 'x'.repeat(60_000), tls_fingerprint: 'y'.repeat(129) });
    expect(eventOf(body).context).toMatchObject({
      userAgent: 'x'.repeat(1_024),
      tlsFingerprint: 'y'.repeat(128),
    });
    expect(warningsOf(body)).toEqual(['/context/user_agent truncated', '/context/tls_fingerprint truncated']);
    expect(warningsOf(withContext({ user_agent: 'x'.repeat(1_024) }))).toEqual([]);
  });

  it('is never cut through a character', () => {
    const body = withContext({ user_agent: `${'x'.repeat(1_023)}😀` });
    expect(eventOf(body).context.userAgent).toBe('x'.repeat(1_023));
    expect(warningsOf(body)).toEqual(['/context/user_agent truncated']);
  });

  it('is cleaned of what could harm its readers, and of nothing else', () => {
    const body = withContext({ user_agent: 'a\r\nb\u0000\u202ec\ud800 \u009b' });
    expect(eventOf(body).context.userAgent).toBe('a\ufffd\ufffdb\ufffd\ufffdc\ufffd \ufffd');
    expect(warningsOf(body)).toEqual(['/context/user_agent cleaned']);
    expect(eventOf(withContext({ user_agent: 'Näive 浏览器 😀' })).context.userAgent).toBe('Näive 浏览器 😀');
    expect(warningsOf(withContext({ user_agent: 'Näive 浏览器 😀' }))).toEqual([]);
  });

  it('of headers: only those that are judged are kept, under lower-case names', () => {
    const body = withContext({
      headers: {
        Accept: '*/*',
        'Accept-Language': 'en-GB',
        'Sec-CH-UA-Platform': '"Linux"',
        'Sec-Fetch-Site': 'same-origin',
        DNT: '1',
        accept: 'second spelling',
        acceptance: 'x',
        'accept/x': 'x',
        'sec-ch-uax': 'x',
        'x-forwarded-for': '198.51.100.1',
        Host: 'x',
      },
    });
    expect(eventOf(body).context.headers).toEqual({
      accept: '*/*',
      'accept-language': 'en-GB',
      'sec-ch-ua-platform': '"Linux"',
      'sec-fetch-site': 'same-origin',
      dnt: '1',
    });
    expect(warningsOf(body)).toEqual(['/context/headers dropped']);
  });

  it('of headers: cookies and credentials are dropped, and the caller is told which', () => {
    const body = withContext({ headers: { Cookie: 'sid=secret', authorization: 'Bearer secret', dnt: '1' } });
    expect(JSON.stringify(eventOf(body))).not.toContain('secret');
    expect(warningsOf(body)).toEqual([
      '/context/headers/Cookie dropped',
      '/context/headers/authorization dropped',
    ]);
  });

  it('of headers: values are cut to 512 characters, all of them to 24 headers and 4,096 characters', () => {
    expect(eventOf(withContext({ headers: { accept: 'x'.repeat(513) } })).context.headers).toEqual({
      accept: 'x'.repeat(512),
    });
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`accept-${i}`, 'x']));
    const long = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`accept-${i}`, 'x'.repeat(600)]));
    expect(Object.keys(eventOf(withContext({ headers: many })).context.headers ?? {})).toHaveLength(24);
    expect(Object.keys(eventOf(withContext({ headers: long })).context.headers ?? {})).toHaveLength(8);
    expect(warningsOf(withContext({ headers: many }))).toEqual(['/context/headers dropped']);
  });

  it('of headers: a name such as __proto__ does not fail the call and pollutes nothing', () => {
    const parsed = parseJsonBody(
      '{"user":{"id":"u"},"context":{"ip":"203.0.113.7","headers":{"__proto__":"x","constructor":"y","dnt":"1"}}}',
    );
    const event = eventOf(parsed.ok ? parsed.value : null);
    expect(event.context.headers).toEqual({ dnt: '1' });
    expect(Object.getPrototypeOf(event.context.headers)).toBe(Object.prototype);
  });

  it('of times: a round trip that cannot be is left out', () => {
    for (const rtt_ms of [-1, 600_001, 1e300]) {
      expect(eventOf(withContext({ rtt_ms })).context.rtt_ms).toBeNull();
      expect(warningsOf(withContext({ rtt_ms }))).toEqual(['/context/rtt_ms invalid']);
    }
    expect(eventOf(withContext({ rtt_ms: 0 })).context.rtt_ms).toBe(0);
  });

  it('of ids: huge ones are hashed whole, so that no two become one', () => {
    const huge = (end: string) =>
      minimal({ device: { id: 'x'.repeat(60_000) + end }, session: { id: 'x'.repeat(60_000) } });
    expect(eventOf(huge('a')).device?.key).not.toBe(eventOf(huge('b')).device?.key);
    expect(eventOf(huge('a')).device?.key).toHaveLength(22);
    expect(warningsOf(huge('a'))).toEqual(['/device/id overlong', '/session/id overlong']);
  });
});

describe('the authentication', () => {
  it('has a method that is known or the caller’s own', () => {
    for (const method of ['password', 'webauthn', 'refresh_token', 'x_smartcard']) {
      expect(eventOf(minimal({ authentication: { method } })).authentication.method).toBe(method);
    }
    for (const method of ['', 'Password', 'totp', 'x_', 'x_a b', `x_${'y'.repeat(63)}`]) {
      expect(errorsOf(minimal({ authentication: { method } }))[0]).toMatch(
        /^\/authentication\/method must be one of password, /,
      );
    }
  });

  it('takes references whole or not at all: the beginning of one may be another', () => {
    const body = minimal({
      authentication: { amr: ['pwd', 'x'.repeat(65), '', 'mfa'], acr: `phr${'x'.repeat(300)}` },
    });
    expect(eventOf(body).authentication).toMatchObject({ amr: ['pwd', 'mfa'], acr: null });
    expect(warningsOf(body)).toEqual(['/authentication/amr dropped', '/authentication/acr dropped']);
    const many = minimal({ authentication: { amr: Array.from({ length: 1_000 }, (_, i) => `r${i}`) } });
    expect(eventOf(many).authentication.amr).toHaveLength(16);
  });

  it('keeps the identity provider and the word on the credential', () => {
    const body = minimal({ authentication: { idp: { id: 'google' }, credential_compromised: true } });
    expect(eventOf(body).authentication).toMatchObject({
      idp: { id: 'google', kind: null },
      credentialCompromised: true,
    });
  });
});

describe('properties', () => {
  const sized = (bytes: number) => minimal({ properties: { a: 'x'.repeat(bytes - 8) } });

  it('are kept up to 4,096 bytes as JSON', () => {
    expect(eventOf(sized(4_096)).properties).toEqual({ a: 'x'.repeat(4_088) });
    expect(errorsOf(sized(4_097))).toEqual(['/properties must be at most 4096 bytes as JSON']);
    expect(errorsOf(minimal({ properties: { a: 'é'.repeat(3_000) } }))).toHaveLength(1);
  });

  it('may nest, but not without end', () => {
    const nested = (depth: number) =>
      parseJsonBody(
        `{"user":{"id":"u"},"context":{"ip":"203.0.113.7"},"properties":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`,
      );
    const shallow = nested(100);
    const deep = nested(10_000);
    expect(errorsOf(shallow.ok && shallow.value)).toEqual([]);
    expect(errorsOf(deep.ok && deep.value)).toEqual(['/properties must be at most 4096 bytes as JSON']);
  });

  it('lose the one name that could set a prototype, at any depth', () => {
    const parsed = parseJsonBody(
      '{"user":{"id":"u"},"context":{"ip":"203.0.113.7"},"properties":{"a":{"\\u005f_proto__":{"b":1},"c":2},"__proto__":3}}',
    );
    const body = parsed.ok ? parsed.value : null;
    expect(JSON.stringify(eventOf(body).properties)).toBe('{"a":{"c":2}}');
    expect(warningsOf(body)).toEqual(['/properties dropped']);
  });
});

describe('the disposition', () => {
  it('is read from /v1/events only', () => {
    expect(eventOf({ ...minimal(), disposition: 'accepted' }, { kind: 'events' }).disposition).toBe(
      'accepted',
    );
    expect(eventOf({ ...minimal(), disposition: null }, { kind: 'events' }).disposition).toBeNull();
    expect(eventOf(minimal(), { kind: 'events' }).disposition).toBeNull();
  });
});

describe('garbage from an end user', () => {
  it('never fails a call, whatever the characters and lengths, and is bounded in what is kept (seed 2)', () => {
    const random = seededRandom(2);
    const text = (): string => {
      const length = Math.floor(random() ** 6 * 20_000);
      let made = '';
      while (made.length < length) made += String.fromCharCode(Math.floor(random() ** 2 * 65_536));
      return made;
    };
    for (let i = 0; i < 300; i++) {
      const body = {
        user: { id: 'u', login: text() },
        context: {
          ip: '203.0.113.7',
          user_agent: text(),
          headers: { [text()]: text(), [`accept-${text()}`]: text(), 'sec-ch-ua': text() },
          tls_fingerprint: text(),
        },
        device: { id: text(), fingerprint: text() },
        session: { id: text() },
      };
      const parsed = read(JSON.parse(JSON.stringify(body)));
      expect(parsed.ok).toBe(true);
      expect(JSON.stringify(parsed).length).toBeLessThan(12_000);
      expect(JSON.stringify(parsed)).not.toMatch(/\\u0000|\\ud[89a-f]/);
    }
  });
});
