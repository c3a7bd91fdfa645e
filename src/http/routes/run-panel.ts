import type { FastifyInstance } from 'fastify';
import { renderPanel } from '../../app/render.ts';
import { PanelAnswer } from '../../contracts/http/panel-answers.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `GET /v1/analytics/panels/{id}`: a panel's rows. Its parameters are the panel's own, so the panel refuses bad ones. */
export function runPanel(
  app: FastifyInstance,
  { analytics, guard }: Pick<RouteServices, 'analytics' | 'guard'>,
): void {
  app.get<{ Params: { id: string } }>('/v1/analytics/panels/:id', {
    schema: describeOperation({
      id: 'runPanel',
      tag: 'analysts',
      summary: 'The data of one panel',
      description: 'Further parameters are those that `GET /v1/analytics/panels` lists for the panel.',
      access: { scope: 'decisions:read', browser: true },
      params: { id: 'As listed.' },
      query: {
        from: { type: 'string', format: 'date-time', description: 'Inclusive, by `occurred_at`.' },
        to: { type: 'string', format: 'date-time', description: 'Exclusive, by `occurred_at`.' },
      },
      answers: { 200: { description: 'Rows, schema, SQL name.', schema: PanelAnswer } },
      problems: ['unknown_panel', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request) => {
      const { tenant } = callerOf(request);
      return renderPanel(await analytics.panel(tenant, request.params.id, parseQuery(request, null)));
    },
  });
}
