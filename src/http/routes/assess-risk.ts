import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decisionClaims } from '../../app/decision-token.ts';
import { idempotencyKey } from '../../app/idempotency-key.ts';
import { parseEvent } from '../../app/parse-event.ts';
import { renderAnswer } from '../../app/render.ts';
import { DecisionAnswer } from '../../contracts/http/decision-answer.ts';
import { RiskRequest } from '../../contracts/http/risk-request.ts';
import { validateRiskBody } from '../../contracts/http/validate-body.ts';
import { readBody, sendInvalidBody } from '../body.ts';
import { countCampaigns } from '../count-campaigns.ts';
import { DECISION_EXAMPLE } from '../decision-example.ts';
import { RequestRefused, sendProblem } from '../errors.ts';
import { INCLUDE_PARAMETER, type Include, NOTHING, readInclude } from '../include.ts';
import { describeOperation } from '../operation.ts';
import { sendMissingScope } from '../plugins/guard.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

interface RiskQuery {
  readonly include: Include;
  readonly dryRun: boolean;
}

const PLAIN: RiskQuery = Object.freeze({ include: NOTHING, dryRun: false });

/** `POST /v1/risk`: decides on one authentication attempt. */
export function assessRisk(
  app: FastifyInstance,
  services: Pick<
    RouteServices,
    'gatehouse' | 'hasher' | 'parseAddress' | 'tokens' | 'quota' | 'metrics' | 'clock' | 'log' | 'guard'
  >,
): void {
  const { gatehouse, hasher, parseAddress, tokens, quota, metrics, clock, log, guard } = services;

  /** Answers and gives `undefined` when the query asks for what the caller may not have. */
  function readQuery(request: FastifyRequest, reply: FastifyReply): RiskQuery | undefined {
    // The usual call has no query at all.
    if (!request.url.includes('?')) return PLAIN;
    const query = parseQuery(request, ['include', 'dry_run']);
    const include = readInclude(request, reply, query.include);
    if (include === undefined) return undefined;
    const dryRun = query.dry_run === 'true';
    if (!dryRun && query.dry_run !== undefined && query.dry_run !== 'false') {
      throw new RequestRefused('invalid_parameter', '“dry_run” is “true” or “false”.');
    }
    if (!dryRun) return { include, dryRun };
    if (include.token) {
      throw new RequestRefused(
        'invalid_parameter',
        'A dry run decides nothing, so there is no token for it.',
      );
    }
    const caller = callerOf(request);
    if (!caller.scopes.includes('decisions:read')) {
      sendMissingScope(reply, 'decisions:read');
      return undefined;
    }
    const wait_s = quota.dryRun(caller);
    if (wait_s > 0) {
      sendProblem(
        reply.header('retry-after', String(wait_s)),
        'rate_limited',
        'The quota of dry runs is used up; it is far lower than that of decisions.',
      );
      return undefined;
    }
    return { include, dryRun };
  }

  app.post('/v1/risk', {
    schema: describeOperation({
      id: 'assessRisk',
      tag: 'decisions',
      summary: 'Decide on one authentication attempt',
      description:
        'Call it on every attempt and do what `action` says. The same `event_id` with the same body returns the first decision again within 24 hours.',
      access: { scope: 'risk:write', browser: false },
      body: RiskRequest,
      headers: {
        prefer: {
          type: 'string',
          examples: ['handling=lenient'],
          description: '`handling=lenient`: unknown fields become warnings.',
        },
      },
      query: {
        include: INCLUDE_PARAMETER,
        dry_run: {
          type: 'string',
          enum: ['true', 'false'],
          description:
            '`true`: judge, and record, learn and count nothing. Needs the scope `decisions:read` too, has a low rate limit of its own, is audited, ignores `event_id` and excludes `include=token`.',
        },
      },
      answers: {
        200: {
          description: 'The decision.',
          schema: DecisionAnswer,
          example: DECISION_EXAMPLE,
          headers: { 'idempotent-replayed': '`true` when this is the first decision again.' },
        },
      },
      problems: ['idempotency_mismatch', 'storage_unavailable'],
    }),
    config: { quiet: true },
    onRequest: guard.key('risk:write'),
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const query = readQuery(request, reply);
      if (query === undefined) return reply;
      const body = readBody(request, reply, validateRiskBody);
      if (body === undefined) return reply;
      const parsed = parseEvent(body.value, {
        tenant: caller.tenant,
        kind: 'risk',
        now_ms: clock(),
        canImport: caller.scopes.includes('import'),
        hasher,
        parseAddress,
      });
      if (!parsed.ok) return sendInvalidBody(reply, parsed.errors);

      const { event } = parsed;
      const { bodyHash } = request;
      const repeatable = !query.dryRun && event.eventId !== null && bodyHash !== null;
      const { view, replayed, recorded } = await gatehouse.assessLogin({
        event,
        warnings: body.warnings.length === 0 ? parsed.warnings : [...body.warnings, ...parsed.warnings],
        source: query.dryRun ? 'dry_run' : 'risk',
        idempotency: repeatable
          ? { key: idempotencyKey(caller.tenant, 'risk', event.eventId), bodyHash }
          : null,
        requestHash: bodyHash,
        apiKeyId: caller.id,
      });
      const { decision } = view;

      if (replayed) reply.header('idempotent-replayed', 'true');
      if (query.dryRun) {
        log.info(
          {
            audit: 'dry_run',
            request_id: request.id,
            key_id: caller.id,
            tenant: caller.tenant,
            action: decision.verdict.action,
          },
          'dry run',
        );
      } else {
        metrics.decision({
          action: decision.verdict.action,
          endpoint: 'risk',
          degraded: decision.verdict.degraded !== null,
          recorded,
        });
        if (!replayed) countCampaigns(metrics, decision);
      }
      reply.header('cache-control', 'no-store');
      return renderAnswer(decision, {
        includeSignals: query.include.signals,
        recorded,
        token: query.include.token
          ? await tokens.issue(decisionClaims(decision, null, body.value.session?.id ?? null))
          : null,
      });
    },
  });
}
