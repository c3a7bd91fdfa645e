import Type, { type Static } from 'typebox';
import { WarningAnswer } from './decision-answer.ts';

/** The answer of `POST /v1/events`, 202. */
export const EventsAnswer = Type.Object(
  {
    id: Type.String({
      description: 'The decision under which the event was recorded.',
      examples: ['dec_019…'],
    }),
    warnings: Type.Array(WarningAnswer),
  },
  { $id: 'EventsAnswer', title: 'EventsAnswer' },
);
export type EventsAnswer = Static<typeof EventsAnswer>;
