import Type, { type Static } from 'typebox';

export const FieldError = Type.Object(
  {
    pointer: Type.String({
      description: 'JSON pointer (RFC 6901) into the body.',
      examples: ['/context/ip'],
    }),
    detail: Type.String({ description: 'For the developer of the caller.', examples: ['is required'] }),
  },
  { title: 'FieldError' },
);
export type FieldError = Static<typeof FieldError>;

/** Every error: RFC 9457, `application/problem+json`. */
export const ProblemAnswer = Type.Object(
  {
    type: Type.String({ format: 'uri-reference', description: 'Stable; names the kind of problem.' }),
    title: Type.String({ description: 'The kind of problem in words.' }),
    status: Type.Integer({ description: 'The HTTP status.', examples: [400] }),
    detail: Type.Optional(Type.String({ description: 'This very problem in words.' })),
    instance: Type.Optional(Type.String({ description: 'The request, for support.' })),
    errors: Type.Optional(Type.Array(FieldError, { description: 'For a bad body: what is wrong where.' })),
  },
  { $id: 'Problem', title: 'Problem', additionalProperties: true },
);
export type ProblemAnswer = Static<typeof ProblemAnswer>;
