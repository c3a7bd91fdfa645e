import type { FastifyInstance } from 'fastify';
import { ResendAnswer, ResendRequest } from '../../contracts/http/parked-rows.ts';
import { validateResendBody } from '../../contracts/http/validate-body.ts';
import { readBody, sendInvalidBody } from '../body.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

const DIGITS = /^\d+$/;

/** `POST /v1/analytics/parked/resend`: tries rows again after what made analytics refuse them was mended. */
export function resendParkedRows(
  app: FastifyInstance,
  { health, guard, log }: Pick<RouteServices, 'health' | 'guard' | 'log'>,
): void {
  app.post('/v1/analytics/parked/resend', {
    schema: describeOperation({
      id: 'resendParkedRows',
      tag: 'operations',
      summary: 'Send parked rows again',
      description:
        'Send it after mending why the rows were refused. A row goes in at most once, however often this is sent; one that is refused again stays parked.',
      access: { scope: 'admin', browser: false },
      body: ResendRequest,
      answers: { 200: { description: 'What became of them.', schema: ResendAnswer } },
      problems: ['invalid_parameter', 'analytics_unavailable', 'storage_unavailable'],
    }),
    onRequest: guard.key('admin'),
    handler: async (request, reply) => {
      const caller = callerOf(request);
      parseQuery(request, []);
      const body = readBody(request, reply, validateResendBody);
      if (body === undefined) return reply;
      const { positions } = body.value;
      const wrong = (positions ?? []).findIndex((position) => !DIGITS.test(position));
      if (wrong >= 0) {
        const error = { pointer: `/positions/${wrong}`, detail: 'is not a position as the list shows it' };
        return sendInvalidBody(reply, [error]);
      }
      const { resent, refused } = await health.resendParked(caller.tenant, positions?.map(Number) ?? null);
      log.info(
        {
          audit: 'parked_rows_resent',
          request_id: request.id,
          key_id: caller.id,
          tenant: caller.tenant,
          resent,
          refused,
        },
        'parked rows were sent again',
      );
      reply.header('cache-control', 'no-store');
      return { resent, refused };
    },
  });
}
