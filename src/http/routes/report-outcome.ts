import type { FastifyInstance } from 'fastify';
import { decisionClaims } from '../../app/decision-token.ts';
import { parseTime } from '../../app/parse-time.ts';
import { renderOutcome } from '../../app/render.ts';
import { OutcomeAnswer } from '../../contracts/http/outcome-answer.ts';
import { OutcomeRequest } from '../../contracts/http/outcome-request.ts';
import { validateOutcomeBody } from '../../contracts/http/validate-body.ts';
import { readBody, sendInvalidBody } from '../body.ts';
import { INCLUDE_PARAMETER, readIncludeOnly } from '../include.ts';
import { describeOperation } from '../operation.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `POST /v1/challenges/{id}/outcome`: what became of a challenge. */
export function reportOutcome(
  app: FastifyInstance,
  services: Pick<RouteServices, 'gatehouse' | 'hasher' | 'tokens' | 'clock' | 'guard'>,
): void {
  const { gatehouse, hasher, tokens, clock, guard } = services;
  app.post<{ Params: { id: string } }>('/v1/challenges/:id/outcome', {
    schema: describeOperation({
      id: 'reportOutcome',
      tag: 'decisions',
      summary: 'Report the outcome of a challenge',
      description:
        'The same outcome again answers 200, another one 409. `denied`: the user refused the prompt. Single wrong codes go in `attempts`.',
      access: { scope: 'risk:write', browser: false },
      params: { id: 'The challenge, `chl_…`.' },
      body: OutcomeRequest,
      query: { include: INCLUDE_PARAMETER },
      answers: { 200: { description: 'The decision and what became of it.', schema: OutcomeAnswer } },
      problems: [
        'not_found',
        'user_mismatch',
        'outcome_conflict',
        'no_challenge',
        'challenge_expired',
        'method_not_acceptable',
        'storage_unavailable',
      ],
    }),
    onRequest: guard.key('risk:write'),
    handler: async (request, reply) => {
      const { tenant } = callerOf(request);
      const include = readIncludeOnly(request, reply);
      if (include === undefined) return reply;
      const body = readBody(request, reply, validateOutcomeBody);
      if (body === undefined) return reply;
      const { status, method, user, attempts, occurred_at } = body.value;
      const occurredAt_ms = typeof occurred_at === 'string' ? parseTime(occurred_at) : undefined;
      if (occurredAt_ms === null) {
        return sendInvalidBody(reply, [
          {
            pointer: '/occurred_at',
            detail: 'must be an RFC 3339 time with an offset, like 2026-11-23T01:28:40Z',
          },
        ]);
      }
      const { view } = await gatehouse.recordOutcome({
        tenant,
        challengeId: request.params.id,
        status,
        method: method ?? null,
        userKey: hasher.hash('user', tenant, user.id),
        attempts: attempts ?? null,
        occurredAt_ms: occurredAt_ms ?? null,
      });
      reply.header('cache-control', 'no-store');
      const answer = renderOutcome(view, {
        includeSignals: include.signals,
        recorded: true,
        // The session's id is kept as a hash only, so a token that is not issued with the request cannot name it.
        token: include.token ? await tokens.issue(decisionClaims(view.decision, view.outcome, null)) : null,
        now_ms: clock(),
      });
      return body.warnings.length === 0
        ? answer
        : { ...answer, warnings: [...answer.warnings, ...body.warnings] };
    },
  });
}
