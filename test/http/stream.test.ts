import { join } from 'node:path';
import pino from 'pino';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { createDecisionLog } from '../../src/adapters/embedded/decision-log.ts';
import { createDecisionFeed, type LogFeed } from '../../src/app/decision-feed.ts';
import type { DecisionRecord } from '../../src/core/record.ts';
import { bearer, startTestServer, type TestServer } from '../support/http-server.ts';
import { type DecisionSketch, decisionRecord } from '../support/log-records.ts';
import { tempDir } from '../support/temp-dir.ts';

let test: TestServer;
afterEach(() => test.close());

interface Event {
  readonly id: string | null;
  readonly event: string;
  readonly data: { readonly [name: string]: unknown };
}

/** A real log and the server on a real socket. */
async function started() {
  const log = createDecisionLog({
    path: join(tempDir(), 'log'),
    durability: 'process',
    clock: Date.now,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => log.close());
  const feed: LogFeed = createDecisionFeed({ log });
  test = await startTestServer({ feed });
  const url = await test.app.listen({ port: 0, host: '127.0.0.1' });
  const append = async (sketch: Partial<DecisionSketch> = {}): Promise<DecisionRecord> => {
    const record = decisionRecord({ position: log.nextPosition(), ...sketch });
    await log.append(record);
    feed.publish(record);
    return record;
  };
  return { url, append };
}

/** Reads events until `enough` says so, or the stream ends. */
async function read(
  response: Response,
  enough: (events: readonly Event[]) => boolean,
  whenOpen: () => Promise<void> = async () => undefined,
): Promise<readonly Event[]> {
  const events: Event[] = [];
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error('no body');
  let text = '';
  let opened = false;
  while (!enough(events)) {
    const { value, done } = await reader.read();
    if (done) break;
    if (!opened) {
      opened = true;
      await whenOpen();
    }
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      );
      const event = fields.get('event');
      if (event === undefined) continue;
      events.push({ id: fields.get('id') ?? null, event, data: JSON.parse(fields.get('data') ?? '{}') });
    }
  }
  await reader.cancel();
  return events;
}

const open = async (url: string, query = '', headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/v1/decisions/stream${query}`, {
    headers: { ...bearer(await test.key(['decisions:read'])), ...headers },
  });

it('a decision is there as soon as it is durable, for its tenant alone, narrowed by the query', async () => {
  const { url, append } = await started();
  const made: DecisionRecord[] = [];
  const response = await open(url, '?action=challenge,block&score_min=0.5');
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events = await read(
    response,
    (all) => all.length === 1,
    async () => {
      await append({ action: 'allow', score: 0.9 });
      await append({ action: 'block', score: 0.1 });
      await append({ action: 'block', score: 0.9, tenant: 'other' });
      made.push(await append({ action: 'block', score: 0.9 }));
    },
  );
  expect(events).toEqual([
    {
      id: String(made[0]?.position),
      event: 'decision',
      data: expect.objectContaining({ id: made[0]?.id, action: 'block', user_id: 'u_1', resolution: null }),
    },
  ]);
});

it('goes on after the last id that was seen, each decision once', async () => {
  const { url, append } = await started();
  const first = await append();
  const missed = [await append(), await append()];
  const response = await open(url, '', { 'last-event-id': String(first.position) });
  const later: DecisionRecord[] = [];
  const events = await read(
    response,
    (all) => all.length === 3,
    async () => {
      later.push(await append());
    },
  );
  expect(events.map(({ data }) => data.id)).toEqual([...missed, ...later].map(({ id }) => id));
});

it('says that there is a gap when the log no longer reaches back', async () => {
  const { url, append } = await started();
  await append();
  const events = await read(await open(url, '', { 'last-event-id': '5' }), (all) => all.length === 2);
  expect(events.map(({ event }) => event)).toEqual(['gap', 'decision']);
});

it('more than fifty a second are told as a number', async () => {
  const { url, append } = await started();
  const response = await open(url);
  const events = await read(
    response,
    (all) => all.some(({ event }) => event === 'skipped'),
    async () => {
      for (let i = 0; i < 70; i++) await append();
    },
  );
  const rows = events.filter(({ event }) => event === 'decision').length;
  expect(rows).toBe(50);
  expect(events.at(-1)).toMatchObject({ event: 'skipped', data: { n: 20 } });
});

it('closes with a word when the server stops, and does not hold it up', async () => {
  const { url } = await started();
  const response = await open(url);
  const events = await read(
    response,
    () => false,
    async () => {
      void test.server.close();
    },
  );
  expect(events).toEqual([{ id: null, event: 'end', data: { reason: 'shutting_down' } }]);
});

it('refuses filters that are none, a caller without the scope, and one stream too many', async () => {
  const { url } = await started();
  for (const query of ['?action=maybe', '?score_min=2', '?score_min=', '?user_id=u_42', '?country=']) {
    expect((await open(url, query)).status, query).toBe(400);
  }
  const key = await test.key(['risk:write']);
  expect((await fetch(`${url}/v1/decisions/stream`, { headers: bearer(key) })).status).toBe(403);
  const one = await test.key(['decisions:read']);
  const streams = await Promise.all(
    Array.from({ length: 17 }, () => fetch(`${url}/v1/decisions/stream`, { headers: bearer(one) })),
  );
  expect(streams.map(({ status }) => status).toSorted()).toEqual([
    ...Array.from({ length: 16 }, () => 200),
    429,
  ]);
  for (const stream of streams) await stream.body?.cancel();
});

it('one tenant with many keys leaves places for the others', async () => {
  const { url } = await started();
  const openWith = (key: string): Promise<Response> =>
    fetch(`${url}/v1/decisions/stream`, { headers: bearer(key) });
  const streams: Response[] = [];
  for (let i = 0; i < 4; i++) {
    const key = await test.key(['decisions:read']);
    streams.push(...(await Promise.all(Array.from({ length: 16 }, () => openWith(key)))));
  }
  expect(streams.filter(({ status }) => status === 200)).toHaveLength(64);
  const another = await test.key(['decisions:read']);
  const refused = await openWith(another);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '15']);
  const elsewhere = await openWith(await test.key(['decisions:read'], 'other'));
  expect(elsewhere.status).toBe(200);
  await streams[0]?.body?.cancel();
  await expect
    .poll(async () => {
      const response = await openWith(another);
      streams.push(response);
      return response.status;
    })
    .toBe(200);
  for (const stream of [...streams, elsewhere]) if (!stream.bodyUsed) await stream.body?.cancel();
  // Where fetch cuts a connection it opens another one at once, which waits for a first request.
  test.app.server.closeAllConnections();
});
