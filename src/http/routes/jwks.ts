import type { FastifyInstance } from 'fastify';
import { JwksAnswer } from '../../contracts/http/decision-token.ts';
import { describeOperation } from '../operation.ts';
import type { RouteServices } from '../services.ts';

/** Far shorter than the time for which a new key is published before it signs. */
const CACHE_S = 300;

/** `GET /.well-known/jwks.json`: the public keys of decision tokens, the next one and retired ones included. */
export function jwks(app: FastifyInstance, { tokens }: Pick<RouteServices, 'tokens'>): void {
  app.get('/.well-known/jwks.json', {
    schema: describeOperation({
      id: 'getJwks',
      tag: 'operations',
      summary: 'Public keys of decision tokens',
      description: 'RFC 7517. Keys rotate with overlap: fetch the set again when a `kid` is unknown.',
      access: 'public',
      answers: { 200: { description: 'The key set.', schema: JwksAnswer } },
    }),
    handler: async (_request, reply) => {
      reply.header('cache-control', `public, max-age=${CACHE_S}`);
      return tokens.jwks();
    },
  });
}
