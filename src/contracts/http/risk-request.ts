import Type, { type Static } from 'typebox';
import { CHALLENGE_METHODS, EVENT_STATUSES, EVENT_TYPES } from '../../core/event.ts';
import { FIRST_FACTOR_METHODS } from './first-factor-methods.ts';
import { Absent, CLOSED, FreeForm, OneOf, Time } from './schema-parts.ts';

/** Serialized size up to which `properties` is accepted. */
export const MAX_PROPERTIES_BYTES = 4_096;

const FROM_THE_END_USER =
  'An end user can influence it, so an odd value never fails the call: it is cut or cleaned and named in `warnings`.';

const User = Type.Object(
  {
    id: Absent(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: 'The user, as the auth server knows them. Required when `status` is `succeeded`.',
        examples: ['u_42'],
      }),
    ),
    login: Absent(
      Type.String({
        description: `What was typed as login name. Kept only as a keyed hash, because people type passwords there. Send it beside \`id\` once it resolves to a user. ${FROM_THE_END_USER}`,
        examples: ['ada@example.org'],
      }),
    ),
    email: Absent(
      Type.String({
        description: 'Accepted for the convenience of callers and not kept.',
        examples: ['ada@example.org'],
      }),
    ),
    registered_at: Absent(
      Time('When the account was made. Tells an old account without history here from a fresh one.'),
    ),
    challenge_methods: Absent(
      Type.Array(Type.String({ maxLength: 64 }), {
        maxItems: 32,
        description: `What the user can be challenged with: ${CHALLENGE_METHODS.join(', ')} or \`x_…\` of your own. Absent: unknown. \`[]\`: none. Others are left out and named in \`warnings\`.`,
        examples: [['webauthn', 'totp']],
      }),
    ),
  },
  { ...CLOSED, title: 'User', description: 'Who it is, or claims to be.' },
);

const Context = Type.Object(
  {
    ip: Type.String({
      minLength: 1,
      maxLength: 64,
      description:
        'IPv4 or IPv6 address of the end user, without zone or port. The only source of the address: headers are never asked.',
      examples: ['203.0.113.7'],
    }),
    user_agent: Absent(
      Type.String({
        description: `The \`user-agent\` header as received; 1,024 characters are kept. ${FROM_THE_END_USER}`,
        examples: ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
      }),
    ),
    headers: Absent(
      Type.Unsafe<Record<string, string | null>>({
        type: 'object',
        additionalProperties: { type: ['string', 'null'] },
        description: `Request headers of the end user. Only \`accept*\`, \`sec-ch-ua*\`, \`sec-fetch-*\` and \`dnt\` are kept, each up to 512 characters. \`cookie\` and \`authorization\` are dropped while parsing: do not send them. ${FROM_THE_END_USER}`,
        examples: [{ 'accept-language': 'en-GB' }],
      }),
    ),
    rtt_ms: Absent(
      Type.Integer({
        description:
          "Round-trip time in milliseconds, end to end from the user's page to the auth server. Impossible values are left out and named in `warnings`.",
        examples: [38],
      }),
    ),
    tls_fingerprint: Absent(
      Type.String({
        description: `Fingerprint of the TLS client hello, for example JA4; 128 characters are kept. ${FROM_THE_END_USER}`,
        examples: ['t13d1516h2_8daaf6152771'],
      }),
    ),
  },
  { ...CLOSED, title: 'Context', description: 'Where the request came from.' },
);

const Device = Type.Object(
  {
    id: Absent(
      Type.String({
        description: `At least 128 random bits issued by the auth server, usually in a first-party cookie. Trusted per user only. Kept as a keyed hash. ${FROM_THE_END_USER}`,
        examples: ['1f0c9a52-6d1f-4f0e-9a41-3a5c2a8f1b77'],
      }),
    ),
    presented: Absent(
      Type.Boolean({
        description:
          'Whether the id came with the request. `false`: no cookie came and the id is newly issued.',
        examples: [true],
      }),
    ),
    fingerprint: Absent(
      Type.String({
        description: `A browser fingerprint. It can raise the risk, never lower it. Kept as a keyed hash. ${FROM_THE_END_USER}`,
      }),
    ),
    bound: Absent(
      Type.Boolean({
        description:
          'Possession of a hardware-bound key was proved in this very request. `false`: not shown this time. Absent: the application binds no devices.',
        examples: [false],
      }),
    ),
  },
  {
    ...CLOSED,
    title: 'Device',
    description:
      'The device. Leave it out when devices are not collected; send `{}` when they are and none came.',
  },
);

const Session = Type.Object(
  {
    id: Absent(Type.String({ description: `Kept as a keyed hash. ${FROM_THE_END_USER}`, examples: ['s_9'] })),
    created_at: Absent(Time('When the session began.')),
    authenticated_at: Absent(Time('When the user last proved who they are in this session.')),
  },
  { ...CLOSED, title: 'LoginSession' },
);

const Application = Type.Object(
  {
    id: Absent(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description: 'The application that the user logs in to; `default` when absent.',
        examples: ['web'],
      }),
    ),
  },
  { ...CLOSED, title: 'Application' },
);

const IdentityProvider = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 256, examples: ['google'] }),
    kind: Absent(Type.String({ maxLength: 64, examples: ['social'] })),
  },
  { ...CLOSED, title: 'IdentityProvider', description: 'Who vouched for the user in a federated login.' },
);

const AuthenticationClaim = Type.Object(
  {
    method: Absent(
      Type.String({
        description: `The first factor: ${FIRST_FACTOR_METHODS.join(', ')} or \`x_…\` of your own.`,
        examples: ['password'],
      }),
    ),
    amr: Absent(
      Type.Array(Type.String(), {
        description: 'Authentication method references (RFC 8176); 16 of up to 64 characters are kept.',
        examples: [['pwd']],
      }),
    ),
    acr: Absent(
      Type.String({
        description:
          'Authentication context class reference (OpenID Connect Core 1.0), up to 256 characters.',
        examples: ['phr'],
      }),
    ),
    idp: Absent(IdentityProvider),
    credential_compromised: Absent(
      Type.Boolean({
        description: 'The credential just presented is known to be leaked.',
        examples: [false],
      }),
    ),
  },
  { ...CLOSED, title: 'Authentication', description: 'How the user proved who they are.' },
);

/** Fields that `/v1/risk` and `/v1/events` share. */
export const EVENT_FIELDS = {
  event_id: Absent(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description:
        'Made by the calling server, unique per tenant and endpoint. The same id with the same body within 24 h returns the first decision again; with another body it is refused with 422.',
      examples: ['login-8f1c'],
    }),
  ),
  attempt_id: Absent(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description:
        'Joins the events of one try (attempted, then failed or succeeded, then challenge), so that it counts once.',
      examples: ['att-77'],
    }),
  ),
  type: Absent(
    OneOf(EVENT_TYPES, { description: 'What was tried; `login` when absent.', examples: ['login'] }),
  ),
  status: Absent(
    OneOf(EVENT_STATUSES, {
      description:
        '`succeeded` (when absent): the first factor, or for other types the act, was verified. `failed`. `attempted`: not verified yet.',
      examples: ['succeeded'],
    }),
  ),
  occurred_at: Absent(
    Time(
      'When it happened; now when absent. Up to 5 min ahead and 24 h back; further back needs the scope `import`.',
    ),
  ),
  user: Absent(User),
  context: Context,
  device: Absent(Device),
  session: Absent(Session),
  application: Absent(Application),
  authentication: Absent(AuthenticationClaim),
  properties: Absent(FreeForm('Free-form data of the caller, up to 4 KiB as JSON. Kept, never judged.')),
};

/** The body of `POST /v1/risk`. */
export const RiskRequest = Type.Object(EVENT_FIELDS, {
  ...CLOSED,
  $id: 'RiskRequest',
  title: 'RiskRequest',
  description: 'One authentication attempt. `null` means absent; `[]` is accepted where a map is expected.',
  examples: [
    {
      event_id: 'login-8f1c',
      type: 'login',
      status: 'succeeded',
      user: { id: 'u_42', challenge_methods: ['webauthn', 'totp'] },
      context: { ip: '203.0.113.7', user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' },
      device: { id: '1f0c9a52-6d1f-4f0e-9a41-3a5c2a8f1b77', presented: true },
      application: { id: 'web' },
      authentication: { method: 'password', amr: ['pwd'] },
    },
  ],
});
export type RiskRequest = Static<typeof RiskRequest>;
