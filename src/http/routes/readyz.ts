import type { FastifyInstance } from 'fastify';
import { ReadinessAnswer } from '../../contracts/http/health-answers.ts';
import { describeOperation } from '../operation.ts';
import type { RouteServices } from '../services.ts';

/**
 * `GET /readyz`: 200 while decisions can be made and recorded, 503 while not and while the server drains, with every
 * dependency. A dependency that decisions do not need (`required: false`) makes it `degraded`, still 200: a balancer
 * must not take a node away from logins because charts are late.
 */
export function readyz(
  app: FastifyInstance,
  { readiness, isDraining }: Pick<RouteServices, 'readiness' | 'isDraining'>,
): void {
  app.get('/readyz', {
    schema: describeOperation({
      id: 'getReadiness',
      tag: 'operations',
      summary: 'Readiness, with each dependency',
      access: 'public',
      answers: {
        200: { description: 'Ready, possibly with something missing.', schema: ReadinessAnswer },
        503: { description: 'Not ready.', schema: ReadinessAnswer },
      },
    }),
    config: { whileDraining: true, quiet: true },
    handler: async (_request, reply) => {
      const states = await readiness();
      const dependencies = [
        { name: 'server', ok: !isDraining(), problem: isDraining() ? 'The server is shutting down.' : null },
        ...states.map(({ name, ok, problem, reason, lag }) => ({
          name,
          ok,
          problem,
          ...(reason === undefined ? {} : { reason }),
          ...(lag === undefined
            ? {}
            : { lag_records: lag.records, lag_ms: lag.ms === null ? null : Math.round(lag.ms) }),
        })),
      ];
      const unavailable = isDraining() || states.some(({ ok, required }) => !ok && required !== false);
      const degraded = dependencies.some(({ ok }) => !ok);
      reply.code(unavailable ? 503 : 200);
      return { status: unavailable ? 'unavailable' : degraded ? 'degraded' : 'ready', dependencies };
    },
  });
}
