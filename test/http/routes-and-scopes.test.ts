import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scope } from '../../src/ports/key-store.ts';
import {
  ALL_SCOPES,
  bearer,
  CHALLENGE_ID,
  DECISION_ID,
  LOGIN,
  startTestServer,
  type TestServer,
} from '../support/http-server.ts';

let test: TestServer;
beforeAll(async () => {
  test = await startTestServer();
});
afterAll(() => test.close());

const FEEDBACK = { verdict: 'legitimate', source: 'analyst' };
const OUTCOME = { status: 'succeeded', method: 'webauthn', user: { id: 'u_42' } };

/** The API's table: what each call needs. */
const CALLS: readonly {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly scope: Scope;
  readonly body?: object;
  readonly status: number;
}[] = [
  { method: 'POST', url: '/v1/risk', scope: 'risk:write', body: LOGIN, status: 200 },
  { method: 'POST', url: '/v1/events', scope: 'risk:write', body: LOGIN, status: 202 },
  {
    method: 'POST',
    url: `/v1/challenges/${CHALLENGE_ID}/outcome`,
    scope: 'risk:write',
    body: OUTCOME,
    status: 200,
  },
  {
    method: 'POST',
    url: `/v1/decisions/${DECISION_ID}/feedback`,
    scope: 'feedback:write',
    body: FEEDBACK,
    status: 200,
  },
  { method: 'GET', url: `/v1/decisions/${DECISION_ID}`, scope: 'decisions:read', status: 200 },
  { method: 'POST', url: '/v1/decisions/search', scope: 'decisions:read', body: {}, status: 200 },
  { method: 'POST', url: '/v1/decisions/list', scope: 'decisions:read', body: {}, status: 200 },
  { method: 'GET', url: `/v1/decisions/${DECISION_ID}/related`, scope: 'decisions:read', status: 200 },
  { method: 'POST', url: '/v1/review-queue', scope: 'decisions:read', body: {}, status: 200 },
  {
    method: 'POST',
    url: '/v1/entities/lookup',
    scope: 'decisions:read',
    body: { asn: 64_500 },
    status: 200,
  },
  {
    method: 'POST',
    url: '/v1/decisions/export',
    scope: 'decisions:read',
    body: { format: 'csv' },
    status: 200,
  },
  { method: 'GET', url: '/v1/views', scope: 'decisions:read', status: 200 },
  {
    method: 'POST',
    url: '/v1/views',
    scope: 'feedback:write',
    body: { name: 'Blocked', page: 'decisions', state: 'action=block' },
    status: 201,
  },
  {
    method: 'PUT',
    url: '/v1/views/vw_nothing',
    scope: 'feedback:write',
    body: { name: 'Other', page: 'decisions', state: '' },
    status: 404,
  },
  { method: 'DELETE', url: '/v1/views/vw_nothing', scope: 'feedback:write', status: 404 },
  { method: 'GET', url: '/v1/analytics/health', scope: 'decisions:read', status: 200 },
  { method: 'GET', url: '/v1/analytics/parked', scope: 'admin', status: 200 },
  { method: 'POST', url: '/v1/analytics/parked/resend', scope: 'admin', body: {}, status: 200 },
  { method: 'GET', url: '/v1/analytics/annotations', scope: 'decisions:read', status: 200 },
  { method: 'GET', url: '/v1/analytics/panels', scope: 'decisions:read', status: 200 },
  { method: 'GET', url: '/v1/analytics/panels/nothing', scope: 'decisions:read', status: 404 },
  { method: 'GET', url: '/v1/campaigns', scope: 'decisions:read', status: 200 },
  { method: 'POST', url: '/v1/users/lookup', scope: 'users:read', body: { user_id: 'u_42' }, status: 200 },
  { method: 'POST', url: '/v1/users/export', scope: 'users:read', body: { user_id: 'u_42' }, status: 200 },
  {
    method: 'POST',
    url: '/v1/users/forget-device',
    scope: 'feedback:write',
    body: { user_id: 'u_42', device_key: 'k' },
    status: 200,
  },
  { method: 'POST', url: '/v1/users/erase', scope: 'users:erase', body: { user_id: 'u_42' }, status: 200 },
];

describe('scopes', () => {
  for (const { method, url, scope, body, status } of CALLS) {
    const payload = body === undefined ? {} : { payload: body };

    it(`${method} ${url.split('/').slice(0, 4).join('/')}: ${scope} alone suffices`, async () => {
      const key = await test.key([scope]);
      const answer = await test.inject({ method, url, headers: bearer(key), ...payload });
      expect(answer.statusCode).toBe(status);
    });

    it(`${method} ${url.split('/').slice(0, 4).join('/')}: every other scope together is a 403 that names ${scope}`, async () => {
      const key = await test.key(ALL_SCOPES.filter((other) => other !== scope));
      const answer = await test.inject({ method, url, headers: bearer(key), ...payload });
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ type: 'urn:gatehouse:problem:forbidden', status: 403 });
      expect(answer.json().detail).toContain(scope);
      expect(answer.headers['www-authenticate']).toContain(`scope="${scope}"`);
    });

    it(`${method} ${url.split('/').slice(0, 4).join('/')}: no key is a 401 with WWW-Authenticate`, async () => {
      const answer = await test.inject({ method, url, ...payload });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    });
  }

  it('the evidence needs decisions:read besides risk:write', async () => {
    const without = await test.key(['risk:write']);
    const refused = await test.inject({
      method: 'POST',
      url: '/v1/risk?include=signals',
      headers: bearer(without),
      payload: LOGIN,
    });
    expect(refused.statusCode).toBe(403);
    expect(refused.json().detail).toContain('decisions:read');

    const both = await test.key(['risk:write', 'decisions:read']);
    const answer = await test.inject({
      method: 'POST',
      url: '/v1/risk?include=signals',
      headers: bearer(both),
      payload: LOGIN,
    });
    expect(answer.json().signals).toHaveLength(30);
  });

  it('a decision of another tenant answers exactly as one that does not exist', async () => {
    const mine = await test.key(['decisions:read']);
    const other = await test.key(['decisions:read'], 'other');
    const foreign = await test.inject({ url: `/v1/decisions/${DECISION_ID}`, headers: bearer(other) });
    const unknown = await test.inject({ url: '/v1/decisions/dec_nothing', headers: bearer(mine) });
    expect(foreign.statusCode).toBe(404);
    const { instance: _one, ...left } = foreign.json();
    const { instance: _two, ...right } = unknown.json();
    expect(left).toEqual(right);
  });

  it('an id of 9,000 characters is a 404, not a crash', async () => {
    const key = await test.key(['decisions:read']);
    for (const length of [200, 3_000, 9_000]) {
      const answer = await test.inject({ url: `/v1/decisions/${'x'.repeat(length)}`, headers: bearer(key) });
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
  });

  it('a revoked key stops', async () => {
    const key = await test.key(['decisions:read']);
    const url = `/v1/decisions/${DECISION_ID}`;
    expect((await test.inject({ url, headers: bearer(key) })).statusCode).toBe(200);
    const record = (await test.keys.list()).at(-1);
    await test.keys.revoke(record?.id ?? '', test.now());
    expect((await test.inject({ url, headers: bearer(key) })).statusCode).toBe(401);
  });
});

describe('searching', () => {
  it('looks people, devices and sessions up by their keyed hash, never by what was sent', async () => {
    const key = await test.key(['decisions:read']);
    const answer = await test.inject({
      method: 'POST',
      url: '/v1/decisions/search',
      headers: bearer(key),
      payload: {
        user_id: 'u_42',
        device_id: 'd',
        session_id: 's',
        ip: '2001:DB8::1',
        country: 'nz',
        from: '2026-01-01T00:00:00Z',
      },
    });
    expect(answer.statusCode).toBe(200);
    const { tenant, filter } = test.asked.searches.at(-1) ?? {};
    expect(tenant).toBe('default');
    expect(filter).toEqual({
      userKey: expect.stringMatching(/^[\w-]{22}$/),
      deviceKey: expect.stringMatching(/^[\w-]{22}$/),
      sessionKey: expect.stringMatching(/^[\w-]{22}$/),
      ip: '2001:db8::1',
      country: 'NZ',
      from_ms: Date.UTC(2026, 0, 1),
    });
  });

  it('asks for the traffic of a campaign by its cell: AS and browser, or none of them, TLS fingerprint, network', async () => {
    const key = await test.key(['decisions:read']);
    const cell = { asn: 64_500, browser: 'none', tls_fingerprint: 't13d', network: '203.0.113.0/24' };
    const answer = await test.inject({
      method: 'POST',
      url: '/v1/decisions/list',
      headers: bearer(key),
      payload: { ...cell, login_key: 'lk', status: 'failed' },
    });
    expect(answer.statusCode).toBe(200);
    expect(test.asked.searches.at(-1)?.filter).toEqual({
      asn: 64_500,
      browser: '',
      tlsFingerprint: 't13d',
      network: '203.0.113.0/24',
      loginKey: 'lk',
      status: 'failed',
    });
  });

  it('refuses an address and a time that are none, with pointers to both', async () => {
    const key = await test.key(['decisions:read']);
    const answer = await test.inject({
      method: 'POST',
      url: '/v1/decisions/search',
      headers: bearer(key),
      payload: { ip: 'nowhere', to: '2026-02-30T00:00:00Z' },
    });
    expect(answer.statusCode).toBe(400);
    expect(
      answer
        .json()
        .errors.map(({ pointer }: { pointer: string }) => pointer)
        .sort(),
    ).toEqual(['/ip', '/to']);
  });
});
