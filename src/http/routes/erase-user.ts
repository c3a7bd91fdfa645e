import type { FastifyInstance } from 'fastify';
import { renderErasure } from '../../app/render.ts';
import { ErasureAnswer } from '../../contracts/http/user-answers.ts';
import { UserRequest } from '../../contracts/http/user-request.ts';
import { validateUserBody } from '../../contracts/http/validate-body.ts';
import { readBody } from '../body.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `POST /v1/users/erase`: forgets a user everywhere. Never by a session: a cookie must not be able to destroy. */
export function eraseUser(
  app: FastifyInstance,
  { gatehouse, guard, log }: Pick<RouteServices, 'gatehouse' | 'guard' | 'log'>,
): void {
  app.post('/v1/users/erase', {
    schema: describeOperation({
      id: 'eraseUser',
      tag: 'users',
      summary: 'Erase a user',
      description:
        'Removes the user from profile, log and analytics, and leaves a tombstone, so that late events do not bring the user back.',
      access: { scope: 'users:erase', browser: false },
      body: UserRequest,
      answers: { 200: { description: 'The receipt.', schema: ErasureAnswer } },
      problems: ['invalid_parameter', 'not_found', 'storage_unavailable', 'analytics_unavailable'],
    }),
    onRequest: guard.key('users:erase'),
    handler: async (request, reply) => {
      const caller = callerOf(request);
      parseQuery(request, []);
      const body = readBody(request, reply, validateUserBody);
      if (body === undefined) return reply;
      const receipt = await gatehouse.eraseUser(caller.tenant, body.value.user_id);
      log.info(
        {
          audit: 'user_erased',
          request_id: request.id,
          key_id: caller.id,
          tenant: caller.tenant,
          receipt_id: receipt.id,
        },
        'user erased',
      );
      reply.header('cache-control', 'no-store');
      return renderErasure(receipt);
    },
  });
}
