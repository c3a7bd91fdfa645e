import { type Static, Type } from 'typebox';
import { SCOPES } from '../ports/key-store.ts';

/** The body of `POST /session`: exactly one of the two. */
export const SessionRequest = Type.Object(
  {
    link_token: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'The fragment of a one-time sign-in link.' }),
    ),
    api_key: Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: 'An API key.' })),
  },
  { $id: 'SessionRequest', title: 'SessionRequest', additionalProperties: false },
);
export type SessionRequest = Static<typeof SessionRequest>;

/** The answer of `GET` and `POST /session`. */
export const SessionAnswer = Type.Object(
  {
    tenant: Type.String({ examples: ['default'] }),
    scopes: Type.Array(Type.Unsafe<string>({ type: 'string', enum: [...SCOPES] }), {
      description: 'What the session may do.',
    }),
    expires_at: Type.String({ format: 'date-time' }),
  },
  { $id: 'Session', title: 'Session' },
);
export type SessionAnswer = Static<typeof SessionAnswer>;

export const SESSION_SCHEMAS = [SessionRequest, SessionAnswer];
