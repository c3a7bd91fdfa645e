import type { FastifyInstance } from 'fastify';
import { renderRow } from '../../app/render-row.ts';
import { REVIEW_ORDERING } from '../../app/review-queue.ts';
import type { FieldError } from '../../contracts/http/problem-answer.ts';
import { DEFAULT_REVIEW_LIMIT, ReviewAnswer, ReviewRequest } from '../../contracts/http/review-queue.ts';
import { validateReviewBody } from '../../contracts/http/validate-body.ts';
import { readBody, sendInvalidBody } from '../body.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';
import { windowOf } from '../window.ts';

const DEFAULT_DAYS = 7;

/** `POST /v1/review-queue`: what a person should look at next. */
export function reviewQueue(
  app: FastifyInstance,
  { gatehouse, clock, guard }: Pick<RouteServices, 'gatehouse' | 'clock' | 'guard'>,
): void {
  app.post('/v1/review-queue', {
    schema: describeOperation({
      id: 'reviewQueue',
      tag: 'analysts',
      summary: 'What a person should look at next',
      description:
        'One decision a user, the one that matters most, at most 1,000 of each kind. Challenges count only after a right first factor. It leaves the queue when an analyst judges it; `dismissed` says that there is nothing to do.',
      access: { scope: 'decisions:read', browser: true },
      body: ReviewRequest,
      answers: { 200: { description: 'The queue.', schema: ReviewAnswer } },
      problems: ['invalid_parameter', 'invalid_cursor', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply): Promise<ReviewAnswer | typeof reply> => {
      parseQuery(request, []);
      const body = readBody(request, reply, validateReviewBody);
      if (body === undefined) return reply;
      const errors: FieldError[] = [];
      const now_ms = clock();
      const window = windowOf(body.value, { days: DEFAULT_DAYS, now_ms }, errors);
      if (errors.length > 0) return sendInvalidBody(reply, errors);
      const { kinds, limit, cursor } = body.value;
      const page = await gatehouse.reviewQueue(callerOf(request).tenant, {
        window,
        kinds: kinds === null || kinds === undefined || kinds.length === 0 ? null : kinds,
        limit: limit ?? DEFAULT_REVIEW_LIMIT,
        cursor: cursor ?? null,
      });
      reply.header('cache-control', 'no-store');
      return {
        data: page.data.map((item) => ({
          decision: renderRow(item.row, now_ms),
          kind: item.kind,
          priority: item.priority,
          why: item.why.map(({ code, message }) => ({ code, message })),
          also: [...item.also],
          user:
            item.row.fields.user_id === null ? null : { user_id: item.row.fields.user_id, open: item.open },
        })),
        total: page.total,
        totals: page.totals.map((counted) => ({ ...counted })),
        next_cursor: page.nextCursor,
        ordering: REVIEW_ORDERING,
      };
    },
  });
}
