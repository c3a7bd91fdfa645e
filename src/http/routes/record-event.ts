import type { FastifyInstance } from 'fastify';
import { idempotencyKey } from '../../app/idempotency-key.ts';
import { parseEvent } from '../../app/parse-event.ts';
import { EventsAnswer } from '../../contracts/http/events-answer.ts';
import { EventsRequest } from '../../contracts/http/events-request.ts';
import { validateEventsBody } from '../../contracts/http/validate-body.ts';
import { readBody, sendInvalidBody } from '../body.ts';
import { countCampaigns } from '../count-campaigns.ts';
import { sendProblem } from '../errors.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `POST /v1/events`: records without a verdict. */
export function recordEvent(
  app: FastifyInstance,
  services: Pick<RouteServices, 'gatehouse' | 'hasher' | 'parseAddress' | 'metrics' | 'clock' | 'guard'>,
): void {
  const { gatehouse, hasher, parseAddress, metrics, clock, guard } = services;
  app.post('/v1/events', {
    schema: describeOperation({
      id: 'recordEvent',
      tag: 'decisions',
      summary: 'Record an event without a verdict',
      description:
        'Failed logins, history, and repair after an outage. Events older than 24 hours need the scope `import`.',
      access: { scope: 'risk:write', browser: false },
      body: EventsRequest,
      headers: {
        prefer: {
          type: 'string',
          examples: ['handling=lenient'],
          description: '`handling=lenient`: unknown fields become warnings.',
        },
      },
      answers: {
        202: {
          description: 'Recorded.',
          schema: EventsAnswer,
          headers: { 'idempotent-replayed': '`true` when the event was recorded before.' },
        },
      },
      problems: ['invalid_parameter', 'idempotency_mismatch', 'storage_unavailable'],
    }),
    config: { quiet: true },
    onRequest: guard.key('risk:write'),
    handler: async (request, reply) => {
      const caller = callerOf(request);
      parseQuery(request, []);
      const body = readBody(request, reply, validateEventsBody);
      if (body === undefined) return reply;
      const canImport = caller.scopes.includes('import');
      const parsed = parseEvent(body.value, {
        tenant: caller.tenant,
        kind: 'events',
        now_ms: clock(),
        canImport,
        hasher,
        parseAddress,
      });
      if (!parsed.ok) return sendInvalidBody(reply, parsed.errors);

      const { event } = parsed;
      const { bodyHash } = request;
      const { view, replayed, recorded } = await gatehouse.assessLogin({
        event,
        warnings: body.warnings.length === 0 ? parsed.warnings : [...body.warnings, ...parsed.warnings],
        source: canImport ? 'import' : 'event',
        idempotency:
          event.eventId !== null && bodyHash !== null
            ? { key: idempotencyKey(caller.tenant, 'events', event.eventId), bodyHash }
            : null,
        requestHash: bodyHash,
        apiKeyId: caller.id,
      });
      const { decision } = view;
      metrics.decision({
        action: decision.verdict.action,
        endpoint: 'events',
        degraded: decision.verdict.degraded !== null,
        recorded,
      });
      if (!replayed) countCampaigns(metrics, decision);
      // Recording is all that was asked for: what is not stored must not be acknowledged.
      if (!recorded) {
        return sendProblem(reply, 'storage_unavailable', 'The event could not be stored; send it again.');
      }
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply
        .code(202)
        .header('cache-control', 'no-store')
        .send({ id: decision.id, warnings: decision.warnings });
    },
  });
}
