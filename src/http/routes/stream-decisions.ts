import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hashApiKey } from '../../app/api-keys.ts';
import { renderRow } from '../../app/render-row.ts';
import { EVENT_STATUSES, EVENT_TYPES } from '../../core/event.ts';
import type { DecisionRow } from '../../ports/analytics.ts';
import { RequestRefused, sendProblem } from '../errors.ts';
import { createEventStream, type EventStream } from '../event-stream.ts';
import { createOpenCalls } from '../open-calls.ts';
import { describeOperation } from '../operation.ts';
import { sessionCookieOf } from '../plugins/session-cookie.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

const HEARTBEAT_MS = 15_000;
const RETRY_MS = 2_000;
/** A page of decisions a second is more than anybody reads; the rest is told as a number. */
const MAX_ROWS_A_SECOND = 50;
const SECOND_MS = 1_000;
const MAX_RESUMED = 500;
/** Each may have 256 KB waiting for a slow client. */
const MAX_STREAMS = { caller: 16, tenant: 64, all: 512 } as const;

const WORDS = {
  action: ['allow', 'challenge', 'block'],
  level: ['low', 'medium', 'high'],
  type: EVENT_TYPES,
  status: EVENT_STATUSES,
  source: ['risk', 'event', 'import', 'dry_run', 'replay'],
} as const;
const LISTS = [...Object.keys(WORDS), 'application', 'country', 'reason'] as const;
const MAX_LIST = 1_024;

/** `GET /v1/decisions/stream`: decisions as they are made, as server-sent events. */
export function streamDecisions(
  app: FastifyInstance,
  services: Pick<RouteServices, 'feed' | 'keys' | 'signIn' | 'clock' | 'guard' | 'log'>,
): void {
  const { feed, keys, signIn, clock, guard, log } = services;
  const streams = new Map<EventStream, { readonly request: FastifyRequest }>();
  const places = createOpenCalls(MAX_STREAMS);

  /** A session that has ended or a key that was revoked must not go on reading. */
  const mayRead = async (request: FastifyRequest): Promise<boolean> => {
    const bearer = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return keys.find(hashApiKey(bearer)) !== undefined;
    const cookie = sessionCookieOf(request);
    return cookie !== undefined && (await signIn.find(cookie)) !== undefined;
  };
  const heartbeat = setInterval(() => {
    for (const [stream, { request }] of streams) {
      mayRead(request).then(
        (may) => {
          if (!streams.has(stream)) return;
          if (may) stream.comment();
          else stream.end('end', { reason: 'expired' });
        },
        (error: unknown) => {
          // Whether the session goes on is not known now; it is looked at again at the next beat.
          log.warn({ err: error }, 'a session could not be looked at; its stream goes on');
          stream.comment();
        },
      );
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();
  app.addHook('preClose', (done) => {
    clearInterval(heartbeat);
    for (const stream of streams.keys()) stream.end('end', { reason: 'shutting_down' });
    done();
  });

  app.get('/v1/decisions/stream', {
    schema: describeOperation({
      id: 'streamDecisions',
      tag: 'analysts',
      summary: 'Decisions as they are made',
      description:
        'Server-sent events: `decision` (a `DecisionRow`; its id resumes the stream by `Last-Event-ID`), `skipped` (`n` more came than 50 a second), `gap` (not everything since the last id is at hand: load the list), `slow` and `end` (the server closes). Lists are separated by commas.',
      access: { scope: 'decisions:read', browser: true },
      headers: { 'last-event-id': { type: 'string', description: 'The last id that was received.' } },
      query: {
        ...Object.fromEntries(
          LISTS.map((name) => [name, { type: 'string', description: 'Only these, separated by commas.' }]),
        ),
        score_min: {
          type: 'number',
          minimum: 0,
          maximum: 1,
          description: 'Only these scores and higher ones.',
        },
      },
      answers: { 200: { description: 'The stream.', mediaType: 'text/event-stream' } },
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const wanted = readFilter(parseQuery(request, [...LISTS, 'score_min']));
      const leave = places.enter(caller);
      if (leave === null) {
        return sendProblem(
          reply.header('retry-after', String(HEARTBEAT_MS / 1_000)),
          'rate_limited',
          'Too many live streams are open.',
        );
      }
      const stream = createEventStream(RETRY_MS);
      streams.set(stream, { request });
      const send = createSender(stream, clock);
      const already = new Set<string>();
      const waiting: DecisionRow[] = [];
      let resuming = true;
      const stop = feed.subscribe(caller.tenant, (row) => {
        if (!wanted(row)) return;
        if (resuming) waiting.push(row);
        else send.row(row);
      });
      stream.onEnd(() => {
        stop();
        send.stop();
        streams.delete(stream);
        leave();
      });
      reply.header('content-type', 'text/event-stream');
      reply.header('cache-control', 'no-store, no-transform');
      // Proxies that buffer answers would hold events back.
      reply.header('x-accel-buffering', 'no');
      reply.send(stream.body);

      const last = positionOf(request.headers['last-event-id']);
      if (last !== null) {
        try {
          const missed = await feed.since(caller.tenant, last, MAX_RESUMED);
          if (!missed.complete) stream.send('gap', { reason: 'incomplete' });
          for (const row of missed.rows) {
            already.add(row.fields.id);
            if (wanted(row)) send.row(row, true);
          }
        } catch {
          // Whatever it is, the list can tell more than this stream.
          stream.send('gap', { reason: 'unavailable' });
        }
      }
      resuming = false;
      for (const row of waiting) if (!already.has(row.fields.id)) send.row(row);
      return reply;
    },
  });
}

/** Sends rows, not more than some a second. */
function createSender(
  stream: EventStream,
  clock: () => number,
): { row(row: DecisionRow, whole?: boolean): void; stop(): void } {
  let second = 0;
  let sent = 0;
  let skipped = 0;
  let timer: NodeJS.Timeout | null = null;
  const tell = (): void => {
    timer = null;
    if (skipped > 0) stream.send('skipped', { n: skipped });
    skipped = 0;
  };
  return {
    row(row, whole = false) {
      const now_ms = clock();
      const current = Math.floor(now_ms / SECOND_MS);
      if (current !== second) {
        second = current;
        sent = 0;
      }
      if (!whole && sent >= MAX_ROWS_A_SECOND) {
        skipped += 1;
        timer ??= setTimeout(tell, SECOND_MS);
        return;
      }
      sent += 1;
      stream.send('decision', renderRow(row, now_ms), String(row.position));
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** @throws RequestRefused `invalid_parameter` */
function readFilter(query: Readonly<Record<string, string>>): (row: DecisionRow) => boolean {
  const lists = new Map<string, ReadonlySet<string>>();
  for (const name of LISTS) {
    const value = query[name];
    if (value === undefined) continue;
    const words = value.split(',');
    const known: readonly string[] | undefined =
      name in WORDS ? WORDS[name as keyof typeof WORDS] : undefined;
    if (value.length > MAX_LIST || words.some((word) => word === '' || known?.includes(word) === false)) {
      const may = known === undefined ? 'values' : `of ${known.join(', ')}`;
      throw new RequestRefused('invalid_parameter', `“${name}” is a comma list ${may}.`);
    }
    lists.set(name, new Set(name === 'country' ? words.map((word) => word.toUpperCase()) : words));
  }
  const least = query.score_min === undefined ? 0 : Number(query.score_min);
  if (query.score_min === '' || !(least >= 0 && least <= 1)) {
    throw new RequestRefused('invalid_parameter', '“score_min” is a number from 0 to 1.');
  }
  const { reason, ...others } = Object.fromEntries(lists);
  return ({ fields }) =>
    fields.score >= least &&
    (reason === undefined || fields.reasons.some((code) => reason.has(code))) &&
    Object.entries(others).every(([name, words]) => {
      const value =
        fields[name as 'action' | 'level' | 'type' | 'status' | 'source' | 'application' | 'country'];
      return value !== null && words?.has(value) === true;
    });
}

function positionOf(lastEventId: string | readonly string[] | undefined): number | null {
  if (typeof lastEventId !== 'string' || !/^\d{1,16}$/.test(lastEventId)) return null;
  const position = Number(lastEventId);
  return Number.isSafeInteger(position) ? position : null;
}
