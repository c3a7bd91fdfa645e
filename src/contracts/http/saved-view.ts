import Type, { type Static } from 'typebox';
import { CLOSED, Nullable, Shared, Time } from './schema-parts.ts';

const FIELDS = {
  name: Type.String({
    minLength: 1,
    maxLength: 80,
    description: 'Unique on its page.',
    examples: ['Blocked, last week'],
  }),
  page: Type.String({
    minLength: 1,
    maxLength: 32,
    description: 'Of the dashboards.',
    examples: ['decisions'],
  }),
  state: Type.String({
    maxLength: 4_096,
    description: 'The query of the page’s address.',
    examples: ['action=block&range=7d'],
  }),
};

/** The body of `POST /v1/views` and `PUT /v1/views/{id}`. */
export const SavedViewRequest = Type.Object(FIELDS, {
  ...CLOSED,
  $id: 'SavedViewRequest',
  title: 'SavedViewRequest',
});
export type SavedViewRequest = Static<typeof SavedViewRequest>;

/** A saved view. */
export const SavedViewAnswer = Type.Object(
  {
    id: Type.String({ examples: ['vw_019…'] }),
    ...FIELDS,
    created_at: Time('When it was made.'),
    updated_at: Time('When it was last changed.'),
  },
  { $id: 'SavedView', title: 'SavedView' },
);
export type SavedViewAnswer = Static<typeof SavedViewAnswer>;

/** The answer of `GET /v1/views`. */
export const SavedViewListAnswer = Type.Object(
  {
    data: Type.Array(Shared(SavedViewAnswer), { description: 'By page and name.' }),
    next_cursor: Nullable(Type.String({ description: 'Always `null`: the list comes whole.' })),
  },
  { $id: 'SavedViewList', title: 'SavedViewList' },
);
export type SavedViewListAnswer = Static<typeof SavedViewListAnswer>;
