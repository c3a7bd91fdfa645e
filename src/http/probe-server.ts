import fastify, { type FastifyInstance } from 'fastify';
import { createErrorHandler, sendProblem } from './errors.ts';
import { createBrowserOrigin } from './plugins/browser-origin.ts';
import { createGuard } from './plugins/guard.ts';
import { addRequestContext, requestIdOf } from './plugins/request-context.ts';
import { healthz } from './routes/healthz.ts';
import { metrics } from './routes/metrics.ts';
import { readyz } from './routes/readyz.ts';
import type { HttpServer } from './server.ts';
import type { HttpServices } from './services.ts';

/** Builds what a worker answers: liveness, readiness and metrics, and nothing else. */
export async function buildProbeServer(
  services: Pick<HttpServices, 'log' | 'keys' | 'signIn' | 'quota' | 'metrics' | 'readiness'>,
): Promise<HttpServer> {
  const { log, keys, signIn, quota } = services;
  let draining = false;
  const isDraining = (): boolean => draining;
  const drain = (): void => {
    draining = true;
  };
  const app: FastifyInstance = fastify({
    logger: false,
    genReqId: requestIdOf,
    requestIdHeader: false,
    return503OnClosing: false,
  });
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(createErrorHandler(log));
  app.addHook('preClose', (done) => {
    drain();
    done();
  });
  const guard = createGuard({ keys, signIn, quota, origin: createBrowserOrigin([]) });
  addRequestContext(app, { log, metrics: services.metrics, isDraining });
  healthz(app);
  readyz(app, { readiness: services.readiness, isDraining });
  metrics(app, { metrics: services.metrics, guard });
  app.setNotFoundHandler((_request, reply) => {
    sendProblem(reply, 'not_found', 'A worker answers /healthz, /readyz and /metrics.');
  });
  await app.ready();
  return { app, drain, close: () => app.close() };
}
