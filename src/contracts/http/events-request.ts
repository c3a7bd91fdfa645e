import Type, { type Static } from 'typebox';
import { EVENT_FIELDS } from './risk-request.ts';
import { Absent, CLOSED, OneOf } from './schema-parts.ts';

/** The body of `POST /v1/events`. */
export const EventsRequest = Type.Object(
  {
    ...EVENT_FIELDS,
    disposition: Absent(
      OneOf(['accepted', 'rejected'], {
        description: 'What the caller did by itself. An accepted event teaches provisionally.',
        examples: ['accepted'],
      }),
    ),
  },
  {
    ...CLOSED,
    $id: 'EventsRequest',
    title: 'EventsRequest',
    description: 'An event to record without a verdict: failed logins, history, repair after an outage.',
  },
);
export type EventsRequest = Static<typeof EventsRequest>;
