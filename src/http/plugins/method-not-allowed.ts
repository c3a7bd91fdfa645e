import type { FastifyInstance } from 'fastify';
import { sendProblem } from '../errors.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/**
 * Answers 405 with `Allow` for the methods that a path of the API does not have; without it they would be 404, and
 * read as a misspelt path. It notes the routes that are registered until `close`, which adds the missing methods.
 */
export function addMethodNotAllowed(app: FastifyInstance): { close(): void } {
  const allowed = new Map<string, Set<string>>();
  let open = true;
  app.addHook('onRoute', ({ url, method }) => {
    if (!open) return;
    const methods = allowed.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    allowed.set(url, methods);
  });
  return {
    close() {
      open = false;
      for (const [url, methods] of allowed) {
        const allow = [...methods].sort().join(', ');
        app.route({
          url,
          method: METHODS.filter((method) => !methods.has(method)),
          schema: { hide: true },
          // Before the body is read: which body would be right cannot be said.
          onRequest: (_request, reply) => {
            sendProblem(reply.header('allow', allow), 'method_not_allowed', `Allowed here: ${allow}.`);
          },
          handler: () => undefined,
        });
      }
    },
  };
}
