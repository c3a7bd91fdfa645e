import type { FastifyInstance } from 'fastify';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `DELETE /v1/views/{id}`: forgets a saved view. */
export function deleteView(
  app: FastifyInstance,
  { views, guard }: Pick<RouteServices, 'views' | 'guard'>,
): void {
  app.delete<{ Params: { id: string } }>('/v1/views/:id', {
    schema: describeOperation({
      id: 'deleteView',
      tag: 'dashboards',
      summary: 'Delete a saved view',
      access: { scope: 'feedback:write', browser: true },
      params: { id: 'The view, `vw_…`.' },
      answers: { 204: { description: 'It is gone.' } },
      problems: ['invalid_parameter', 'not_found'],
    }),
    onRequest: guard.keyOrSession('feedback:write', { changes: true }),
    handler: async (request, reply) => {
      parseQuery(request, []);
      await views.remove(callerOf(request).tenant, request.params.id);
      return reply.code(204).send();
    },
  });
}
