import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ALL_SCOPES,
  bearer,
  DECISION_ID,
  LOGIN,
  startTestServer,
  type TestServer,
} from '../support/http-server.ts';
import { userSummary } from '../support/user-summary.ts';

let test: TestServer;
afterEach(() => test.close());

/** What no log line may hold: people, addresses, keys, bodies, queries. */
const SECRETS = [
  'u_42',
  'ada@example.org',
  '203.0.113.7',
  'cookie-of-the-first-party',
  's_9',
  'Firefox',
  'include=',
  'dry_run=',
  'hunter2',
];

describe('the log', () => {
  it('names route, status, key and tenant, and holds no personal data, key, body or query', async () => {
    test = await startTestServer();
    const key = await test.key(ALL_SCOPES);
    const headers = bearer(key);
    const cookie = 'gatehouse_session=not-a-session';
    const post = (url: string, payload: object | string) =>
      test.inject({ method: 'POST', url, payload, headers });
    await post('/v1/risk?include=signals,token', LOGIN);
    await post('/v1/risk?dry_run=true', LOGIN);
    await post('/v1/risk', { ...LOGIN, hunter2: true });
    await test.inject({
      method: 'POST',
      url: '/v1/risk',
      payload: '{"user":"hunter2',
      headers: { ...headers, 'content-type': 'application/json' },
    });
    await post('/v1/events', { ...LOGIN, status: 'failed' });
    await post('/v1/users/lookup', { user_id: 'u_42' });
    await post('/v1/users/erase', { user_id: 'u_42' });
    await post('/v1/users/forget-device', { user_id: 'u_42', device_key: 'hunter2', note: 'hunter2' });
    await post('/v1/decisions/search', { user_id: 'u_42', ip: '203.0.113.7' });
    await test.inject({ url: `/v1/decisions/${DECISION_ID}`, headers: { cookie, host: 'localhost' } });
    await test.inject({ url: '/hunter2?include=hunter2', headers: bearer('gatehouse_hunter2') });
    await test.inject({ url: '/v1/decisions/hunter2', headers: bearer('gatehouse_hunter2') });
    const { token } = await test.signIn.createLink('default');
    await test.inject({
      method: 'POST',
      url: '/session',
      payload: { link_token: token },
      headers: { host: 'localhost' },
    });

    const logged = test.logged();
    expect(logged).toContain('"route":"/v1/risk"');
    expect(logged).toContain('"route":"/v1/decisions/:id"');
    expect(logged).toContain('"tenant":"default"');
    expect(logged).toMatch(/"key_id":"key_[0-9a-f-]{36}"/);
    expect(logged).toContain('"audit":"user_erased"');
    expect(logged).toContain('"audit":"device_forgotten"');
    for (const secret of [...SECRETS, key, key.slice(10, 30), token, 'not-a-session']) {
      expect(logged).not.toContain(secret);
    }
  });
});

describe('probes', () => {
  it('liveness answers GET and HEAD without a key', async () => {
    test = await startTestServer();
    expect((await test.inject({ url: '/healthz' })).json()).toEqual({ status: 'ok' });
    const head = await test.inject({ method: 'HEAD', url: '/healthz' });
    expect(head.statusCode).toBe(200);
    expect(head.body).toBe('');
  });

  it('readiness names each dependency: 200 degraded without an optional one, 503 without a required one', async () => {
    let required = true;
    test = await startTestServer({
      readiness: async () => [
        { name: 'decision_log', ok: true, problem: null },
        { name: 'analytics', ok: false, problem: 'It does not answer.', required },
      ],
    });
    const down = await test.inject({ url: '/readyz' });
    expect(down.statusCode).toBe(503);
    expect(down.json().status).toBe('unavailable');
    required = false;
    const degraded = await test.inject({ url: '/readyz' });
    expect(degraded.statusCode).toBe(200);
    expect(degraded.json()).toEqual({
      status: 'degraded',
      dependencies: [
        { name: 'server', ok: true, problem: null },
        { name: 'decision_log', ok: true, problem: null },
        { name: 'analytics', ok: false, problem: 'It does not answer.' },
      ],
    });
  });

  it('metrics are free on loopback, and need a key elsewhere and behind a proxy', async () => {
    test = await startTestServer();
    const key = await test.key(['risk:write']);
    await test.inject({ method: 'POST', url: '/v1/risk', payload: LOGIN, headers: bearer(key) });
    const local = await test.inject({ url: '/metrics' });
    expect(local.statusCode).toBe(200);
    expect(local.headers['content-type']).toContain('text/plain');
    expect(local.body).toContain('gatehouse_decisions_total{action="allow",endpoint="risk"} 1');
    expect(local.body).toMatch(
      /request_duration_seconds_count\{route="\/v1\/risk",method="POST",status="200"\} 1/,
    );
    expect(local.body).toContain('gatehouse_sink_lag_records 7');
    expect(local.body).toContain('gatehouse_sink_lag_seconds 1.5');
    expect(local.body).toContain('process_resident_memory_bytes');
    for (const remote of [
      { remoteAddress: '192.0.2.1' },
      { remoteAddress: '2001:db8::1' },
      { headers: { 'x-forwarded-for': '192.0.2.1' } },
    ]) {
      expect((await test.inject({ url: '/metrics', ...remote })).statusCode).toBe(401);
    }
    const withKey = await test.inject({ url: '/metrics', remoteAddress: '192.0.2.1', headers: bearer(key) });
    expect(withKey.statusCode).toBe(200);
  });
});

describe('quotas', () => {
  it('a key over its quota gets 429 with the seconds to wait, and others are not affected', async () => {
    test = await startTestServer({ quota: { default_rps: 2, burst_s: 1 } });
    const url = `/v1/decisions/${DECISION_ID}`;
    const key = await test.key(['decisions:read']);
    const other = await test.key(['decisions:read']);
    const read = (with_: string) => test.inject({ url, headers: bearer(with_) });
    expect((await read(key)).statusCode).toBe(200);
    expect((await read(key)).statusCode).toBe(200);
    const over = await read(key);
    expect(over.statusCode).toBe(429);
    expect(over.json().type).toBe('urn:gatehouse:problem:rate_limited');
    expect(Number(over.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect((await read(other)).statusCode).toBe(200);
    test.advance(1_000);
    expect((await read(key)).statusCode).toBe(200);
  });

  it('an address that keeps guessing keys gets 429, while a good key from there still works', async () => {
    test = await startTestServer({ quota: { failure_rps: 1, failureBurst: 3 } });
    const url = `/v1/decisions/${DECISION_ID}`;
    const good = await test.key(['decisions:read']);
    for (let i = 0; i < 3; i++) {
      expect((await test.inject({ url, headers: bearer(`guess-${i}`) })).statusCode).toBe(401);
    }
    const limited = await test.inject({ url, headers: bearer('guess-4') });
    expect(limited.statusCode).toBe(429);
    expect(limited.headers['retry-after']).toBe('1');
    expect((await test.inject({ url, headers: bearer(good) })).statusCode).toBe(200);
    const elsewhere = await test.inject({ url, headers: bearer('guess'), remoteAddress: '192.0.2.9' });
    expect(elsewhere.statusCode).toBe(401);
  });
});

describe('shutting down', () => {
  it('new requests get 503 with Retry-After, those in flight finish, probes still answer', async () => {
    let release = (): void => undefined;
    let reached = (): void => undefined;
    const inHandler = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    test = await startTestServer({
      gatehouse: {
        lookupUser: async (_tenant, userId) => {
          reached();
          await gate;
          return userSummary({ userId, riskLevel: 'low' });
        },
      },
    });
    const key = await test.key(ALL_SCOPES);
    const inFlight = test.inject({
      method: 'POST',
      url: '/v1/users/lookup',
      payload: { user_id: 'u_42' },
      headers: bearer(key),
    });
    const settled = inFlight.then((answer) => answer.statusCode);
    await inHandler;
    test.server.drain();
    const refused = await test.inject({
      method: 'POST',
      url: '/v1/risk',
      payload: LOGIN,
      headers: bearer(key),
    });
    expect(refused.statusCode).toBe(503);
    expect(refused.json().type).toBe('urn:gatehouse:problem:shutting_down');
    expect(refused.headers['retry-after']).toBeDefined();
    expect((await test.inject({ url: '/healthz' })).statusCode).toBe(200);
    expect((await test.inject({ url: '/readyz' })).statusCode).toBe(503);
    release();
    expect(await settled).toBe(200);
  });
});

describe('what is not HTTP', () => {
  it('is answered with a problem and closed', async () => {
    test = await startTestServer();
    await test.app.listen({ host: '127.0.0.1', port: 0 });
    const address = test.app.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('NOT HTTP AT ALL\r\n\r\n'));
      let received = '';
      socket.on('data', (data) => {
        received += data.toString();
      });
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('urn:gatehouse:problem:bad_request');
  });
});

describe('the dashboards', () => {
  async function withDashboards(): Promise<() => void> {
    const directory = mkdtempSync(join(tmpdir(), 'gatehouse-dashboards-'));
    mkdirSync(join(directory, 'assets'));
    writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Gatehouse</title>');
    writeFileSync(join(directory, 'theme.js'), '/* theme */');
    writeFileSync(join(directory, 'assets', 'main-abc123.js'), '/* main */');
    test = await startTestServer({ config: { dashboardsDir: directory } });
    return () => rmSync(directory, { recursive: true, force: true });
  }

  it('come with a strict policy; hashed files are immutable, pages are not', async () => {
    const remove = await withDashboards();
    const page = await test.inject({ url: '/' });
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['cache-control']).toBe('no-cache');
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('http');
    const asset = await test.inject({ url: '/assets/main-abc123.js' });
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await test.inject({ url: '/theme.js' })).headers['cache-control']).toBe('no-cache');
    remove();
  });

  it('are cut off from a page of another site that opened them, and from nobody when the address was typed', async () => {
    const remove = await withDashboards();
    const opener = async (site?: string) => {
      const headers = site === undefined ? {} : { 'sec-fetch-site': site };
      const page = await test.inject({ url: '/', headers });
      expect(page.headers.vary).toContain('sec-fetch-site');
      return page.headers['cross-origin-opener-policy'];
    };
    for (const elsewhere of ['cross-site', 'same-site', 'nonsense', undefined]) {
      expect(await opener(elsewhere), elsewhere).toBe('same-origin');
    }
    for (const ourselves of ['none', 'same-origin'])
      expect(await opener(ourselves), ourselves).toBeUndefined();
    remove();
  });

  it('are sent as the build compressed them to whoever takes that, with the same headers', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gatehouse-dashboards-'));
    mkdirSync(join(directory, 'assets'));
    for (const name of ['index.html', 'assets/main-abc123.js']) {
      writeFileSync(join(directory, name), 'plain');
      writeFileSync(join(directory, `${name}.br`), 'brotli');
      writeFileSync(join(directory, `${name}.gz`), 'gzip');
    }
    writeFileSync(join(directory, 'theme.js'), 'plain');
    test = await startTestServer({ config: { dashboardsDir: directory } });
    const asset = async (accept: string, url = '/assets/main-abc123.js') => {
      const { body, headers } = await test.inject({ url, headers: { 'accept-encoding': accept } });
      return { body, headers };
    };
    const brotli = await asset('gzip, deflate, br');
    expect(brotli.body).toBe('brotli');
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotli.headers['content-type']).toContain('javascript');
    expect(brotli.headers.vary).toContain('accept-encoding');
    expect(brotli.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await asset('gzip')).body).toBe('gzip');
    expect((await asset('identity')).body).toBe('plain');
    expect((await asset('br', '/theme.js')).body).toBe('plain');
    const page = await asset('br', '/');
    expect(page.body).toBe('brotli');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['cache-control']).toBe('no-cache');
    const inside = await test.inject({
      url: '/decisions/dec_1',
      headers: { accept: 'text/html', 'accept-encoding': 'br' },
    });
    expect(inside.headers['content-encoding']).toBe('br');
    expect(inside.headers['content-security-policy']).toContain("default-src 'none'");
    expect((await asset('identity', '/assets/main-abc123.js.br')).body).not.toBe('brotli');
    rmSync(directory, { recursive: true, force: true });
  });

  it('answer addresses inside the application with its page, for browsers alone', async () => {
    const remove = await withDashboards();
    const html = { accept: 'text/html,application/xhtml+xml' };
    const page = await test.inject({ url: '/decisions/dec_1?range=24h', headers: html });
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toBeDefined();
    expect(page.body).toContain('Gatehouse');
    const cases = [
      { url: '/decisions/dec_1', headers: { accept: 'application/json' } },
      { url: '/v1/misspelt', headers: html },
      { url: '/assets/gone-123.js', headers: html },
      { url: '/decisions/dec_1', method: 'POST' as const, headers: html },
      { url: '/../package.json', headers: {} },
      { url: '/%2e%2e/package.json', headers: {} },
    ];
    for (const request of cases) {
      const answer = await test.inject(request);
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['content-type']).toBe('application/problem+json');
    }
    remove();
  });
});
