import Type, { type Static } from 'typebox';
import { EVENT_STATUSES, EVENT_TYPES } from '../../core/event.ts';
import { DECISION_FIELDS } from './decision-answer.ts';
import { FEEDBACK_SCOPES, FEEDBACK_SOURCES, FEEDBACK_VERDICTS } from './feedback-request.ts';
import { RESOLUTION_FIELDS } from './outcome-answer.ts';
import { OUTCOME_STATUSES } from './outcome-request.ts';
import { FreeForm, Nullable, OneOf, Shared, Time } from './schema-parts.ts';

const MaybeText = (description: string) => Nullable(Type.String({ description }));
const MaybeNumber = (description: string) => Nullable(Type.Number({ description }));
const Texts = (description: string) => Type.Array(Type.String(), { description });

const RecordedEvent = Type.Object(
  {
    type: OneOf(EVENT_TYPES, { description: 'What was tried.' }),
    status: OneOf(EVENT_STATUSES, { description: 'How it went.' }),
    occurred_at: Time('When it happened, by the caller.'),
    recorded_at: Time('When Gatehouse received it.'),
    attempt_id: MaybeText('As sent.'),
    user: Type.Object(
      {
        id: MaybeText('As sent.'),
        registered_at: Nullable(Time('As sent.')),
        challenge_methods: Nullable(Texts('As sent; `null`: unknown.')),
      },
      { title: 'RecordedUser' },
    ),
    context: Type.Object(
      {
        ip: Type.String({ description: 'In canonical form.', examples: ['203.0.113.7'] }),
        user_agent: MaybeText('As kept.'),
        headers: Nullable(
          Type.Unsafe<Record<string, string>>({
            type: 'object',
            additionalProperties: { type: 'string' },
            description: 'Those that are kept, with lower-case names.',
          }),
        ),
        rtt_ms: MaybeNumber('As sent.'),
        tls_fingerprint: MaybeText('As sent.'),
      },
      { title: 'RecordedContext' },
    ),
    device: Nullable(
      Type.Object(
        {
          key: MaybeText('Keyed hash of the device id; `null`: no id came.'),
          presented: Nullable(Type.Boolean({ description: 'As sent.' })),
          bound: Nullable(Type.Boolean({ description: 'As sent.' })),
        },
        { title: 'RecordedDevice' },
      ),
    ),
    session: Nullable(
      Type.Object(
        {
          key: MaybeText('Keyed hash of the session id.'),
          created_at: Nullable(Time('As sent.')),
          authenticated_at: Nullable(Time('As sent.')),
        },
        { title: 'RecordedSession' },
      ),
    ),
    application: Type.Object(
      { id: Type.String({ description: 'As sent, or `default`.' }) },
      { title: 'RecordedApplication' },
    ),
    authentication: Type.Object(
      {
        method: MaybeText('As sent.'),
        amr: Texts('As kept.'),
        acr: MaybeText('As kept.'),
        idp: Nullable(
          Type.Object(
            { id: Type.String({ description: 'As sent.' }), kind: MaybeText('As sent.') },
            { title: 'RecordedIdentityProvider' },
          ),
        ),
        credential_compromised: Type.Boolean({ description: 'As sent.' }),
      },
      { title: 'RecordedAuthentication' },
    ),
    properties: Nullable(FreeForm('As sent.')),
    disposition: Nullable(
      OneOf(['accepted', 'rejected'], { description: 'What the caller did by itself, if it said so.' }),
    ),
  },
  { title: 'RecordedEvent' },
);

const RecordedFacts = Type.Object(
  {
    country: MaybeText('ISO 3166-1 alpha-2.'),
    region: MaybeText('ISO 3166-2 subdivision or name, as the source gives it.'),
    city: MaybeText('Name.'),
    latitude: MaybeNumber('Degrees north.'),
    longitude: MaybeNumber('Degrees east.'),
    accuracy_km: MaybeNumber('Radius within which the true place lies, as the source states it.'),
    asn: MaybeNumber('Autonomous system number.'),
    as_name: MaybeText('Its name.'),
    address_kind: Type.String({ description: '`public`, `private`, `cgnat`, `loopback` …' }),
    network: Type.String({ description: 'The /24 (IPv4) or /48 (IPv6).', examples: ['203.0.113.0/24'] }),
    network_classes: Texts('Of `hosting`, `vpn`, `tor`, `relay`, `residential_proxy`, `mobile`.'),
    blocklists: Texts('Names of the lists that hold the address.'),
    browser: MaybeText('Family.'),
    browser_major: MaybeNumber('Major version.'),
    os: MaybeText('Family.'),
    os_version: MaybeText('As the client states it.'),
    device_type: MaybeText('`desktop`, `mobile`, `tablet`, `bot` or `other`.'),
    automation: MaybeText('`headless`, `crawler` or `library`.'),
    profile_logins: MaybeNumber(
      'Accepted logins in the profile before this event; `null`: not read, or none.',
    ),
    address_users: MaybeNumber('Users with accepted logins at this address in the last 30 days.'),
  },
  { title: 'Facts', description: 'What was known about address and client at that time.' },
);

const OutcomeView = Type.Object(
  {
    status: OneOf(OUTCOME_STATUSES, { description: 'As reported.' }),
    method: MaybeText('As reported.'),
    attempts: MaybeNumber('As reported.'),
    occurred_at: Time('When the challenge ended, by the caller.'),
    recorded_at: Time('When it was reported.'),
  },
  { title: 'Outcome' },
);

const FeedbackView = Type.Object(
  {
    verdict: OneOf(FEEDBACK_VERDICTS, { description: 'What it was.' }),
    source: OneOf(FEEDBACK_SOURCES, { description: 'Who says so.' }),
    scope: OneOf(FEEDBACK_SCOPES, { description: 'How far `compromised` reaches.' }),
    actor: Nullable(
      Type.Object(
        { type: Type.String({ description: 'As sent.' }), id: MaybeText('As sent.') },
        { title: 'FeedbackActor' },
      ),
    ),
    note: MaybeText('As sent.'),
    recorded_at: Time('When it was given.'),
  },
  { title: 'Feedback' },
);

const DECISION_VIEW_FIELDS = {
  ...DECISION_FIELDS,
  ...RESOLUTION_FIELDS,
  source: OneOf(['risk', 'event', 'import', 'dry_run', 'replay'], {
    description:
      'How the decision came to be: asked, reported, reported as history, judged only, from a file.',
  }),
  event: RecordedEvent,
  facts: RecordedFacts,
  outcome: Nullable(OutcomeView),
  feedback: Type.Array(FeedbackView, { description: 'Oldest first.' }),
};

/** The answer of `GET /v1/decisions/{id}`, of feedback, and the rows of searches. */
export const DecisionViewAnswer = Type.Object(DECISION_VIEW_FIELDS, {
  $id: 'DecisionRecord',
  title: 'DecisionRecord',
});
export type DecisionViewAnswer = Static<typeof DecisionViewAnswer>;

/** The answer of `POST /v1/decisions/search`. */
export const DecisionListAnswer = Type.Object(
  {
    data: Type.Array(Shared(DecisionViewAnswer), { description: 'Newest first.' }),
    next_cursor: Nullable(Type.String({ description: '`null` at the end.' })),
  },
  { $id: 'DecisionList', title: 'DecisionList' },
);
export type DecisionListAnswer = Static<typeof DecisionListAnswer>;
