import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BodyValidator, Validated } from '../contracts/http/validate-body.ts';
import { sendProblem } from './errors.ts';

/** RFC 7240: preferences are separated by commas, each a name with an optional value. */
const LENIENT = /(?:^|,)\s*handling\s*=\s*"?lenient"?\s*(?:;[^,]*)?(?:,|$)/i;

/** Whether unknown fields become warnings instead of errors. */
function isLenient(request: FastifyRequest): boolean {
  const { prefer } = request.headers;
  return prefer !== undefined && LENIENT.test(Array.isArray(prefer) ? prefer.join(',') : prefer);
}

/** The validated body, or `undefined` after a 400 that names what is wrong was sent. */
export function readBody<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  validate: BodyValidator<T>,
): Extract<Validated<T>, { ok: true }> | undefined {
  const lenient = isLenient(request);
  if (lenient) reply.header('preference-applied', 'handling=lenient');
  const validated = validate(request.body, { lenient });
  if (validated.ok) return validated;
  sendInvalidBody(reply, validated.errors);
  return undefined;
}

export function sendInvalidBody(
  reply: FastifyReply,
  errors: Extract<Validated<never>, { ok: false }>['errors'],
): FastifyReply {
  return sendProblem(reply, 'invalid_body', 'The body does not fit the schema; errors say where.', errors);
}
