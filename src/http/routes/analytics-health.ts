import type { FastifyInstance } from 'fastify';
import { AnalyticsHealthAnswer } from '../../contracts/http/analytics-answers.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

const PARKED_SHOWN = 50;

/** `GET /v1/analytics/health`: whether what the pages show is complete and fresh, and how fast decisions are. */
export function analyticsHealth(
  app: FastifyInstance,
  services: Pick<RouteServices, 'health' | 'readiness' | 'metrics' | 'config' | 'guard'>,
): void {
  const { health, readiness, metrics, config, guard } = services;
  app.get('/v1/analytics/health', {
    schema: describeOperation({
      id: 'getAnalyticsHealth',
      tag: 'analysts',
      summary: 'Lag, refused rows, dependencies and latency',
      description: 'Answers while analytics is down: that is what it is for.',
      access: { scope: 'decisions:read', browser: true },
      answers: { 200: { description: 'How Gatehouse is.', schema: AnalyticsHealthAnswer } },
      problems: ['invalid_parameter'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply): Promise<AnalyticsHealthAnswer> => {
      parseQuery(request, []);
      const [status, dependencies, parked, latency] = await Promise.all([
        health.status(),
        readiness(),
        health.parked(callerOf(request).tenant, PARKED_SHOWN),
        metrics.decisionLatency(),
      ]);
      reply.header('cache-control', 'no-store');
      return {
        analytics: {
          ok: status.ok,
          problem: status.problem,
          lag_records: status.lagRecords,
          lag_ms: status.lag_ms === null ? null : Math.round(status.lag_ms),
          inserted_rows: status.insertedRows,
          parked_rows: status.parkedRows,
        },
        dependencies: dependencies.map(({ name, ok, problem, required }) => ({
          name,
          ok,
          problem,
          required: required !== false,
        })),
        parked: parked.map(({ position, kind, reason, parkedAt_ms }) => ({
          position: String(position),
          kind,
          reason,
          parked_at: new Date(parkedAt_ms).toISOString(),
        })),
        latency:
          latency === null
            ? null
            : {
                since: new Date(latency.since_ms).toISOString(),
                n: latency.n,
                p50_ms: latency.p50_ms,
                p95_ms: latency.p95_ms,
                p99_ms: latency.p99_ms,
              },
        versions: { engine: config.version },
      };
    },
  });
}
