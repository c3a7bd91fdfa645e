import type { FastifyInstance } from 'fastify';
import { describeOperation } from '../operation.ts';
import { clearSessionCookie, sessionCookieOf } from '../plugins/session-cookie.ts';
import type { RouteServices } from '../services.ts';

/** `DELETE /session`: signs out. */
export function closeSession(
  app: FastifyInstance,
  { signIn, guard, origin }: Pick<RouteServices, 'signIn' | 'guard' | 'origin'>,
): void {
  app.delete('/session', {
    schema: describeOperation({
      id: 'closeSession',
      tag: 'dashboards',
      summary: 'Sign out',
      access: 'session',
      headers: { 'x-gatehouse-csrf': { type: 'string', enum: ['1'], description: 'Needed.' } },
      answers: {
        204: { description: 'Signed out.', headers: { 'set-cookie': 'Removes the session cookie.' } },
      },
    }),
    handler: async (request, reply) => {
      if ((await guard.session(request, reply, true)) === undefined) return reply;
      const cookie = sessionCookieOf(request);
      if (cookie !== undefined) await signIn.end(cookie);
      clearSessionCookie(reply, origin.isSecure(request));
      return reply.code(204).send();
    },
  });
}
