import type { FastifyInstance } from 'fastify';
import { renderUserExport } from '../../app/render.ts';
import { UserExportAnswer } from '../../contracts/http/user-answers.ts';
import { UserRequest } from '../../contracts/http/user-request.ts';
import { validateUserBody } from '../../contracts/http/validate-body.ts';
import { readBody } from '../body.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `POST /v1/users/export`: all that is held about a user. */
export function exportUser(
  app: FastifyInstance,
  { gatehouse, clock, guard }: Pick<RouteServices, 'gatehouse' | 'clock' | 'guard'>,
): void {
  app.post('/v1/users/export', {
    schema: describeOperation({
      id: 'exportUser',
      tag: 'users',
      summary: 'Export all that is held about a user',
      access: { scope: 'users:read', browser: true },
      body: UserRequest,
      answers: { 200: { description: 'Everything.', schema: UserExportAnswer } },
      problems: ['invalid_parameter', 'not_found', 'user_erased', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('users:read'),
    handler: async (request, reply) => {
      parseQuery(request, []);
      const body = readBody(request, reply, validateUserBody);
      if (body === undefined) return reply;
      const exported = await gatehouse.exportUser(callerOf(request).tenant, body.value.user_id);
      reply.header('cache-control', 'no-store');
      return renderUserExport(exported, clock());
    },
  });
}
