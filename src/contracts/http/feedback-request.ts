import Type, { type Static } from 'typebox';
import { Absent, CLOSED, OneOf } from './schema-parts.ts';

export const FEEDBACK_VERDICTS = ['legitimate', 'compromised', 'dismissed'] as const;
export const FEEDBACK_SOURCES = ['analyst', 'user'] as const;
export const FEEDBACK_SCOPES = ['device', 'session', 'decision'] as const;

/** Who acts, as the caller names them. */
export const Actor = Type.Object(
  {
    type: Type.String({ minLength: 1, maxLength: 64, examples: ['analyst'] }),
    id: Absent(Type.String({ minLength: 1, maxLength: 256, examples: ['analyst-7'] })),
  },
  { ...CLOSED, title: 'Actor' },
);

/** The body of `POST /v1/decisions/{id}/feedback`. */
export const FeedbackRequest = Type.Object(
  {
    verdict: OneOf(FEEDBACK_VERDICTS, { description: 'What it was.', examples: ['compromised'] }),
    source: OneOf(FEEDBACK_SOURCES, {
      description: 'Who says so. The latest verdict of an analyst wins.',
      examples: ['analyst'],
    }),
    scope: Absent(
      OneOf(FEEDBACK_SCOPES, {
        description: 'How far `compromised` reaches; `device` when absent.',
        examples: ['device'],
      }),
    ),
    actor: Absent(Actor),
    note: Absent(Type.String({ maxLength: 2_000, description: 'For colleagues.' })),
  },
  { ...CLOSED, $id: 'FeedbackRequest', title: 'FeedbackRequest' },
);
export type FeedbackRequest = Static<typeof FeedbackRequest>;
