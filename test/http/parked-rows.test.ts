import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, DECISION_ID, startTestServer, type TestServer } from '../support/http-server.ts';

let test: TestServer;
let admin: { authorization: string };
beforeAll(async () => {
  test = await startTestServer();
  admin = bearer(await test.key(['admin']));
});
afterAll(() => test.close());

const resend = (payload: object, headers = admin) =>
  test.inject({ method: 'POST', url: '/v1/analytics/parked/resend', headers, payload });

describe('rows that analytics refused', () => {
  it('are listed with their place and the reason, and with nothing about a person', async () => {
    const answer = await test.inject({ method: 'GET', url: '/v1/analytics/parked', headers: admin });
    expect(answer.statusCode).toBe(200);
    const at = new Date(test.now()).toISOString();
    expect(answer.json()).toEqual({
      data: [
        {
          position: '7',
          kind: 'decision',
          decision_id: DECISION_ID,
          reason: 'refused',
          recorded_at: at,
          parked_at: at,
        },
      ],
    });
  });

  it('of another tenant are not listed', async () => {
    const other = bearer(await test.key(['admin'], 'other'));
    const answer = await test.inject({ method: 'GET', url: '/v1/analytics/parked', headers: other });
    expect(answer.json()).toEqual({ data: [] });
  });

  it('are sent again, all or some, within the tenant of the key, and leave an audit line', async () => {
    const all = await resend({});
    expect([all.statusCode, all.json()]).toEqual([200, { resent: 1, refused: 0 }]);
    expect((await resend({ positions: ['7', '1795000000000064'] })).json()).toEqual({
      resent: 2,
      refused: 0,
    });
    expect(test.asked.resends).toEqual([
      { tenant: 'default', positions: null },
      { tenant: 'default', positions: [7, 1_795_000_000_000_064] },
    ]);
    expect(test.logged()).toContain('"audit":"parked_rows_resent"');
  });

  it('are not sent again for a body that names no positions', async () => {
    for (const payload of [
      { positions: ['x'] },
      { positions: [7] },
      { positions: ['-1'] },
      { position: '7' },
    ]) {
      expect((await resend(payload)).statusCode, JSON.stringify(payload)).toBe(400);
    }
  });
});
