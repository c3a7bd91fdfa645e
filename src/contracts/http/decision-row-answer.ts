import Type, { type Static } from 'typebox';
import { EVENT_STATUSES, EVENT_TYPES } from '../../core/event.ts';
import { FEEDBACK_VERDICTS } from './feedback-request.ts';
import { Nullable, OneOf, Shared, Time } from './schema-parts.ts';
import { RECORD_SOURCES } from './search-request.ts';

const MaybeText = (description: string) => Nullable(Type.String({ description }));
const MaybeNumber = (description: string) => Nullable(Type.Number({ description }));
const ACTIONS = ['allow', 'challenge', 'block'] as const;

/** What lists, the live stream and exports show of a decision. */
export const DecisionRowAnswer = Type.Object(
  {
    id: Type.String({ examples: ['dec_019…'] }),
    occurred_at: Time('When it happened, by the caller.'),
    recorded_at: Time('When Gatehouse received it.'),
    source: OneOf(RECORD_SOURCES, { description: 'How the decision came to be.' }),
    type: OneOf(EVENT_TYPES, { description: 'What was tried.' }),
    status: OneOf(EVENT_STATUSES, { description: 'How it went.' }),
    application: Type.String({ description: 'As sent, or `default`.' }),
    event_id: MaybeText('As sent.'),
    attempt_id: MaybeText('As sent.'),
    user_id: MaybeText('As sent.'),
    ip: Type.String({ description: 'In canonical form.', examples: ['203.0.113.7'] }),
    network: Type.String({ description: 'The /24 (IPv4) or /48 (IPv6).' }),
    country: MaybeText('ISO 3166-1 alpha-2.'),
    region: MaybeText('As the source gives it.'),
    city: MaybeText('Name.'),
    latitude: MaybeNumber('Degrees north.'),
    longitude: MaybeNumber('Degrees east.'),
    asn: MaybeNumber('Autonomous system number.'),
    as_name: MaybeText('Its name.'),
    network_classes: Type.Array(Type.String(), { description: 'As in `facts.network_classes`.' }),
    device_key: MaybeText('Keyed hash of the device id.'),
    browser: MaybeText('Family.'),
    browser_major: MaybeNumber('Major version.'),
    os: MaybeText('Family.'),
    device_type: MaybeText('`desktop`, `mobile`, `tablet`, `bot` or `other`.'),
    user_agent: MaybeText('As kept.'),
    method: MaybeText('Of the first factor.'),
    score: Type.Number({ description: '0 to 1.' }),
    level: OneOf(['low', 'medium', 'high'], { description: 'As answered.' }),
    action: OneOf(ACTIONS, { description: 'As answered.' }),
    enforced: OneOf(ACTIONS, { description: 'What enforcement answers; differs in monitor mode only.' }),
    mode: OneOf(['enforce', 'monitor'], { description: 'Of the policy at that time.' }),
    rule: Type.String({ description: 'Of the policy.' }),
    reasons: Type.Array(Type.String(), { description: 'Codes.' }),
    confidence: OneOf(['low', 'medium', 'high'], { description: 'As answered.' }),
    degraded: Type.Boolean({ description: 'Whether facts were missing.' }),
    learning: OneOf(['full', 'provisional', 'none'], { description: 'As answered.' }),
    challenge_kind: Nullable(
      OneOf(['second_factor', 'friction'], { description: '`null`: no challenge was issued.' }),
    ),
    resolution: Nullable(
      OneOf(['pending', 'passed', 'not_passed', 'expired'], {
        description: '`null`: there was no challenge.',
      }),
    ),
    final_action: Nullable(
      OneOf(['allow', 'block'], { description: 'What holds in the end; `null` while that is open.' }),
    ),
    verdict: Nullable(OneOf(FEEDBACK_VERDICTS, { description: 'The verdict that stands.' })),
    login_key: MaybeText(
      'Keyed hash of the name that was typed, where no user is named: what was tried with the same name.',
    ),
  },
  { $id: 'DecisionRow', title: 'DecisionRow' },
);
export type DecisionRowAnswer = Static<typeof DecisionRowAnswer>;

/** Columns of an export, in their order. */
export const DECISION_ROW_COLUMNS = Object.keys(
  DecisionRowAnswer.properties,
) as readonly (keyof DecisionRowAnswer)[];

/** The answer of `POST /v1/decisions/list`. */
export const DecisionRowListAnswer = Type.Object(
  {
    data: Type.Array(Shared(DecisionRowAnswer), { description: 'Newest first.' }),
    next_cursor: Nullable(Type.String({ description: '`null` at the end.' })),
  },
  { $id: 'DecisionRowList', title: 'DecisionRowList' },
);
export type DecisionRowListAnswer = Static<typeof DecisionRowListAnswer>;

const Related = (description: string) =>
  Type.Object(
    {
      total: Type.Integer({ description: 'Within 30 days before and after.' }),
      data: Type.Array(Shared(DecisionRowAnswer), { description: 'The newest of them.' }),
    },
    { title: 'RelatedDecisions', description },
  );

/** The answer of `GET /v1/decisions/{id}/related`. */
export const RelatedAnswer = Type.Object(
  {
    previous: Nullable(Shared(DecisionRowAnswer)),
    user: Nullable(Related('Of the same user.')),
    address: Related('From the same address.'),
    device: Nullable(Related('On the same device.')),
  },
  { $id: 'Related', title: 'Related' },
);
export type RelatedAnswer = Static<typeof RelatedAnswer>;
