import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError, type AppErrorCode } from '../../src/app/errors.ts';
import { PROBLEMS } from '../../src/http/errors.ts';
import { AnalyticsUnavailable, InvalidCursor } from '../../src/ports/analytics-errors.ts';
import { LogUnavailable } from '../../src/ports/log-errors.ts';
import { ALL_SCOPES, bearer, LOGIN, startTestServer, type TestServer } from '../support/http-server.ts';

let test: TestServer;
let key: string;
let failure: unknown;
beforeAll(async () => {
  test = await startTestServer({
    gatehouse: {
      readDecision: async () => {
        throw failure;
      },
    },
  });
  key = await test.key(ALL_SCOPES);
});
afterAll(() => test.close());

const post = (url: string, payload: string | object, headers: Record<string, string> = {}) =>
  test.inject({ method: 'POST', url, payload, headers: { ...bearer(key), ...headers } });

describe('problems', () => {
  it('every refusal of a use case keeps its status, its stable type and its words', async () => {
    const codes: AppErrorCode[] = [
      'not_found',
      'idempotency_mismatch',
      'user_mismatch',
      'outcome_conflict',
      'challenge_expired',
      'method_not_acceptable',
      'no_challenge',
      'analytics_unavailable',
      'invalid_cursor',
      'unknown_panel',
      'invalid_parameter',
      'storage_unavailable',
      'forbidden',
      'user_erased',
    ];
    for (const code of codes) {
      failure = new AppError(code, `words for ${code}`, {
        operator: 'secret-operator-text',
        cause: new Error('inner'),
      });
      const answer = await test.inject({ url: '/v1/decisions/dec_1', headers: bearer(key) });
      expect(answer.statusCode).toBe(PROBLEMS[code].status);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.json()).toEqual({
        type: `urn:gatehouse:problem:${code}`,
        title: PROBLEMS[code].title,
        status: PROBLEMS[code].status,
        detail: `words for ${code}`,
        instance: `urn:gatehouse:request:${answer.headers['x-request-id']}`,
      });
      expect(answer.headers['retry-after'] !== undefined).toBe(answer.statusCode === 503);
    }
    expect(PROBLEMS.idempotency_mismatch.status).toBe(422);
    expect(PROBLEMS.user_mismatch.status).toBe(409);
    expect(PROBLEMS.challenge_expired.status).toBe(410);
  });

  it('stores that do not answer are a 503 to try again, without their own words', async () => {
    failure = new LogUnavailable('no space left on /var/lib/secret-place');
    const stored = await test.inject({ url: '/v1/decisions/dec_1', headers: bearer(key) });
    expect(stored.statusCode).toBe(503);
    expect(stored.json().type).toBe('urn:gatehouse:problem:storage_unavailable');
    expect(stored.body).not.toContain('secret-place');
    failure = new AnalyticsUnavailable('Analytics does not answer.', { cause: new Error('inner') });
    const read = await test.inject({ url: '/v1/decisions/dec_1', headers: bearer(key) });
    expect(read.json()).toMatchObject({ status: 503, detail: 'Analytics does not answer.' });
    failure = new InvalidCursor();
    expect((await test.inject({ url: '/v1/decisions/dec_1', headers: bearer(key) })).statusCode).toBe(400);
  });

  it('a fault is a 500 that tells nothing, and its stack is in the log', async () => {
    failure = new Error('the database password is hunter2');
    const answer = await test.inject({ url: '/v1/decisions/dec_1', headers: bearer(key) });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('hunter2');
    expect(answer.body).not.toMatch(/at .*\.ts|stack/);
    const line = test
      .logged()
      .split('\n')
      .find((text) => text.includes('"code":"internal"'));
    expect(line).toContain('problems.test.ts');
    expect(line).toContain(String(answer.headers['x-request-id']));
  });

  it('malformed JSON is a 400 that repeats nothing of the body', async () => {
    const answer = await post('/v1/risk', '{"user":{"id":"secret-user"', {
      'content-type': 'application/json',
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().type).toBe('urn:gatehouse:problem:invalid_json');
    expect(answer.body).not.toContain('secret-user');
  });

  it('a body of another media type is a 415, and no body is a 400', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const answer = await post('/v1/risk', 'x=1', { 'content-type': type });
      expect(answer.statusCode).toBe(415);
      expect(answer.json().type).toBe('urn:gatehouse:problem:unsupported_media_type');
    }
    const none = await test.inject({ method: 'POST', url: '/v1/risk', headers: bearer(key) });
    expect(none.statusCode).toBe(400);
  });

  it('64 KiB are read, one byte more is a 413', async () => {
    const padded = (size: number): string => {
      const body = JSON.stringify({ ...LOGIN, event_id: `e${size}`, device: { id: '' } });
      return body.replace('"id":""', `"id":"${'d'.repeat(size - body.length)}"`);
    };
    const headers = { 'content-type': 'application/json' };
    expect((await post('/v1/risk', padded(64 * 1_024), headers)).statusCode).toBe(200);
    const over = await post('/v1/risk', padded(64 * 1_024 + 1), headers);
    expect(over.statusCode).toBe(413);
    expect(over.json().type).toBe('urn:gatehouse:problem:body_too_large');
    expect((await post('/v1/risk', padded(10 * 1_024 * 1_024), headers)).statusCode).toBe(413);
  });

  it('a body that does not fit names each place with a pointer', async () => {
    const answer = await post('/v1/risk', { user: { id: 7 }, context: { ip: 'zoned%eth0' }, usr: {} });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().type).toBe('urn:gatehouse:problem:invalid_body');
    const pointers = answer.json().errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers).toEqual(expect.arrayContaining(['/user/id', '/usr']));
  });

  it('a number is never read as a string, nor null as zero', async () => {
    expect((await post('/v1/risk', { ...LOGIN, event_id: 123 })).statusCode).toBe(400);
    const answer = await post('/v1/risk', {
      ...LOGIN,
      event_id: 'n',
      context: { ip: '203.0.113.7', rtt_ms: null },
    });
    expect(answer.statusCode).toBe(200);
    expect(test.asked.assessed.at(-1)?.event.context.rtt_ms).toBeNull();
  });

  it('an unknown field is refused, and becomes a warning for a lenient caller', async () => {
    const body = { ...LOGIN, event_id: 'lenient', novelty: 1 };
    expect((await post('/v1/risk', body)).statusCode).toBe(400);
    for (const prefer of ['handling=lenient', 'respond-async, Handling="lenient"']) {
      const answer = await post('/v1/risk', body, { prefer });
      expect(answer.statusCode).toBe(200);
      expect(answer.json().warnings).toEqual([{ pointer: '/novelty', code: 'unknown_field' }]);
      expect(answer.headers['preference-applied']).toBe('handling=lenient');
    }
    expect((await post('/v1/risk', body, { prefer: 'handling=strict' })).statusCode).toBe(400);
  });

  it('an unknown path is a 404, a wrong method a 405 with Allow', async () => {
    const unknown = await test.inject({ url: '/v1/nothing', headers: { accept: 'text/html' } });
    expect(unknown.statusCode).toBe(404);
    expect(unknown.json().type).toBe('urn:gatehouse:problem:not_found');
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      const answer = await test.inject({ method, url: '/v1/risk', headers: bearer(key) });
      expect(answer.statusCode).toBe(405);
      expect(answer.headers.allow).toBe('POST');
      expect(answer.json().type).toBe('urn:gatehouse:problem:method_not_allowed');
    }
  });

  it('a malformed percent-encoding is a 400 problem', async () => {
    const answer = await test.inject({ url: '/v1/decisions/%E0%A4%A', headers: bearer(key) });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers['x-request-id']).toMatch(/^req_/);
  });

  it('a query parameter that is misspelt or repeated is refused: an ignored dry_run would record', async () => {
    for (const query of ['dryrun=true', 'dry_run=yes', 'dry_run=true&dry_run=true', 'include=everything']) {
      const answer = await post(`/v1/risk?${query}`, { ...LOGIN, event_id: query });
      expect(answer.statusCode).toBe(400);
      expect(answer.json().type).toBe('urn:gatehouse:problem:invalid_parameter');
    }
  });
});

describe('every answer', () => {
  it('carries x-request-id: the caller’s where it is sane, else a new one', async () => {
    const sane = await test.inject({ url: '/healthz', headers: { 'x-request-id': 'trace-1:a/b' } });
    expect(sane.headers['x-request-id']).toBe('trace-1:a/b');
    for (const odd of ['with space', 'ada@example.org', 'x'.repeat(129), '<b>', 'a,b']) {
      const answer = await test.inject({ url: '/healthz', headers: { 'x-request-id': odd } });
      expect(answer.headers['x-request-id']).toMatch(/^req_[0-9a-f-]{36}$/);
    }
    for (const url of ['/nothing', '/v1/risk', '/openapi.json', '/docs', '/.well-known/jwks.json']) {
      const answer = await test.inject({ url });
      expect(answer.headers['x-request-id']).toMatch(/^req_/);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('takes over a valid traceparent, and no other', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await test.inject({ url: '/readyz', headers: { traceparent } });
    expect(answer.headers.traceparent).toBe(traceparent);
    expect(test.logged()).toContain('"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"');
    const zero = '00-00000000000000000000000000000000-00f067aa0ba902b7-01';
    expect(
      (await test.inject({ url: '/readyz', headers: { traceparent: zero } })).headers.traceparent,
    ).toBeUndefined();
  });
});
