import type { FastifyInstance } from 'fastify';
import { AnnotationsAnswer } from '../../contracts/http/analytics-answers.ts';
import type { FieldError } from '../../contracts/http/problem-answer.ts';
import { RequestRefused } from '../errors.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';
import { windowOf } from '../window.ts';

const DEFAULT_DAYS = 1;

/** `GET /v1/analytics/annotations`: when policy, model and intelligence changed, as the decisions show it. */
export function listAnnotations(
  app: FastifyInstance,
  { analytics, clock, guard }: Pick<RouteServices, 'analytics' | 'clock' | 'guard'>,
): void {
  app.get('/v1/analytics/annotations', {
    schema: describeOperation({
      id: 'listAnnotations',
      tag: 'analysts',
      summary: 'Changes of policy, model and intelligence',
      description: 'What most decisions of an hour carry stands for the hour.',
      access: { scope: 'decisions:read', browser: true },
      query: {
        from: {
          type: 'string',
          format: 'date-time',
          description: 'Inclusive; a day before `to` when absent.',
        },
        to: { type: 'string', format: 'date-time', description: 'Exclusive; now when absent.' },
      },
      answers: { 200: { description: 'The changes.', schema: AnnotationsAnswer } },
      problems: ['analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply): Promise<AnnotationsAnswer> => {
      const errors: FieldError[] = [];
      const query = parseQuery(request, ['from', 'to']);
      const window = windowOf(query, { days: DEFAULT_DAYS, now_ms: clock() }, errors);
      const [error] = errors;
      if (error !== undefined) {
        throw new RequestRefused('invalid_parameter', `${error.pointer.slice(1)} ${error.detail}.`);
      }
      const changes = await analytics.versionChanges(callerOf(request).tenant, window);
      reply.header('cache-control', 'no-store');
      return {
        data: changes.map(({ at_ms, kind, from, to }) => ({
          at: new Date(at_ms).toISOString(),
          kind,
          from,
          to,
        })),
      };
    },
  });
}
