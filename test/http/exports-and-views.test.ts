import { parse } from 'csv-parse/sync';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_VIEWS } from '../../src/app/saved-views.ts';
import type { DecisionFilter, DecisionRow } from '../../src/ports/analytics.ts';
import { AnalyticsUnavailable } from '../../src/ports/analytics-errors.ts';
import { decisionRowOf } from '../../src/ports/decision-row.ts';
import { ALL_SCOPES, bearer, startTestServer, type TestServer } from '../support/http-server.ts';
import { decisionRecord } from '../support/log-records.ts';

let test: TestServer;
afterEach(() => test.close());

const BASE = 1_790_000_000_000_000;
const rowAt = (i: number): DecisionRow =>
  decisionRowOf(
    decisionRecord({
      position: BASE - i,
      userId: `u${i}`,
      userAgent: i === 1 ? '=HYPERLINK("x")' : 'Firefox',
    }),
  );

/** A store of `total` rows that gives pages as analytics does. */
const pages = (total: number, asked: { filter: DecisionFilter; limit: number }[] = []) => ({
  rows: async (_tenant: string, filter: DecisionFilter, limit: number, cursor: string | null) => {
    asked.push({ filter, limit });
    const from = cursor === null ? 0 : Number(cursor);
    const to = Math.min(total, from + limit);
    return {
      data: Array.from({ length: to - from }, (_, i) => rowAt(from + i)),
      nextCursor: to < total ? String(to) : null,
    };
  },
});

async function exported(body: object) {
  const key = await test.key(['decisions:read']);
  return test.inject({ method: 'POST', url: '/v1/decisions/export', headers: bearer(key), payload: body });
}

describe('exports', () => {
  it('are CSV with a header line and cells that are no formulas, over as many pages as it takes', async () => {
    const asked: { filter: DecisionFilter; limit: number }[] = [];
    test = await startTestServer({ analytics: pages(2_500, asked) });
    const answer = await exported({
      format: 'csv',
      columns: ['id', 'user_id', 'user_agent', 'latitude'],
      filter: { actions: ['allow', 'block'], country: 'nz' },
      max_rows: 2_300,
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain('text/csv');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="decisions-2026-11-23.csv"');
    const [header, ...rows] = parse(answer.body) as string[][];
    expect(header).toEqual(['id', 'user_id', 'user_agent', 'latitude']);
    expect(rows).toHaveLength(2_300);
    expect(rows[1]).toEqual([rowAt(1).fields.id, 'u1', `'=HYPERLINK("x")`, '51.5']);
    expect(asked.map(({ limit }) => limit)).toEqual([1_000, 1_000, 300]);
    expect(asked[0]?.filter).toEqual({ action: ['allow', 'block'], country: 'NZ' });
    expect(test.logged()).toContain('decisions_exported');
  });

  it('are NDJSON, a whole row a line', async () => {
    test = await startTestServer({ analytics: pages(3) });
    const answer = await exported({ format: 'ndjson' });
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    const lines = answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string });
    expect(lines.map(({ id }) => id)).toEqual([0, 1, 2].map((i) => rowAt(i).fields.id));
    expect(lines[0]).toMatchObject({ occurred_at: expect.any(String), final_action: 'allow', verdict: null });
  });

  it('that fail at once are a problem; columns and bounds that are none are refused', async () => {
    test = await startTestServer({
      analytics: {
        rows: async () => {
          throw new AnalyticsUnavailable('Analytics does not answer.');
        },
      },
    });
    expect((await exported({ format: 'csv' })).statusCode).toBe(503);
    for (const body of [
      {},
      { format: 'xlsx' },
      { format: 'csv', columns: ['password'] },
      { format: 'csv', max_rows: 100_001 },
      { format: 'csv', filter: { ip: 'nowhere' } },
    ]) {
      expect((await exported(body)).statusCode, JSON.stringify(body)).toBe(400);
    }
  });
});

describe('exports at the same time', () => {
  /** A server whose exports end when they are let, and what asks for one. */
  async function held() {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    test = await startTestServer({
      analytics: {
        rows: async (_tenant, _filter, _limit, cursor) => {
          asked += 1;
          if (cursor !== null) await released;
          return { data: [rowAt(0)], nextCursor: cursor === null ? 'more' : null };
        },
      },
    });
    const url = await test.app.listen({ port: 0, host: '127.0.0.1' });
    const start = (key: string, signal?: AbortSignal): Promise<Response> =>
      fetch(`${url}/v1/decisions/export`, {
        method: 'POST',
        headers: { ...bearer(key), 'content-type': 'application/json' },
        body: JSON.stringify({ format: 'csv', columns: ['id'] }),
        ...(signal === undefined ? {} : { signal }),
      });
    return { start, release, asked: () => asked };
  }

  it('are two of one caller and eight of one tenant; the next is told when to come again', async () => {
    const { start, release, asked } = await held();
    const keys = await Promise.all(Array.from({ length: 5 }, () => test.key(['decisions:read'])));
    const [first = '', ...others] = keys;
    const open = [await start(first), await start(first)];
    const refused = await start(first);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ type: 'urn:gatehouse:problem:rate_limited' });
    for (const key of others.slice(0, 3)) open.push(await start(key), await start(key));
    expect(open.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    const before = asked();
    expect((await start(others[3] ?? '')).status).toBe(429);
    expect(asked()).toBe(before);
    const elsewhere = await start(await test.key(['decisions:read'], 'other'));
    expect(elsewhere.status).toBe(200);
    release();
    for (const response of [...open, elsewhere]) {
      expect((await response.text()).split('\r\n')).toHaveLength(4);
    }
    await expect.poll(async () => (await start(first)).status).toBe(200);
  });

  it('leave their place when the caller goes away', async () => {
    const { start, release } = await held();
    const key = await test.key(['decisions:read']);
    const gone = new AbortController();
    for (let i = 0; i < 2; i++) expect((await start(key, gone.signal)).status).toBe(200);
    expect((await start(key)).status).toBe(429);
    gone.abort();
    release();
    await expect.poll(async () => (await start(key)).status).toBe(200);
    // Where fetch cuts a connection it opens another one at once, which waits for a first request.
    test.app.server.closeAllConnections();
  });

  it('that never began take no place', async () => {
    let fails = true;
    test = await startTestServer({
      analytics: {
        rows: async () => {
          if (fails) throw new AnalyticsUnavailable('Analytics does not answer.');
          return { data: [], nextCursor: null };
        },
      },
    });
    const key = await test.key(['decisions:read']);
    const ask = () =>
      test.inject({
        method: 'POST',
        url: '/v1/decisions/export',
        headers: bearer(key),
        payload: { format: 'csv' },
      });
    for (let i = 0; i < 3; i++) expect((await ask()).statusCode).toBe(503);
    fails = false;
    expect((await ask()).statusCode).toBe(200);
  });
});

describe('saved views', () => {
  const VIEW = { name: 'Blocked', page: 'decisions', state: 'action=block&range=7d' };
  const send = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    payload?: object,
    tenant?: string,
  ) =>
    test.inject({
      method,
      url,
      headers: bearer(await test.key(ALL_SCOPES, tenant)),
      ...(payload === undefined ? {} : { payload }),
    });

  it('are made, listed, changed and deleted, by tenant', async () => {
    test = await startTestServer();
    const made = await send('POST', '/v1/views', VIEW);
    expect(made.statusCode).toBe(201);
    const { id } = made.json() as { id: string };
    expect(id).toMatch(/^vw_/);
    test.advance(1_000);
    const changed = await send('PUT', `/v1/views/${id}`, { ...VIEW, name: 'All blocks' });
    expect(changed.json()).toEqual({
      ...made.json(),
      name: 'All blocks',
      updated_at: new Date(test.now()).toISOString(),
    });
    expect((await send('GET', '/v1/views')).json()).toEqual({ data: [changed.json()], next_cursor: null });
    expect((await send('GET', '/v1/views', undefined, 'other')).json().data).toEqual([]);
    expect((await send('PUT', `/v1/views/${id}`, VIEW, 'other')).statusCode).toBe(404);
    expect((await send('DELETE', `/v1/views/${id}`, undefined, 'other')).statusCode).toBe(404);
    expect((await send('DELETE', `/v1/views/${id}`)).statusCode).toBe(204);
    expect((await send('GET', '/v1/views')).json().data).toEqual([]);
  });

  it('have names that are unique on a page, and bounds', async () => {
    test = await startTestServer();
    await send('POST', '/v1/views', VIEW);
    const twice = await send('POST', '/v1/views', VIEW);
    expect(twice.json()).toMatchObject({ status: 409, type: 'urn:gatehouse:problem:view_exists' });
    expect((await send('POST', '/v1/views', { ...VIEW, page: 'overview' })).statusCode).toBe(201);
    expect((await send('POST', '/v1/views', { ...VIEW, name: 'x'.repeat(81) })).statusCode).toBe(400);
    expect((await send('POST', '/v1/views', { ...VIEW, name: '' })).statusCode).toBe(400);
    const more = Array.from({ length: MAX_VIEWS - 2 }, (_, i) =>
      send('POST', '/v1/views', { ...VIEW, name: `n${i}` }),
    );
    for (const answer of await Promise.all(more)) expect(answer.statusCode).toBe(201);
    const full = await send('POST', '/v1/views', { ...VIEW, name: 'one too many' });
    expect(full.json()).toMatchObject({ status: 409, type: 'urn:gatehouse:problem:view_limit' });
  });
});
