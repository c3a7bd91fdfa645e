import type { FastifyInstance } from 'fastify';
import { SavedViewListAnswer } from '../../contracts/http/saved-view.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import { renderView } from '../saved-view.ts';
import type { RouteServices } from '../services.ts';

/** `GET /v1/views`: the saved views of the tenant. */
export function listViews(
  app: FastifyInstance,
  { views, guard }: Pick<RouteServices, 'views' | 'guard'>,
): void {
  app.get('/v1/views', {
    schema: describeOperation({
      id: 'listViews',
      tag: 'dashboards',
      summary: 'List saved views',
      access: { scope: 'decisions:read', browser: true },
      answers: { 200: { description: 'All of them.', schema: SavedViewListAnswer } },
      problems: ['invalid_parameter'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply): Promise<SavedViewListAnswer> => {
      parseQuery(request, []);
      const found = await views.list(callerOf(request).tenant);
      reply.header('cache-control', 'no-store');
      return { data: found.map(renderView), next_cursor: null };
    },
  });
}
