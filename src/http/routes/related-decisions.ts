import type { FastifyInstance } from 'fastify';
import { renderRelated } from '../../app/render-row.ts';
import { RelatedAnswer } from '../../contracts/http/decision-row-answer.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `GET /v1/decisions/{id}/related`: what a decision is seen beside. */
export function relatedDecisions(
  app: FastifyInstance,
  { gatehouse, clock, guard }: Pick<RouteServices, 'gatehouse' | 'clock' | 'guard'>,
): void {
  app.get<{ Params: { id: string } }>('/v1/decisions/:id/related', {
    schema: describeOperation({
      id: 'relatedDecisions',
      tag: 'analysts',
      summary: 'Decisions of the same user, address and device',
      description:
        'Within 30 days before and after. `previous` is the user’s last accepted login before the decision.',
      access: { scope: 'decisions:read', browser: true },
      params: { id: 'The decision, `dec_…`.' },
      answers: { 200: { description: 'What belongs together.', schema: RelatedAnswer } },
      problems: ['invalid_parameter', 'not_found', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply) => {
      parseQuery(request, []);
      const related = await gatehouse.relatedDecisions(callerOf(request).tenant, request.params.id);
      reply.header('cache-control', 'no-store');
      return renderRelated(related, clock());
    },
  });
}
