import Type, { type Static } from 'typebox';
import { Absent, CLOSED, Time } from './schema-parts.ts';

/** The answer of `GET /v1/analytics/parked`. */
export const ParkedRowsAnswer = Type.Object(
  {
    data: Type.Array(
      Type.Object(
        {
          position: Type.String({ description: 'In the log: names the row when it is sent again.' }),
          kind: Type.String({
            description: 'Of the record: decision, outcome, feedback or forgotten_device.',
          }),
          decision_id: Type.String({
            description: 'The decision that it is, or speaks of; empty where there is none.',
          }),
          reason: Type.String({ description: 'Why analytics refused it.' }),
          recorded_at: Time('When it was recorded.'),
          parked_at: Time('When analytics refused it.'),
        },
        { title: 'RefusedRow' },
      ),
      { description: 'Of this tenant, oldest first, at most 1,000.' },
    ),
  },
  { $id: 'ParkedRows', title: 'ParkedRows' },
);
export type ParkedRowsAnswer = Static<typeof ParkedRowsAnswer>;

/** The body of `POST /v1/analytics/parked/resend`. */
export const ResendRequest = Type.Object(
  {
    positions: Absent(
      Type.Array(Type.String({ minLength: 1, maxLength: 16, description: 'As listed.' }), {
        maxItems: 1_000,
        description: 'Rows of the list; all of the tenant’s when absent.',
        examples: [['1795000000000064']],
      }),
    ),
  },
  { ...CLOSED, $id: 'ResendRequest', title: 'ResendRequest' },
);
export type ResendRequest = Static<typeof ResendRequest>;

/** The answer of `POST /v1/analytics/parked/resend`. */
export const ResendAnswer = Type.Object(
  {
    resent: Type.Integer({ description: 'Rows that went in; they are not parked any more.' }),
    refused: Type.Integer({ description: 'Rows that were refused once more; they stay parked.' }),
  },
  { $id: 'Resent', title: 'Resent' },
);
export type ResendAnswer = Static<typeof ResendAnswer>;
