import type { FastifyInstance } from 'fastify';
import { describeOperation } from '../operation.ts';

/** `GET /openapi.json`: the OpenAPI 3.1 document, made once. */
export function openapi(app: FastifyInstance): void {
  let document: string | undefined;
  app.get('/openapi.json', {
    schema: describeOperation({
      id: 'getOpenApi',
      tag: 'operations',
      summary: 'This document',
      description: 'OpenAPI 3.1; readable at `/docs`.',
      access: 'public',
      answers: { 200: { description: 'The document.', mediaType: 'application/json' } },
    }),
    handler: async (_request, reply) => {
      document ??= JSON.stringify(app.swagger());
      return reply
        .header('content-type', 'application/json; charset=utf-8')
        .header('cache-control', 'no-cache')
        .send(document);
    },
  });
}
