import fastify, { type FastifyInstance } from 'fastify';
import { createErrorHandler, rawProblem, sendProblem } from './errors.ts';
import { createBrowserOrigin } from './plugins/browser-origin.ts';
import { addDashboards } from './plugins/dashboards.ts';
import { createGuard } from './plugins/guard.ts';
import { addJsonBody, BODY_LIMIT_BYTES } from './plugins/json-body.ts';
import { addMethodNotAllowed } from './plugins/method-not-allowed.ts';
import { addOpenApi } from './plugins/openapi.ts';
import { addRequestContext, requestIdOf } from './plugins/request-context.ts';
import { registerRoutes } from './routes/index.ts';
import type { HttpServices } from './services.ts';

/** Longer than any id that Gatehouse or a caller makes: a longer one is simply unknown. */
const MAX_PARAM_LENGTH = 4_096;
/** A body of 64 KiB takes a slow caller a few seconds; who needs longer is holding a socket open. */
const REQUEST_TIMEOUT_MS = 30_000;

export interface HttpServer {
  readonly app: FastifyInstance;
  /** From now on new requests are answered 503 with `Retry-After`, probes and metrics excepted; those in flight finish. */
  drain(): void;
  /** Drains, waits for the requests in flight and closes the sockets. */
  close(): Promise<void>;
}

/** Builds the API with its dashboards. It never listens: `app.listen` or `app.inject` is the caller's. */
export async function buildServer(services: HttpServices): Promise<HttpServer> {
  const { config, log, keys, signIn, quota } = services;
  let draining = false;
  const isDraining = (): boolean => draining;
  const drain = (): void => {
    draining = true;
  };

  const app: FastifyInstance = fastify({
    // Our own line a request is cheaper, and knows what must not be logged.
    logger: false,
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Answered by our own hook, as a problem.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      handleError(error, request, reply);
    },
    clientErrorHandler: (error, socket) => {
      if (!socket.writable) {
        socket.destroy();
        return;
      }
      socket.end(malformed(error.code));
    },
  });
  const handleError = createErrorHandler(log);

  // Bodies are validated by the contracts' validators, and answers leave as they are: schemas on routes only describe.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(handleError);
  app.addHook('preClose', (done) => {
    drain();
    done();
  });

  const origin = createBrowserOrigin(config.publicOrigins);
  const guard = createGuard({ keys, signIn, quota, origin });

  addRequestContext(app, { log, metrics: services.metrics, isDraining });
  addJsonBody(app);
  await addOpenApi(app, { version: config.version });
  const methods = addMethodNotAllowed(app);
  registerRoutes(app, { ...services, guard, origin, isDraining });
  methods.close();
  const dashboards = await addDashboards(app, config.dashboardsDir);
  app.setNotFoundHandler((request, reply) => {
    if (!dashboards.fallback(request, reply)) {
      sendProblem(reply, 'not_found', 'There is nothing at this path for this method.');
    }
  });
  await app.ready();

  return { app, drain, close: () => app.close() };
}

/** For what never became a request, by Node's error code. */
function malformed(code: string): string {
  const requestId = requestIdOf({ headers: {} });
  if (code === 'HPE_HEADER_OVERFLOW') {
    return rawProblem('headers_too_large', 'The header fields have more than 16 KiB.', requestId);
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return rawProblem('request_timeout', 'The request did not arrive in time.', requestId);
  }
  return rawProblem('bad_request', 'This is not valid HTTP.', requestId);
}
