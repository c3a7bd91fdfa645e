import type { FastifyInstance } from 'fastify';
import { HealthAnswer } from '../../contracts/http/health-answers.ts';
import { describeOperation } from '../operation.ts';

/** `GET /healthz`: the process lives and its event loop turns. Says nothing about what it depends on. */
export function healthz(app: FastifyInstance): void {
  app.get('/healthz', {
    schema: describeOperation({
      id: 'getHealth',
      tag: 'operations',
      summary: 'Liveness',
      access: 'public',
      answers: { 200: { description: 'The process lives.', schema: HealthAnswer } },
    }),
    config: { whileDraining: true, quiet: true },
    handler: async () => ({ status: 'ok' }),
  });
}
