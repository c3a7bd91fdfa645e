import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Metrics } from '../../ports/metrics.ts';
import { sendProblem } from '../errors.ts';
import type { RouteInfo } from '../request.ts';

/** What an id may hold to be taken over into logs and headers: nothing that could end a line or a field, nor a mail address. */
const SAFE_ID = /^[A-Za-z0-9._:/+=-]{1,128}$/;
/** W3C Trace Context, section 3.2: version 00, and neither id all zeros. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const TRACE_ID_BEGIN = 3;
const TRACE_ID_END = 35;

const UNMATCHED: RouteInfo = Object.freeze({ template: 'unmatched', whileDraining: false, quiet: false });

/**
 * The caller's `x-request-id` where it is sane, else a new one. It names no resource and is never sorted, so that it
 * need not be a UUIDv7: Node draws 128 of these at once, which on the hot path is an order of magnitude cheaper.
 */
export function requestIdOf(message: Pick<IncomingMessage, 'headers'>): string {
  const sent = message.headers['x-request-id'];
  return typeof sent === 'string' && SAFE_ID.test(sent) ? sent : `req_${randomUUID()}`;
}

/**
 * What every request gets: its id and trace on the answer, one log line, one metric; and a 503 while the server
 * drains.
 *
 * The log line holds the route's template, never the path or query, and no header but the trace id: ids of people
 * travel in bodies, and keys in headers.
 */
export function addRequestContext(
  app: FastifyInstance,
  options: {
    readonly log: Logger;
    readonly metrics: Metrics;
    readonly isDraining: () => boolean;
  },
): void {
  const { log, metrics, isDraining } = options;
  app.decorateRequest('caller', null);
  app.decorateRequest('route', null);
  app.decorateRequest('bodyHash', null);

  app.addHook('onRoute', (route) => {
    const info: RouteInfo = Object.freeze({
      template: route.url,
      whileDraining: route.config?.whileDraining === true,
      quiet: route.config?.quiet === true,
    });
    const own = route.onRequest === undefined ? [] : [route.onRequest].flat();
    route.onRequest = [
      (request, reply, done) => {
        request.route = info;
        if (isDraining() && !info.whileDraining) {
          reply.header('connection', 'close');
          sendProblem(
            reply,
            'shutting_down',
            'The server is shutting down; send the request to another one.',
          );
          return;
        }
        done();
      },
      ...own,
    ];
  });

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    const traceparent = request.headers.traceparent;
    if (typeof traceparent === 'string' && TRACEPARENT.test(traceparent))
      reply.header('traceparent', traceparent);
    done();
  });

  app.addHook('onResponse', (request, reply, done) => {
    const route = request.route ?? UNMATCHED;
    const status = reply.statusCode;
    const duration_ms = reply.elapsedTime;
    metrics.request(route.template, request.method, status, duration_ms / 1_000);
    const level = status >= 500 ? 'error' : route.quiet && status < 400 ? 'debug' : 'info';
    if (log.isLevelEnabled(level)) {
      const trace = reply.getHeader('traceparent');
      log[level](
        {
          request_id: request.id,
          trace_id: typeof trace === 'string' ? trace.slice(TRACE_ID_BEGIN, TRACE_ID_END) : undefined,
          method: request.method,
          route: route.template,
          status,
          duration_ms: Math.round(duration_ms * 1_000) / 1_000,
          key_id: request.caller?.id,
          tenant: request.caller?.tenant,
        },
        'request',
      );
    }
    done();
  });
}
