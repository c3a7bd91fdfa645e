import type { FastifyInstance } from 'fastify';
import { describeOperation } from '../operation.ts';
import { sessionCookieOf } from '../plugins/session-cookie.ts';
import type { RouteServices } from '../services.ts';
import { SessionAnswer } from '../session-schemas.ts';
import { sessionAnswer } from './open-session.ts';

/**
 * `GET /session`: who the dashboards are signed in as. Who never signed in learns it without an error, which a browser would
 * write to its console at every first visit.
 */
export function readSession(app: FastifyInstance, { guard }: Pick<RouteServices, 'guard'>): void {
  app.get('/session', {
    schema: describeOperation({
      id: 'readSession',
      tag: 'dashboards',
      summary: 'The session of this browser',
      access: 'session',
      answers: {
        200: { description: 'Signed in.', schema: SessionAnswer },
        204: { description: 'Nobody is signed in: no cookie came.' },
      },
    }),
    handler: async (request, reply) => {
      if (sessionCookieOf(request) === undefined) {
        return reply.code(204).header('cache-control', 'no-store').send();
      }
      const session = await guard.session(request, reply, false);
      if (session === undefined) return reply;
      reply.header('cache-control', 'no-store');
      return sessionAnswer(session);
    },
  });
}
