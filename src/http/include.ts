import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestRefused } from './errors.ts';
import { sendMissingScope } from './plugins/guard.ts';
import { parseQuery } from './query.ts';
import { callerOf } from './request.ts';

/** What an answer about a decision holds besides the decision. */
export interface Include {
  readonly signals: boolean;
  readonly token: boolean;
}

export const NOTHING: Include = Object.freeze({ signals: false, token: false });

export const INCLUDE_PARAMETER = {
  type: 'string',
  enum: ['signals', 'token', 'signals,token', 'token,signals'],
  description:
    '`signals`: the evidence (needs the scope `decisions:read`). `token`: the signed decision. Both, with a comma.',
};

/**
 * The `include` parameter. Answers a 403 and gives `undefined` when the evidence is asked for without the scope.
 *
 * @throws RequestRefused `invalid_parameter`.
 */
export function readInclude(
  request: FastifyRequest,
  reply: FastifyReply,
  value: string | undefined,
): Include | undefined {
  if (value === undefined) return NOTHING;
  let signals = false;
  let token = false;
  for (const word of value.split(',')) {
    if (word === 'signals') signals = true;
    else if (word === 'token') token = true;
    else throw new RequestRefused('invalid_parameter', '“include” is a comma list of “signals” and “token”.');
  }
  if (signals && !callerOf(request).scopes.includes('decisions:read')) {
    sendMissingScope(reply, 'decisions:read');
    return undefined;
  }
  return { signals, token };
}

/** The query of a route that knows `include` alone. */
export function readIncludeOnly(request: FastifyRequest, reply: FastifyReply): Include | undefined {
  return readInclude(request, reply, parseQuery(request, ['include']).include);
}
