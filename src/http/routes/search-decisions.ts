import type { FastifyInstance } from 'fastify';
import { renderDecisionPage } from '../../app/render.ts';
import { DecisionListAnswer } from '../../contracts/http/decision-view-answer.ts';
import type { FieldError } from '../../contracts/http/problem-answer.ts';
import { DEFAULT_SEARCH_LIMIT, SearchRequest } from '../../contracts/http/search-request.ts';
import { validateSearchBody } from '../../contracts/http/validate-body.ts';
import { readBody, sendInvalidBody } from '../body.ts';
import { filterOf } from '../decision-filter.ts';
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
      const filter = filterOf(body.value, { tenant, hasher, parseAddress, errors, pointer: '' });
      if (errors.length > 0) return sendInvalidBody(reply, errors);
      const { limit, cursor } = body.value;
      const page = await analytics.search(tenant, filter, limit ?? DEFAULT_SEARCH_LIMIT, cursor ?? null);
      reply.header('cache-control', 'no-store');
      return renderDecisionPage(page, clock());
    },
  });
}
