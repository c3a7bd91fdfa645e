import { afterAll, beforeAll, expect, it } from 'vitest';
import { bearer, startTestServer, type TestServer } from '../support/http-server.ts';

let test: TestServer;
let key: string;
beforeAll(async () => {
  test = await startTestServer();
  key = await test.key(['decisions:read']);
});
afterAll(() => test.close());

const ask = (payload: object) =>
  test.inject({ method: 'POST', url: '/v1/review-queue', headers: bearer(key), payload });

it('the review queue is asked by kind and page, and says what waits beyond the page', async () => {
  const answer = await ask({ kinds: ['challenge_denied'], limit: 1, cursor: 'c' });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({
    data: [{ kind: 'challenge_denied', user: { user_id: 'u_42', open: 1 } }],
    total: 7,
    totals: [{ kind: 'challenge_denied', total: 7 }],
    next_cursor: 'next',
  });
  expect(test.asked.reviews.at(-1)).toEqual({
    window: { from_ms: test.now() - 7 * 86_400_000, to_ms: expect.any(Number) },
    kinds: ['challenge_denied'],
    limit: 1,
    cursor: 'c',
  });
  await ask({ kinds: [] });
  expect(test.asked.reviews.at(-1)).toMatchObject({ kinds: null, limit: 50, cursor: null });
});

it('a kind that is none and a limit beyond the largest are refused with pointers', async () => {
  const answer = await ask({ kinds: ['boring'], limit: 101 });
  expect(answer.statusCode).toBe(400);
  const pointers = answer.json().errors.map(({ pointer }: { pointer: string }) => pointer);
  expect(pointers.sort()).toEqual(['/kinds/0', '/limit']);
});
