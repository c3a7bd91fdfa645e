import { createHash } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ALL_SCOPES,
  bearer,
  CHALLENGE_ID,
  LOGIN,
  START_MS,
  startTestServer,
  type TestServer,
} from '../support/http-server.ts';
import { decisionRecord } from '../support/log-records.ts';

let test: TestServer;
afterEach(() => test.close());

const risk = (key: string, payload: string | object, query = '') =>
  test.inject({
    method: 'POST',
    url: `/v1/risk${query}`,
    payload,
    headers: { ...bearer(key), 'content-type': 'application/json' },
  });

async function verified(token: string) {
  const jwks = (await test.inject({ url: '/.well-known/jwks.json' })).json();
  return jwtVerify(token, createLocalJWKSet(jwks), {
    issuer: 'gatehouse',
    audience: 'web',
    typ: 'risk-decision+jwt',
    algorithms: ['ES256'],
    currentDate: new Date(test.now()),
  });
}

describe('a decision token', () => {
  it('of an allowed login is final and verifies against the JWKS for 60 s', async () => {
    test = await startTestServer();
    const key = await test.key(['risk:write']);
    const body = JSON.stringify(LOGIN, null, 1);
    const { decision_token: token, id } = (await risk(key, body, '?include=token')).json();
    const { payload, protectedHeader } = await verified(token);
    expect(payload).toEqual({
      iss: 'gatehouse',
      aud: 'web',
      tenant: 'default',
      sub: 'u_42',
      sid: 's_9',
      jti: id,
      event_id: 'login-1',
      type: 'login',
      status: 'succeeded',
      action: 'allow',
      final: true,
      mode: 'enforce',
      chl: null,
      acr_values: null,
      policy: 'default@1',
      req: createHash('sha256').update(body).digest('base64url'),
      iat: START_MS / 1_000,
      exp: START_MS / 1_000 + 60,
    });
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'risk-decision+jwt', kid: expect.any(String) });
    for (const secret of ['203.0.113.7', 'ada@example.org', 'score', 'reason']) {
      expect(Buffer.from(token.split('.')[1], 'base64url').toString()).not.toContain(secret);
    }
    test.advance(61_000);
    await expect(verified(token)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
  });

  it('of a challenged login is not final; passing the challenge gives a final one', async () => {
    test = await startTestServer({ sketch: { action: 'challenge' } });
    const key = await test.key(['risk:write']);
    const first = await verified((await risk(key, LOGIN, '?include=token')).json().decision_token);
    expect(first.payload).toMatchObject({
      action: 'challenge',
      final: false,
      chl: CHALLENGE_ID,
      acr_values: 'phr',
    });

    const outcome = await test.inject({
      method: 'POST',
      url: `/v1/challenges/${CHALLENGE_ID}/outcome?include=token`,
      headers: bearer(key),
      payload: { status: 'succeeded', method: 'webauthn', user: { id: 'u_42' } },
    });
    expect(outcome.json()).toMatchObject({
      action: 'challenge',
      resolution: 'passed',
      final_action: 'allow',
    });
    const second = await verified(outcome.json().decision_token);
    expect(second.payload).toMatchObject({ action: 'allow', final: true, jti: first.payload.jti });
  });

  it('after a failed challenge blocks, finally', async () => {
    test = await startTestServer({ sketch: { action: 'challenge' } });
    const key = await test.key(['risk:write']);
    const outcome = await test.inject({
      method: 'POST',
      url: `/v1/challenges/${CHALLENGE_ID}/outcome?include=token`,
      headers: bearer(key),
      payload: { status: 'denied', user: { id: 'u_42' } },
    });
    expect((await verified(outcome.json().decision_token)).payload).toMatchObject({
      action: 'block',
      final: true,
    });
  });

  it('of an attempt whose password was not checked is never final, whatever its action', async () => {
    test = await startTestServer();
    const key = await test.key(['risk:write']);
    for (const status of ['attempted', 'failed']) {
      const answer = await risk(key, { ...LOGIN, event_id: status, status }, '?include=token');
      const { payload } = await verified(answer.json().decision_token);
      expect(payload).toMatchObject({ action: 'allow', final: false, status });
    }
  });

  it('is only given when it is asked for', async () => {
    test = await startTestServer();
    const answer = await risk(await test.key(['risk:write']), LOGIN);
    expect(answer.json()).not.toHaveProperty('decision_token');
    expect(answer.json()).not.toHaveProperty('signals');
  });
});

describe('idempotency', () => {
  it('is keyed by tenant, endpoint and event id, over the body as received', async () => {
    test = await startTestServer();
    const mine = await test.key(['risk:write']);
    const theirs = await test.key(['risk:write'], 'other');
    const body = JSON.stringify(LOGIN);
    const first = await risk(mine, body);
    const again = await risk(mine, body);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(again.headers['idempotent-replayed']).toBe('true');
    await risk(theirs, body);
    await test.inject({ method: 'POST', url: '/v1/events', payload: LOGIN, headers: bearer(mine) });
    await risk(mine, JSON.stringify(LOGIN, null, 2));
    const [a, b, c, d, e] = test.asked.assessed.map(({ idempotency }) => idempotency);
    expect(a).toEqual(b);
    expect(new Set([a?.key, c?.key, d?.key]).size).toBe(3);
    expect(e?.key).toBe(a?.key);
    expect(e?.bodyHash).not.toBe(a?.bodyHash);
  });

  it('is not asked for without an event id', async () => {
    test = await startTestServer();
    const { event_id: _, ...body } = LOGIN;
    await risk(await test.key(['risk:write']), body);
    expect(test.asked.assessed[0]?.idempotency).toBeNull();
  });
});

describe('a dry run', () => {
  it('judges without recording, ignores the event id, and leaves an audit line without personal data', async () => {
    test = await startTestServer();
    const key = await test.key(['risk:write', 'decisions:read']);
    const answer = await risk(key, LOGIN, '?dry_run=true&include=signals');
    expect(answer.statusCode).toBe(200);
    expect(answer.json().recorded).toBe(false);
    expect(test.asked.assessed[0]).toMatchObject({ source: 'dry_run', idempotency: null });
    const audit = test
      .logged()
      .split('\n')
      .find((line) => line.includes('"audit":"dry_run"'));
    expect(audit).toContain('"tenant":"default"');
    for (const secret of ['u_42', '203.0.113.7', 'ada@example.org']) expect(audit).not.toContain(secret);
  });

  it('needs decisions:read, and has no token to give', async () => {
    test = await startTestServer();
    expect((await risk(await test.key(['risk:write']), LOGIN, '?dry_run=true')).statusCode).toBe(403);
    const key = await test.key(ALL_SCOPES);
    expect((await risk(key, LOGIN, '?dry_run=true&include=token')).statusCode).toBe(400);
    expect((await risk(key, LOGIN, '?dry_run=false&include=token')).statusCode).toBe(200);
  });

  it('has a far lower quota of its own', async () => {
    test = await startTestServer({ quota: { dryRun_rps: 2, dryRunBurst: 3 } });
    const key = await test.key(['risk:write', 'decisions:read']);
    for (let i = 0; i < 3; i++) expect((await risk(key, LOGIN, '?dry_run=true')).statusCode).toBe(200);
    const over = await risk(key, LOGIN, '?dry_run=true');
    expect(over.statusCode).toBe(429);
    expect(over.headers['retry-after']).toBe('1');
    expect((await risk(key, LOGIN)).statusCode).toBe(200);
    test.advance(500);
    expect((await risk(key, LOGIN, '?dry_run=true')).statusCode).toBe(200);
  });
});

describe('recording', () => {
  it('answers 202 with the id, as history for a key that may import', async () => {
    test = await startTestServer();
    const event = await test.key(['risk:write']);
    const history = await test.key(['risk:write', 'import']);
    const payload = { ...LOGIN, disposition: 'accepted' };
    const send = (key: string) =>
      test.inject({ method: 'POST', url: '/v1/events', payload, headers: bearer(key) });
    const answer = await send(event);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({ id: expect.stringMatching(/^dec_/), warnings: [] });
    await send(history);
    expect(test.asked.assessed.map(({ source }) => source)).toEqual(['event', 'import']);
    expect(test.asked.assessed[0]?.event.disposition).toBe('accepted');
  });

  it('is never acknowledged for what was not stored', async () => {
    test = await startTestServer({
      gatehouse: {
        assessLogin: async () => ({
          view: { decision: decisionRecord({ position: 1 }), outcome: null, feedback: [] },
          replayed: false,
          recorded: false,
        }),
      },
    });
    const key = await test.key(['risk:write']);
    const answer = await test.inject({
      method: 'POST',
      url: '/v1/events',
      payload: LOGIN,
      headers: bearer(key),
    });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBeDefined();
    const decided = await risk(key, LOGIN);
    expect(decided.statusCode).toBe(200);
    expect(decided.json().recorded).toBe(false);
    const metrics = await test.inject({ url: '/metrics' });
    expect(metrics.body).toContain('gatehouse_decisions_unrecorded_total 2');
  });

  it('of events older than a day needs the scope import', async () => {
    test = await startTestServer();
    const old = { ...LOGIN, occurred_at: new Date(START_MS - 25 * 3_600_000).toISOString() };
    const refused = await risk(await test.key(['risk:write']), old);
    expect(refused.statusCode).toBe(400);
    expect(refused.json().errors[0].pointer).toBe('/occurred_at');
    expect((await risk(await test.key(['risk:write', 'import']), old)).statusCode).toBe(200);
  });
});
