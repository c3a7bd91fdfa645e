import type { FastifyInstance } from 'fastify';
import { renderView } from '../../app/render.ts';
import { DecisionViewAnswer } from '../../contracts/http/decision-view-answer.ts';
import { FeedbackRequest } from '../../contracts/http/feedback-request.ts';
import { validateFeedbackBody } from '../../contracts/http/validate-body.ts';
import { readBody } from '../body.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

/** `POST /v1/decisions/{id}/feedback`: a person's verdict on a decision. */
export function giveFeedback(
  app: FastifyInstance,
  { gatehouse, clock, guard }: Pick<RouteServices, 'gatehouse' | 'clock' | 'guard'>,
): void {
  app.post<{ Params: { id: string } }>('/v1/decisions/:id/feedback', {
    schema: describeOperation({
      id: 'giveFeedback',
      tag: 'analysts',
      summary: 'Judge a decision',
      description:
        'Verdicts append; the latest analyst’s wins. The newest 32 are kept, and the one that stands; the same verdict sent twice is one. `compromised` rebuilds the profile from the decisions that remain.',
      access: { scope: 'feedback:write', browser: true },
      params: { id: 'The decision, `dec_…`.' },
      body: FeedbackRequest,
      answers: { 200: { description: 'The decision with its feedback.', schema: DecisionViewAnswer } },
      problems: ['invalid_parameter', 'not_found', 'storage_unavailable', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('feedback:write', { changes: true }),
    handler: async (request, reply) => {
      parseQuery(request, []);
      const body = readBody(request, reply, validateFeedbackBody);
      if (body === undefined) return reply;
      const { verdict, source, scope, actor, note } = body.value;
      const view = await gatehouse.recordFeedback({
        tenant: callerOf(request).tenant,
        decisionId: request.params.id,
        verdict,
        source,
        scope: scope ?? null,
        actor: actor === null || actor === undefined ? null : { type: actor.type, id: actor.id ?? null },
        note: note ?? null,
      });
      reply.header('cache-control', 'no-store');
      return renderView(view, clock());
    },
  });
}
