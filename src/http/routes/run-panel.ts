import type { FastifyInstance } from 'fastify';
import { renderPanel } from '../../app/render.ts';
import { PanelAnswer } from '../../contracts/http/panel-answers.ts';
import { RequestRefused } from '../errors.ts';
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
        compare: {
          type: 'string',
          enum: ['previous'],
          description: '`previous`: the rows of the window of the same width just before as well.',
        },
      },
      answers: { 200: { description: 'Rows, schema, SQL name.', schema: PanelAnswer } },
      problems: ['unknown_panel', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request) => {
      const { tenant } = callerOf(request);
      const { compare, ...parameters } = parseQuery(request, null);
      if (compare !== undefined && compare !== 'previous') {
        throw new RequestRefused('invalid_parameter', '“compare” can only be “previous”.');
      }
      const { id } = request.params;
      const result = await analytics.panel(tenant, id, parameters);
      const { from_ms, to_ms } = result;
      const before_ms = 2 * from_ms - to_ms;
      if (compare === undefined || before_ms < 0) return renderPanel(result, null);
      const before = { from: iso(before_ms), to: iso(from_ms) };
      return renderPanel(result, await analytics.panel(tenant, id, { ...parameters, ...before }));
    },
  });
}

const iso = (at_ms: number): string => new Date(at_ms).toISOString();
