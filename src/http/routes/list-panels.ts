import type { FastifyInstance } from 'fastify';
import { renderPanels } from '../../app/render.ts';
import { PanelListAnswer } from '../../contracts/http/panel-answers.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import type { RouteServices } from '../services.ts';

/** `GET /v1/analytics/panels`: what the dashboards can draw. */
export function listPanels(
  app: FastifyInstance,
  { analytics, guard }: Pick<RouteServices, 'analytics' | 'guard'>,
): void {
  app.get('/v1/analytics/panels', {
    schema: describeOperation({
      id: 'listPanels',
      tag: 'analysts',
      summary: 'List the panels',
      access: { scope: 'decisions:read', browser: true },
      query: {},
      answers: { 200: { description: 'Every panel with its parameters.', schema: PanelListAnswer } },
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request) => {
      parseQuery(request, []);
      return renderPanels(analytics.panels());
    },
  });
}
