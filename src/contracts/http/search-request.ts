import Type, { type Static, type TSchema } from 'typebox';
import { EVENT_STATUSES, EVENT_TYPES } from '../../core/event.ts';
import { FEEDBACK_VERDICTS } from './feedback-request.ts';
import { Absent, CLOSED, OneOf, Time } from './schema-parts.ts';

export const DEFAULT_SEARCH_LIMIT = 50;
export const MAX_SEARCH_LIMIT = 200;
export const DEFAULT_LIST_LIMIT = 100;
export const MAX_LIST_LIMIT = 500;

export const RECORD_SOURCES = ['risk', 'event', 'import', 'dry_run', 'replay'] as const;

const ACTIONS = ['allow', 'challenge', 'block'] as const;
const LEVELS = ['low', 'medium', 'high'] as const;

const AnyOf = <T extends TSchema>(item: T) =>
  Absent(Type.Array(item, { maxItems: 20, description: 'Any of these; an empty list asks for nothing.' }));
const Id = (maxLength: number, description: string) =>
  Absent(Type.String({ minLength: 1, maxLength, description }));

/** What decisions can be narrowed to. Everything is optional; what is given must all hold. */
export const FILTER_FIELDS = {
  user_id: Id(256, 'As sent in `user.id`.'),
  ip: Id(64, 'IPv4 or IPv6 address.'),
  network: Id(64, 'The /24 (IPv4) or /48 (IPv6), as in `facts.network`.'),
  tls_fingerprint: Id(128, 'As sent in `context.tls_fingerprint`.'),
  login_key: Id(64, 'As in `login_key` of a row: the keyed hash of the name that was typed.'),
  device_id: Absent(Type.String({ minLength: 1, description: 'As sent in `device.id`.' })),
  device_key: Id(64, 'As in `event.device.key`: the keyed hash of the device id.'),
  session_id: Absent(Type.String({ minLength: 1, description: 'As sent in `session.id`.' })),
  event_id: Id(128, 'As sent.'),
  attempt_id: Id(128, 'As sent.'),
  action: Absent(OneOf(ACTIONS, { description: 'As answered.' })),
  actions: AnyOf(OneOf(ACTIONS, { description: 'As answered.' })),
  level: Absent(OneOf(LEVELS, { description: 'As answered.' })),
  levels: AnyOf(OneOf(LEVELS, { description: 'As answered.' })),
  reason: Id(128, 'A reason code.'),
  reasons: AnyOf(Type.String({ minLength: 1, maxLength: 128, examples: ['location.impossible_travel'] })),
  country: Absent(
    Type.String({ minLength: 2, maxLength: 2, description: 'ISO 3166-1 alpha-2.', examples: ['NZ'] }),
  ),
  countries: AnyOf(Type.String({ minLength: 2, maxLength: 2, examples: ['NZ'] })),
  asn: Absent(
    Type.Integer({
      minimum: 0,
      maximum: 4_294_967_295,
      description: 'Autonomous system number (RFC 6793).',
      examples: [64_496],
    }),
  ),
  application: Id(128, 'As sent in `application.id`.'),
  type: Absent(OneOf(EVENT_TYPES, { description: 'What was tried.' })),
  types: AnyOf(OneOf(EVENT_TYPES, { description: 'What was tried.' })),
  status: Absent(OneOf(EVENT_STATUSES, { description: 'How it went.' })),
  statuses: AnyOf(OneOf(EVENT_STATUSES, { description: 'How it went.' })),
  source: Absent(OneOf(RECORD_SOURCES, { description: 'How the decision came to be.' })),
  sources: AnyOf(OneOf(RECORD_SOURCES, { description: 'How the decision came to be.' })),
  browser: Id(128, 'Family, as in `facts.browser`; `none`: no browser was recognised.'),
  os: Id(128, 'Family, as in `facts.os`.'),
  method: Id(128, 'Of the first factor, as in `authentication.method`.'),
  mode: Absent(OneOf(['enforce', 'monitor'], { description: 'Of the policy at that time.' })),
  degraded: Absent(Type.Boolean({ description: 'Whether facts were missing.' })),
  score_min: Absent(Type.Number({ minimum: 0, maximum: 1, description: 'Inclusive.' })),
  score_max: Absent(Type.Number({ minimum: 0, maximum: 1, description: 'Exclusive; 1 includes 1.' })),
  resolution: Absent(
    OneOf(['passed', 'not_passed', 'unanswered'], {
      description: 'What was reported of the challenge; `unanswered`: nothing so far.',
    }),
  ),
  verdict: Absent(OneOf(FEEDBACK_VERDICTS, { description: 'The verdict that stands.' })),
  text: Absent(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description:
        'Words that must all occur, in any case, in user id, address, user agent, AS name, place, ids or reasons.',
      examples: ['firefox auckland'],
    }),
  ),
  from: Absent(Time('Inclusive, by `occurred_at`.')),
  to: Absent(Time('Exclusive, by `occurred_at`.')),
};

const pageFields = (defaultLimit: number, maxLimit: number) => ({
  limit: Absent(
    Type.Integer({
      minimum: 1,
      maximum: maxLimit,
      description: `Rows a page; ${defaultLimit} when absent.`,
    }),
  ),
  cursor: Absent(
    Type.String({ minLength: 1, maxLength: 1_024, description: '`next_cursor` of the page before.' }),
  ),
});

/** What decisions can be narrowed to, where there are no pages. */
export const DecisionFilterRequest = Type.Object(FILTER_FIELDS, { ...CLOSED, title: 'DecisionFilter' });
export type DecisionFilterRequest = Static<typeof DecisionFilterRequest>;

/** The body of `POST /v1/decisions/search`. */
export const SearchRequest = Type.Object(
  { ...FILTER_FIELDS, ...pageFields(DEFAULT_SEARCH_LIMIT, MAX_SEARCH_LIMIT) },
  { ...CLOSED, $id: 'SearchRequest', title: 'SearchRequest' },
);
export type SearchRequest = Static<typeof SearchRequest>;

/** The body of `POST /v1/decisions/list`. */
export const ListRequest = Type.Object(
  { ...FILTER_FIELDS, ...pageFields(DEFAULT_LIST_LIMIT, MAX_LIST_LIMIT) },
  { ...CLOSED, $id: 'ListRequest', title: 'ListRequest' },
);
export type ListRequest = Static<typeof ListRequest>;
