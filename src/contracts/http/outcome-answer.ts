import Type, { type Static } from 'typebox';
import { DECISION_FIELDS } from './decision-answer.ts';
import { Nullable, OneOf } from './schema-parts.ts';

/** What became of a decision. */
export const RESOLUTION_FIELDS = {
  resolution: Nullable(
    OneOf(['pending', 'passed', 'not_passed', 'expired'], {
      description: 'What became of the challenge; `null` when there was none.',
    }),
  ),
  final_action: Nullable(
    OneOf(['allow', 'block'], {
      description: 'What holds in the end; `null` while a challenge is pending. `action` never changes.',
    }),
  ),
};

/** The answer of `POST /v1/challenges/{id}/outcome`. */
export const OutcomeAnswer = Type.Object(
  { ...DECISION_FIELDS, ...RESOLUTION_FIELDS },
  { $id: 'OutcomeAnswer', title: 'OutcomeAnswer' },
);
export type OutcomeAnswer = Static<typeof OutcomeAnswer>;
