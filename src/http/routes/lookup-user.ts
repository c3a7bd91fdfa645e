import type { FastifyInstance } from 'fastify';
import { renderUserSummary } from '../../app/render.ts';
import { UserAnswer } from '../../contracts/http/user-answers.ts';
import { UserRequest } from '../../contracts/http/user-request.ts';
import { validateUserBody } from '../../contracts/http/validate-body.ts';
import { readBody } from '../body.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `POST /v1/users/lookup`: what is habitual for a user, and the last decisions. */
export function lookupUser(
  app: FastifyInstance,
  { gatehouse, clock, guard }: Pick<RouteServices, 'gatehouse' | 'clock' | 'guard'>,
): void {
  app.post('/v1/users/lookup', {
    schema: describeOperation({
      id: 'lookupUser',
      tag: 'users',
      summary: 'Look at a user',
      description: 'Risk level, devices, places, networks and the last decisions.',
      access: { scope: 'users:read', browser: true },
      body: UserRequest,
      answers: { 200: { description: 'The user.', schema: UserAnswer } },
      problems: ['invalid_parameter', 'not_found', 'user_erased', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('users:read'),
    handler: async (request, reply) => {
      parseQuery(request, []);
      const body = readBody(request, reply, validateUserBody);
      if (body === undefined) return reply;
      const summary = await gatehouse.lookupUser(callerOf(request).tenant, body.value.user_id);
      reply.header('cache-control', 'no-store');
      return renderUserSummary(summary, clock());
    },
  });
}
