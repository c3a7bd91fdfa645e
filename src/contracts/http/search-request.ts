import Type, { type Static } from 'typebox';
import { Absent, CLOSED, OneOf, Time } from './schema-parts.ts';

export const DEFAULT_SEARCH_LIMIT = 50;
export const MAX_SEARCH_LIMIT = 200;

const Id = (maxLength: number, description: string) =>
  Absent(Type.String({ minLength: 1, maxLength, description }));

/** The body of `POST /v1/decisions/search`. Everything is optional; what is given must all hold. */
export const SearchRequest = Type.Object(
  {
    user_id: Id(256, 'As sent in `user.id`.'),
    ip: Id(64, 'IPv4 or IPv6 address.'),
    device_id: Absent(Type.String({ minLength: 1, description: 'As sent in `device.id`.' })),
    session_id: Absent(Type.String({ minLength: 1, description: 'As sent in `session.id`.' })),
    event_id: Id(128, 'As sent.'),
    attempt_id: Id(128, 'As sent.'),
    action: Absent(OneOf(['allow', 'challenge', 'block'], { description: 'As answered.' })),
    level: Absent(OneOf(['low', 'medium', 'high'], { description: 'As answered.' })),
    reason: Absent(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'A reason code.',
        examples: ['location.impossible_travel'],
      }),
    ),
    country: Absent(
      Type.String({ minLength: 2, maxLength: 2, description: 'ISO 3166-1 alpha-2.', examples: ['NZ'] }),
    ),
    asn: Absent(
      Type.Integer({
        minimum: 0,
        maximum: 4_294_967_295,
        description: 'Autonomous system number (RFC 6793).',
        examples: [64_496],
      }),
    ),
    from: Absent(Time('Inclusive, by `occurred_at`.')),
    to: Absent(Time('Exclusive, by `occurred_at`.')),
    limit: Absent(
      Type.Integer({
        minimum: 1,
        maximum: MAX_SEARCH_LIMIT,
        description: `Rows a page; ${DEFAULT_SEARCH_LIMIT} when absent.`,
      }),
    ),
    cursor: Absent(
      Type.String({ minLength: 1, maxLength: 1_024, description: '`next_cursor` of the page before.' }),
    ),
  },
  { ...CLOSED, $id: 'SearchRequest', title: 'SearchRequest' },
);
export type SearchRequest = Static<typeof SearchRequest>;
