import type { FastifyInstance } from 'fastify';
import { ParkedRowsAnswer } from '../../contracts/http/parked-rows.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

const MOST = 1_000;

/** `GET /v1/analytics/parked`: the rows that analytics refused. */
export function listParkedRows(
  app: FastifyInstance,
  { health, guard }: Pick<RouteServices, 'health' | 'guard'>,
): void {
  app.get('/v1/analytics/parked', {
    schema: describeOperation({
      id: 'listParkedRows',
      tag: 'operations',
      summary: 'Rows that analytics refused',
      description:
        'They are kept until they go in. `gatehouse_sink_parked_rows` counts those of all tenants.',
      access: { scope: 'admin', browser: false },
      answers: { 200: { description: 'The parked rows of this tenant.', schema: ParkedRowsAnswer } },
      problems: ['invalid_parameter', 'analytics_unavailable', 'storage_unavailable'],
    }),
    onRequest: guard.key('admin'),
    handler: async (request, reply): Promise<ParkedRowsAnswer> => {
      parseQuery(request, []);
      const parked = await health.parked(callerOf(request).tenant, MOST);
      reply.header('cache-control', 'no-store');
      return {
        data: parked.map(({ position, kind, decisionId, reason, recordedAt_ms, parkedAt_ms }) => ({
          position: String(position),
          kind,
          decision_id: decisionId,
          reason,
          recorded_at: new Date(recordedAt_ms).toISOString(),
          parked_at: new Date(parkedAt_ms).toISOString(),
        })),
      };
    },
  });
}
