import { BlockList, isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { describeOperation } from '../operation.ts';
import type { RouteServices } from '../services.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** `GET /metrics`: Prometheus. Free on loopback, with any API key elsewhere. */
export function metrics(app: FastifyInstance, services: Pick<RouteServices, 'metrics' | 'guard'>): void {
  const withKey = services.guard.key(null);
  app.get('/metrics', {
    schema: describeOperation({
      id: 'getMetrics',
      tag: 'operations',
      summary: 'Prometheus metrics',
      description: 'Needs an API key unless asked on the loopback interface.',
      access: { scope: null, browser: false },
      answers: {
        200: {
          description: 'Prometheus text format.',
          mediaType: 'text/plain; version=0.0.4; charset=utf-8',
        },
      },
    }),
    config: { whileDraining: true, quiet: true },
    onRequest(request, reply, done) {
      if (isLocal(request)) done();
      else withKey.call(this, request, reply, done);
    },
    handler: async (_request, reply) => {
      const { contentType, body } = await services.metrics.expose();
      reply.header('content-type', contentType);
      return reply.send(body);
    },
  });
}

/** A reverse proxy on this machine makes strangers look local; it gives itself away by its forwarding headers. */
function isLocal(request: FastifyRequest): boolean {
  const { headers } = request;
  if (headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined) return false;
  const address = request.socket.remoteAddress;
  return address !== undefined && LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
