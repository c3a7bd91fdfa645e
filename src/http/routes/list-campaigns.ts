import type { FastifyInstance } from 'fastify';
import { parseTime } from '../../app/parse-time.ts';
import { renderCampaignPage } from '../../app/render-campaigns.ts';
import { CampaignListAnswer } from '../../contracts/http/campaign-answers.ts';
import type { CampaignFilter } from '../../ports/analytics.ts';
import { RequestRefused } from '../errors.ts';
import { describeOperation } from '../operation.ts';
import { parseQuery } from '../query.ts';
import { callerOf } from '../request.ts';
import type { RouteServices } from '../services.ts';

const DEFAULT_WINDOW_MS = 7 * 86_400_000;
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const STATES = ['live', 'ended'] as const;
const KINDS = ['stuffing', 'spraying'] as const;

type Query = Readonly<Record<string, string>>;

/** `GET /v1/campaigns`: attacks on many accounts, newest first. */
export function listCampaigns(
  app: FastifyInstance,
  { analytics, clock, guard }: Pick<RouteServices, 'analytics' | 'clock' | 'guard'>,
): void {
  app.get('/v1/campaigns', {
    schema: describeOperation({
      id: 'listCampaigns',
      tag: 'analysts',
      summary: 'Campaigns of credential stuffing and password spraying',
      description:
        'Newest start first, within 2 seconds of the attempt that raised them. Decisions within one have the reason `velocity.campaign`.',
      access: { scope: 'decisions:read', browser: true },
      query: {
        from: {
          type: 'string',
          format: 'date-time',
          description: 'Those seen at this time or later; 7 days before `to`, or now, by default.',
        },
        to: { type: 'string', format: 'date-time', description: 'Those begun before.' },
        state: { type: 'string', enum: [...STATES], description: 'Going on now, or over.' },
        kind: { type: 'string', enum: [...KINDS], description: 'As the rates say now.' },
        limit: {
          type: 'integer',
          minimum: 1,
          maximum: MAX_LIMIT,
          default: DEFAULT_LIMIT,
          description: 'Page size.',
        },
        cursor: { type: 'string', description: '`next_cursor` of the page before.' },
      },
      answers: { 200: { description: 'A page.', schema: CampaignListAnswer } },
      problems: ['invalid_parameter', 'invalid_cursor', 'analytics_unavailable'],
    }),
    onRequest: guard.keyOrSession('decisions:read'),
    handler: async (request, reply) => {
      const { tenant } = callerOf(request);
      const query = parseQuery(request, ['from', 'to', 'state', 'kind', 'limit', 'cursor']);
      const page = await analytics.campaigns(
        tenant,
        filterOf(query, clock()),
        limitOf(query.limit),
        query.cursor ?? null,
      );
      reply.header('cache-control', 'no-store');
      return renderCampaignPage(page);
    },
  });
}

function filterOf(query: Query, now_ms: number): CampaignFilter {
  const to_ms = query.to === undefined ? undefined : timeOf('to', query.to);
  const from_ms =
    query.from === undefined ? (to_ms ?? now_ms) - DEFAULT_WINDOW_MS : timeOf('from', query.from);
  if (to_ms !== undefined && from_ms >= to_ms) {
    throw new RequestRefused('invalid_parameter', '“from” must be before “to”.');
  }
  const state = oneOf('state', query.state, STATES);
  const kind = oneOf('kind', query.kind, KINDS);
  return {
    from_ms,
    ...(to_ms === undefined ? {} : { to_ms }),
    ...(state === undefined ? {} : { state }),
    ...(kind === undefined ? {} : { kind }),
  };
}

function timeOf(name: string, value: string): number {
  const at_ms = parseTime(value);
  if (at_ms === null) {
    throw new RequestRefused('invalid_parameter', `“${name}” must be an RFC 3339 time with an offset.`);
  }
  return at_ms;
}

function oneOf<const T extends string>(
  name: string,
  value: string | undefined,
  words: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (found === undefined) {
    throw new RequestRefused('invalid_parameter', `“${name}” is one of ${words.join(', ')}.`);
  }
  return found;
}

function limitOf(value: string | undefined): number {
  if (value === undefined) return DEFAULT_LIMIT;
  const limit = Number(value);
  if (!/^\d{1,3}$/.test(value) || limit < 1 || limit > MAX_LIMIT) {
    throw new RequestRefused('invalid_parameter', `“limit” is a whole number from 1 to ${MAX_LIMIT}.`);
  }
  return limit;
}
