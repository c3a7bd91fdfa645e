import type { FastifyInstance } from 'fastify';
import { SavedViewAnswer, SavedViewRequest } from '../../contracts/http/saved-view.ts';
import { validateSavedViewBody } from '../../contracts/http/validate-body.ts';
import { readBody } from '../body.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import { renderView } from '../saved-view.ts';
import type { RouteServices } from '../services.ts';

/** `PUT /v1/views/{id}`: a saved view becomes what is sent. */
export function replaceView(
  app: FastifyInstance,
  { views, guard }: Pick<RouteServices, 'views' | 'guard'>,
): void {
  app.put<{ Params: { id: string } }>('/v1/views/:id', {
    schema: describeOperation({
      id: 'replaceView',
      tag: 'dashboards',
      summary: 'Change a saved view',
      access: { scope: 'feedback:write', browser: true },
      params: { id: 'The view, `vw_…`.' },
      body: SavedViewRequest,
      answers: { 200: { description: 'The view.', schema: SavedViewAnswer } },
      problems: ['invalid_parameter', 'not_found', 'view_exists'],
    }),
    onRequest: guard.keyOrSession('feedback:write', { changes: true }),
    handler: async (request, reply) => {
      parseQuery(request, []);
      const body = readBody(request, reply, validateSavedViewBody);
      if (body === undefined) return reply;
      const view = await views.replace(callerOf(request).tenant, request.params.id, body.value);
      reply.header('cache-control', 'no-store');
      return renderView(view);
    },
  });
}
