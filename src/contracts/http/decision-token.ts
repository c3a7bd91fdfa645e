import Type, { type Static } from 'typebox';
import { EVENT_STATUSES, EVENT_TYPES } from '../../core/event.ts';
import { Nullable, OneOf } from './schema-parts.ts';

/** Value of the `typ` header of decision tokens. */
export const DECISION_TOKEN_TYPE = 'risk-decision+jwt';
/** How long a decision token is valid. */
export const DECISION_TOKEN_LIFETIME_s = 60;

/** Claims of a decision token: a compact JWS signed with ES256. No address, mail, score or reason. */
export const DecisionTokenClaims = Type.Object(
  {
    iss: Type.String({ description: 'This service.' }),
    aud: Type.String({ description: 'The application.' }),
    tenant: Type.String(),
    sub: Type.Optional(Type.String({ description: '`user.id` as sent.' })),
    sid: Type.Optional(Type.String({ description: 'The session.' })),
    jti: Type.String({ description: 'The decision.' }),
    event_id: Nullable(Type.String({ description: 'As sent.' })),
    type: OneOf(EVENT_TYPES, { description: 'Of the event.' }),
    status: OneOf(EVENT_STATUSES, { description: 'Of the event.' }),
    action: OneOf(['allow', 'challenge', 'block'], {
      description: 'Proceed only on `allow` that is `final`.',
    }),
    final: Type.Boolean({ description: 'Nothing more is asked of the user.' }),
    mode: OneOf(['enforce', 'monitor'], { description: 'Of the policy.' }),
    chl: Nullable(Type.String({ description: 'The challenge.' })),
    acr_values: Nullable(Type.String({ description: 'What the challenge demands.' })),
    policy: Type.String({ examples: ['default@3'] }),
    req: Nullable(Type.String({ description: 'base64url SHA-256 of the body as received.' })),
    iat: Type.Integer({ description: 'Seconds since 1970-01-01.' }),
    exp: Type.Integer({ description: '60 s after `iat`.' }),
  },
  { $id: 'DecisionTokenClaims', title: 'DecisionTokenClaims' },
);
export type DecisionTokenClaims = Static<typeof DecisionTokenClaims>;

/** The answer of `GET /.well-known/jwks.json` (RFC 7517). */
export const JwksAnswer = Type.Object(
  {
    keys: Type.Array(
      Type.Object(
        {
          kty: Type.String({ examples: ['EC'] }),
          crv: Type.String({ examples: ['P-256'] }),
          x: Type.String(),
          y: Type.String(),
          kid: Type.String(),
          alg: Type.String({ examples: ['ES256'] }),
          use: Type.String({ examples: ['sig'] }),
        },
        { title: 'PublicKey' },
      ),
    ),
  },
  { $id: 'Jwks', title: 'Jwks' },
);
export type JwksAnswer = Static<typeof JwksAnswer>;
