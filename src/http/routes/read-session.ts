import type { FastifyInstance } from 'fastify';
import { describeOperation } from '../operation.ts';
import type { RouteServices } from '../services.ts';
import { SessionAnswer } from '../session-schemas.ts';
import { sessionAnswer } from './open-session.ts';

/** `GET /session`: who the dashboards are signed in as. */
export function readSession(app: FastifyInstance, { guard }: Pick<RouteServices, 'guard'>): void {
  app.get('/session', {
    schema: describeOperation({
      id: 'readSession',
      tag: 'dashboards',
      summary: 'The session of this browser',
      access: 'session',
      answers: { 200: { description: 'Signed in.', schema: SessionAnswer } },
    }),
    handler: async (request, reply) => {
      const session = await guard.session(request, reply, false);
      if (session === undefined) return reply;
      reply.header('cache-control', 'no-store');
      return sessionAnswer(session);
    },
  });
}
