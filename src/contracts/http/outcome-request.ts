import Type, { type Static } from 'typebox';
import { Absent, CLOSED, OneOf, Time } from './schema-parts.ts';

export const OUTCOME_STATUSES = ['succeeded', 'failed', 'denied', 'abandoned'] as const;

/** The body of `POST /v1/challenges/{id}/outcome`. */
export const OutcomeRequest = Type.Object(
  {
    status: OneOf(OUTCOME_STATUSES, {
      description: 'How the challenge ended. `denied`: the user refused the prompt.',
      examples: ['succeeded'],
    }),
    method: Absent(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'What was used; one of the methods of the challenge.',
        examples: ['webauthn'],
      }),
    ),
    user: Type.Object(
      { id: Type.String({ minLength: 1, maxLength: 256, examples: ['u_42'] }) },
      {
        ...CLOSED,
        title: 'OutcomeUser',
        description: 'Who was challenged; another user is refused with 409.',
      },
    ),
    attempts: Absent(
      Type.Integer({
        minimum: 0,
        maximum: 1_000,
        description: 'How often a code was entered, wrong ones included.',
        examples: [2],
      }),
    ),
    occurred_at: Absent(Time('When the challenge ended; now when absent. Reports may come up to 24 h late.')),
  },
  { ...CLOSED, $id: 'OutcomeRequest', title: 'OutcomeRequest' },
);
export type OutcomeRequest = Static<typeof OutcomeRequest>;
