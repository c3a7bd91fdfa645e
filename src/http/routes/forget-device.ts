import type { FastifyInstance } from 'fastify';
import { ForgottenDeviceAnswer } from '../../contracts/http/user-answers.ts';
import { ForgetDeviceRequest } from '../../contracts/http/user-request.ts';
import { validateForgetDeviceBody } from '../../contracts/http/validate-body.ts';
import { readBody } from '../body.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `POST /v1/users/forget-device`: a device vouches for its user no more. */
export function forgetDevice(
  app: FastifyInstance,
  { gatehouse, guard, log }: Pick<RouteServices, 'gatehouse' | 'guard' | 'log'>,
): void {
  app.post('/v1/users/forget-device', {
    schema: describeOperation({
      id: 'forgetDevice',
      tag: 'users',
      summary: 'Forget a user’s device',
      description:
        'The next login from it is as new, and a profile that is rebuilt after a verdict leaves it out too. What it taught of places and networks stays; once it passes a challenge it is known again.',
      access: { scope: 'feedback:write', browser: true },
      body: ForgetDeviceRequest,
      answers: { 200: { description: 'It is forgotten.', schema: ForgottenDeviceAnswer } },
      problems: ['invalid_parameter', 'not_found', 'storage_unavailable', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('feedback:write', { changes: true }),
    handler: async (request, reply): Promise<ForgottenDeviceAnswer | typeof reply> => {
      const caller = callerOf(request);
      parseQuery(request, []);
      const body = readBody(request, reply, validateForgetDeviceBody);
      if (body === undefined) return reply;
      const { user_id, device_key, actor, note } = body.value;
      const { forgotten } = await gatehouse.forgetDevice({
        tenant: caller.tenant,
        userId: user_id,
        deviceKey: device_key,
        actor: actor === null || actor === undefined ? null : { type: actor.type, id: actor.id ?? null },
        note: note ?? null,
      });
      log.info(
        {
          audit: 'device_forgotten',
          request_id: request.id,
          key_id: caller.id,
          tenant: caller.tenant,
          forgotten,
        },
        'device forgotten',
      );
      reply.header('cache-control', 'no-store');
      return { user_id, device_key, forgotten };
    },
  });
}
