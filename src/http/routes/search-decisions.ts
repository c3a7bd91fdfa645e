import type { FastifyInstance } from 'fastify';
import type { IdHasher } from '../../app/hash-ids.ts';
import type { ParseAddress } from '../../app/parse-event.ts';
import { parseTime } from '../../app/parse-time.ts';
import { renderDecisionPage } from '../../app/render.ts';
import { DecisionListAnswer } from '../../contracts/http/decision-view-answer.ts';
import type { FieldError } from '../../contracts/http/problem-answer.ts';
import { DEFAULT_SEARCH_LIMIT, SearchRequest } from '../../contracts/http/search-request.ts';
import { validateSearchBody } from '../../contracts/http/validate-body.ts';
import type { DecisionFilter } from '../../ports/analytics.ts';
import { readBody, sendInvalidBody } from '../body.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `POST /v1/decisions/search`: decisions, newest first. A body, because ids of people must not reach logs by a path. */
export function searchDecisions(
  app: FastifyInstance,
  services: Pick<RouteServices, 'analytics' | 'hasher' | 'parseAddress' | 'clock' | 'guard'>,
): void {
  const { analytics, hasher, parseAddress, clock, guard } = services;
  app.post('/v1/decisions/search', {
    schema: describeOperation({
      id: 'searchDecisions',
      tag: 'analysts',
      summary: 'Search decisions, newest first',
      description: 'A decision can be found within 2 seconds of its answer.',
      access: { scope: 'decisions:read', browser: true },
      body: SearchRequest,
      answers: { 200: { description: 'A page.', schema: DecisionListAnswer } },
      problems: ['invalid_parameter', 'invalid_cursor', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply) => {
      const { tenant } = callerOf(request);
      parseQuery(request, []);
      const body = readBody(request, reply, validateSearchBody);
      if (body === undefined) return reply;
      const errors: FieldError[] = [];
      const filter = filterOf(body.value, { tenant, hasher, parseAddress, errors });
      if (errors.length > 0) return sendInvalidBody(reply, errors);
      const { limit, cursor } = body.value;
      const page = await analytics.search(tenant, filter, limit ?? DEFAULT_SEARCH_LIMIT, cursor ?? null);
      reply.header('cache-control', 'no-store');
      return renderDecisionPage(page, clock());
    },
  });
}

/** Ids of people, devices and sessions are searched by the hash under which they are kept. */
function filterOf(
  body: SearchRequest,
  context: {
    readonly tenant: string;
    readonly hasher: IdHasher;
    readonly parseAddress: ParseAddress;
    readonly errors: FieldError[];
  },
): DecisionFilter {
  const { tenant, hasher, parseAddress, errors } = context;
  const timeOf = (value: string | null | undefined, pointer: string): number | undefined => {
    if (value === null || value === undefined) return undefined;
    const time_ms = parseTime(value);
    if (time_ms === null) errors.push({ pointer, detail: 'must be an RFC 3339 time with an offset' });
    return time_ms ?? undefined;
  };
  const ipOf = (value: string | null | undefined): string | undefined => {
    if (value === null || value === undefined) return undefined;
    const address = parseAddress(value);
    if (address === null) errors.push({ pointer: '/ip', detail: 'must be an IPv4 or IPv6 address' });
    return address?.ip;
  };
  const keyOf = (kind: 'user' | 'device' | 'session', id: string | null | undefined): string | undefined =>
    id === null || id === undefined ? undefined : hasher.hash(kind, tenant, id);
  return given({
    userKey: keyOf('user', body.user_id),
    ip: ipOf(body.ip),
    deviceKey: keyOf('device', body.device_id),
    sessionKey: keyOf('session', body.session_id),
    eventId: body.event_id,
    attemptId: body.attempt_id,
    action: body.action,
    level: body.level,
    reason: body.reason,
    country: body.country?.toUpperCase(),
    asn: body.asn,
    from_ms: timeOf(body.from, '/from'),
    to_ms: timeOf(body.to, '/to'),
  });
}

type Given<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Only what was given: `null` means absent on the wire, and an absent filter is no key at all. */
function given<T extends object>(values: T): Given<T> {
  const kept: Given<T> = {};
  for (const name of Object.keys(values) as (keyof T)[]) {
    const value = values[name];
    if (value !== null && value !== undefined) kept[name] = value;
  }
  return kept;
}
