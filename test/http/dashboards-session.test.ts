import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINK_LIFETIME_MS, SESSION_LIFETIME_MS } from '../../src/app/sign-in.ts';
import {
  ALL_SCOPES,
  bearer,
  CHALLENGE_ID,
  DECISION_ID,
  LOGIN,
  START_MS,
  startTestServer,
  type TestServer,
} from '../support/http-server.ts';

const PUBLIC = 'https://gatehouse.example.org';
const HOST = { host: 'localhost:8080' };
const SAME_ORIGIN = { ...HOST, origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' };
const CSRF = { 'x-gatehouse-csrf': '1' };
const READ = `/v1/decisions/${DECISION_ID}`;

let test: TestServer;
let key: string;
beforeAll(async () => {
  test = await startTestServer({ config: { publicOrigins: [PUBLIC] }, quota: { failureBurst: 1_000 } });
  key = await test.key(ALL_SCOPES);
});
afterAll(() => test.close());

async function signIn(payload: object, headers: Record<string, string> = SAME_ORIGIN): Promise<string> {
  const answer = await test.inject({ method: 'POST', url: '/session', payload, headers });
  expect(answer.statusCode).toBe(200);
  return String(answer.headers['set-cookie']).split(';')[0] ?? '';
}

describe('signing in', () => {
  it('by an API key gives a strict HttpOnly cookie and only the scopes of a reader', async () => {
    const answer = await test.inject({
      method: 'POST',
      url: '/session',
      payload: { api_key: key },
      headers: SAME_ORIGIN,
    });
    expect(answer.json()).toEqual({
      tenant: 'default',
      scopes: ['decisions:read', 'users:read', 'feedback:write'],
      expires_at: new Date(START_MS + SESSION_LIFETIME_MS).toISOString(),
    });
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(/^gatehouse_session=[\w-]{43};/);
    for (const part of ['Path=/', 'HttpOnly', 'SameSite=Strict', 'Max-Age=43200'])
      expect(cookie).toContain(part);
    expect(cookie).not.toContain('Secure');
    expect(answer.body).not.toContain(key);
  });

  it('under a public https origin marks the cookie Secure', async () => {
    const answer = await test.inject({
      method: 'POST',
      url: '/session',
      payload: { api_key: key },
      headers: { host: 'gatehouse.example.org', origin: PUBLIC },
    });
    expect(String(answer.headers['set-cookie'])).toContain('Secure');
  });

  it('by a link works once', async () => {
    const { token } = await test.signIn.createLink('default');
    const cookie = await signIn({ link_token: token });
    const session = await test.inject({ url: '/session', headers: { ...HOST, cookie } });
    expect(session.statusCode).toBe(200);
    expect(session.json().tenant).toBe('default');
    const again = await test.inject({
      method: 'POST',
      url: '/session',
      payload: { link_token: token },
      headers: HOST,
    });
    expect(again.statusCode).toBe(401);
  });

  it('needs exactly one credential', async () => {
    for (const payload of [{}, { link_token: 'a', api_key: 'b' }, { api_key: 7 }, { password: 'x' }]) {
      const answer = await test.inject({ method: 'POST', url: '/session', payload, headers: HOST });
      expect(answer.statusCode).toBe(400);
    }
  });

  it('fails with an unknown key, and with one that may read nothing', async () => {
    const writer = await test.key(['risk:write', 'admin']);
    for (const api_key of ['gatehouse_unknown', writer]) {
      const answer = await test.inject({
        method: 'POST',
        url: '/session',
        payload: { api_key },
        headers: HOST,
      });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['set-cookie']).toBeUndefined();
    }
  });

  it('is refused to other sites and under other host names (DNS rebinding)', async () => {
    const strangers = [
      { host: 'evil.example' },
      { host: 'localhost.evil.example:8080' },
      { host: 'gatehouse.example.org:8080' },
      { ...HOST, origin: 'https://evil.example' },
      { ...HOST, origin: 'null' },
      { ...HOST, origin: 'http://localhost:9999' },
      { ...HOST, 'sec-fetch-site': 'cross-site' },
      { ...HOST, 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of strangers) {
      const answer = await test.inject({
        method: 'POST',
        url: '/session',
        payload: { api_key: key },
        headers,
      });
      expect(answer.statusCode).toBe(403);
      expect(answer.json().type).toBe('urn:gatehouse:problem:origin_refused');
    }
  });
});

describe('a session', () => {
  it('reads and gives feedback', async () => {
    const cookie = await signIn({ api_key: key });
    const headers = { ...SAME_ORIGIN, cookie };
    expect((await test.inject({ url: READ, headers })).statusCode).toBe(200);
    const search = await test.inject({ method: 'POST', url: '/v1/decisions/search', headers, payload: {} });
    expect(search.statusCode).toBe(200);
    const lookup = await test.inject({
      method: 'POST',
      url: '/v1/users/lookup',
      headers,
      payload: { user_id: 'u' },
    });
    expect(lookup.statusCode).toBe(200);
    const feedback = await test.inject({
      method: 'POST',
      url: `${READ}/feedback`,
      headers: { ...headers, ...CSRF },
      payload: { verdict: 'legitimate', source: 'analyst' },
    });
    expect(feedback.statusCode).toBe(200);
  });

  it('never decides, records, reports outcomes or erases', async () => {
    const cookie = await signIn({ api_key: key });
    const calls = [
      ['/v1/risk', LOGIN],
      ['/v1/risk?dry_run=true', LOGIN],
      ['/v1/events', LOGIN],
      [
        `/v1/challenges/${CHALLENGE_ID}/outcome`,
        { status: 'succeeded', method: 'totp', user: { id: 'u_42' } },
      ],
      ['/v1/users/erase', { user_id: 'u_42' }],
    ] as const;
    for (const [url, payload] of calls) {
      const answer = await test.inject({
        method: 'POST',
        url,
        payload,
        headers: { ...SAME_ORIGIN, ...CSRF, cookie },
      });
      expect(answer.statusCode).toBe(401);
    }
  });

  it('changes nothing without the CSRF header', async () => {
    const cookie = await signIn({ api_key: key });
    for (const csrf of [{}, { 'x-gatehouse-csrf': '0' }]) {
      const feedback = await test.inject({
        method: 'POST',
        url: `${READ}/feedback`,
        headers: { ...SAME_ORIGIN, ...csrf, cookie },
        payload: { verdict: 'legitimate', source: 'analyst' },
      });
      expect(feedback.statusCode).toBe(403);
      const out = await test.inject({
        method: 'DELETE',
        url: '/session',
        headers: { ...SAME_ORIGIN, ...csrf, cookie },
      });
      expect(out.statusCode).toBe(403);
    }
    expect((await test.inject({ url: READ, headers: { ...HOST, cookie } })).statusCode).toBe(200);
  });

  it('is worth nothing to another site or host', async () => {
    const cookie = await signIn({ api_key: key });
    for (const headers of [{ host: 'evil.example' }, { ...HOST, origin: 'https://evil.example' }]) {
      expect((await test.inject({ url: READ, headers: { ...headers, cookie } })).statusCode).toBe(403);
      expect((await test.inject({ url: '/session', headers: { ...headers, cookie } })).statusCode).toBe(403);
    }
  });

  it('does not restrict where an API key may be used from', async () => {
    const answer = await test.inject({ url: READ, headers: { host: 'internal-balancer', ...bearer(key) } });
    expect(answer.statusCode).toBe(200);
  });

  it('is nothing, and no error, for who never had one; one that is over is refused', async () => {
    const nobody = await test.inject({ url: '/session', headers: HOST });
    expect([nobody.statusCode, nobody.body, nobody.headers['cache-control']]).toEqual([204, '', 'no-store']);
    const over = await test.inject({
      url: '/session',
      headers: { ...HOST, cookie: 'gatehouse_session=long-gone' },
    });
    expect(over.statusCode).toBe(401);
  });

  it('ends when it is signed out', async () => {
    const cookie = await signIn({ api_key: key });
    const out = await test.inject({
      method: 'DELETE',
      url: '/session',
      headers: { ...SAME_ORIGIN, ...CSRF, cookie },
    });
    expect(out.statusCode).toBe(204);
    expect(String(out.headers['set-cookie'])).toContain('Max-Age=0');
    expect((await test.inject({ url: READ, headers: { ...HOST, cookie } })).statusCode).toBe(401);
  });

  it('ends with the API key that it was exchanged for', async () => {
    const short = await test.key(['decisions:read']);
    const cookie = await signIn({ api_key: short });
    const record = (await test.keys.list()).at(-1);
    await test.keys.revoke(record?.id ?? '', test.now());
    expect((await test.inject({ url: READ, headers: { ...HOST, cookie } })).statusCode).toBe(401);
  });

  it('ends after 12 hours, and a link after 10 minutes', async () => {
    const { token } = await test.signIn.createLink('default');
    test.advance(LINK_LIFETIME_MS);
    const late = await test.inject({
      method: 'POST',
      url: '/session',
      payload: { link_token: token },
      headers: HOST,
    });
    expect(late.statusCode).toBe(401);

    const cookie = await signIn({ api_key: key });
    test.advance(SESSION_LIFETIME_MS - 1);
    expect((await test.inject({ url: READ, headers: { ...HOST, cookie } })).statusCode).toBe(200);
    test.advance(1);
    expect((await test.inject({ url: READ, headers: { ...HOST, cookie } })).statusCode).toBe(401);
  });

  it('is only ever what was issued: a made-up cookie is a 401', async () => {
    for (const value of ['', 'x', '%00', 'a'.repeat(5_000)]) {
      const answer = await test.inject({
        url: '/session',
        headers: { ...HOST, cookie: `gatehouse_session=${value}` },
      });
      expect(answer.statusCode).toBe(401);
    }
  });
});
