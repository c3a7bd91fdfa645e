import type { FastifyInstance } from 'fastify';
import { renderView } from '../../app/render.ts';
import { DecisionViewAnswer } from '../../contracts/http/decision-view-answer.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `GET /v1/decisions/{id}`: the whole record. */
export function readDecision(
  app: FastifyInstance,
  { gatehouse, clock, guard }: Pick<RouteServices, 'gatehouse' | 'clock' | 'guard'>,
): void {
  app.get<{ Params: { id: string } }>('/v1/decisions/:id', {
    schema: describeOperation({
      id: 'readDecision',
      tag: 'analysts',
      summary: 'Read a decision',
      description: 'Event, signals, versions, outcome and feedback. What was acknowledged is there at once.',
      access: { scope: 'decisions:read', browser: true },
      params: { id: 'The decision, `dec_…`.' },
      answers: { 200: { description: 'The whole record.', schema: DecisionViewAnswer } },
      problems: ['invalid_parameter', 'not_found', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply) => {
      parseQuery(request, []);
      const view = await gatehouse.readDecision(callerOf(request).tenant, request.params.id);
      reply.header('cache-control', 'no-store');
      return renderView(view, clock());
    },
  });
}
