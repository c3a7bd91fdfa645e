import type { FastifyInstance } from 'fastify';
import { SavedViewAnswer, SavedViewRequest } from '../../contracts/http/saved-view.ts';
import { validateSavedViewBody } from '../../contracts/http/validate-body.ts';
import { readBody } from '../body.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import { renderView } from '../saved-view.ts';
import type { RouteServices } from '../services.ts';

/** `POST /v1/views`: saves the state of a page under a name. */
export function createView(
  app: FastifyInstance,
  { views, guard }: Pick<RouteServices, 'views' | 'guard'>,
): void {
  app.post('/v1/views', {
    schema: describeOperation({
      id: 'createView',
      tag: 'dashboards',
      summary: 'Save a view',
      description:
        'For everybody of the tenant. Names are unique on a page; a tenant may have up to 100 views.',
      access: { scope: 'feedback:write', browser: true },
      body: SavedViewRequest,
      answers: { 201: { description: 'The view.', schema: SavedViewAnswer } },
      problems: ['invalid_parameter', 'view_exists', 'view_limit'],
    }),
    onRequest: guard.keyOrSession('feedback:write', { changes: true }),
    handler: async (request, reply) => {
      parseQuery(request, []);
      const body = readBody(request, reply, validateSavedViewBody);
      if (body === undefined) return reply;
      const view = await views.create(callerOf(request).tenant, body.value);
      reply.code(201).header('cache-control', 'no-store');
      return renderView(view);
    },
  });
}
