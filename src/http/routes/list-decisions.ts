import type { FastifyInstance } from 'fastify';
import { renderRowPage } from '../../app/render-row.ts';
import { DecisionRowListAnswer } from '../../contracts/http/decision-row-answer.ts';
import type { FieldError } from '../../contracts/http/problem-answer.ts';
import { DEFAULT_LIST_LIMIT, ListRequest } from '../../contracts/http/search-request.ts';
import { validateListBody } from '../../contracts/http/validate-body.ts';
import { readBody, sendInvalidBody } from '../body.ts';
import { filterOf } from '../decision-filter.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `POST /v1/decisions/list`: as the search, but only what a list shows of each. */
export function listDecisions(
  app: FastifyInstance,
  services: Pick<RouteServices, 'analytics' | 'hasher' | 'parseAddress' | 'clock' | 'guard'>,
): void {
  const { analytics, hasher, parseAddress, clock, guard } = services;
  app.post('/v1/decisions/list', {
    schema: describeOperation({
      id: 'listDecisions',
      tag: 'analysts',
      summary: 'List decisions, newest first',
      description: 'The filters of the search, with rows in place of whole records.',
      access: { scope: 'decisions:read', browser: true },
      body: ListRequest,
      answers: { 200: { description: 'A page.', schema: DecisionRowListAnswer } },
      problems: ['invalid_parameter', 'invalid_cursor', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply) => {
      const { tenant } = callerOf(request);
      parseQuery(request, []);
      const body = readBody(request, reply, validateListBody);
      if (body === undefined) return reply;
      const errors: FieldError[] = [];
      const filter = filterOf(body.value, { tenant, hasher, parseAddress, errors, pointer: '' });
      if (errors.length > 0) return sendInvalidBody(reply, errors);
      const { limit, cursor } = body.value;
      const page = await analytics.rows(tenant, filter, limit ?? DEFAULT_LIST_LIMIT, cursor ?? null);
      reply.header('cache-control', 'no-store');
      return renderRowPage(page, clock());
    },
  });
}
