import Type, { type Static } from 'typebox';
import { DecisionRowAnswer } from './decision-row-answer.ts';
import { Absent, CLOSED, Nullable, OneOf, Shared, Time } from './schema-parts.ts';

export const DEFAULT_REVIEW_LIMIT = 50;
export const MAX_REVIEW_LIMIT = 100;

const KINDS = [
  'challenge_denied',
  'contradiction',
  'blocked_with_password',
  'high_risk_allowed',
  'challenge_failed',
  'risky_user',
] as const;
const Kind = OneOf(KINDS, { description: 'Why a person should look.' });

/** The body of `POST /v1/review-queue`. */
export const ReviewRequest = Type.Object(
  {
    from: Absent(Time('Inclusive; 7 days before `to` when absent.')),
    to: Absent(Time('Exclusive; now when absent.')),
    kinds: Absent(Type.Array(Kind, { maxItems: KINDS.length, description: 'Only these.' })),
    limit: Absent(
      Type.Integer({
        minimum: 1,
        maximum: MAX_REVIEW_LIMIT,
        description: `${DEFAULT_REVIEW_LIMIT} when absent.`,
      }),
    ),
    cursor: Absent(
      Type.String({
        minLength: 1,
        maxLength: 1_024,
        description: '`next_cursor` of the page before, with the same `kinds`, `from` and `to`.',
      }),
    ),
  },
  { ...CLOSED, $id: 'ReviewRequest', title: 'ReviewRequest' },
);
export type ReviewRequest = Static<typeof ReviewRequest>;

/** The answer of `POST /v1/review-queue`. */
export const ReviewAnswer = Type.Object(
  {
    data: Type.Array(
      Type.Object(
        {
          decision: Shared(DecisionRowAnswer),
          kind: Kind,
          priority: Type.Integer({ description: '0 to 100; the queue is sorted by it.' }),
          why: Type.Array(Type.Object({ code: Kind, message: Type.String() }, { title: 'ReviewReason' }), {
            description: 'The strongest first.',
          }),
          also: Type.Array(Kind, { description: 'Further kinds that apply.' }),
          user: Nullable(
            Type.Object(
              {
                user_id: Type.String(),
                open: Type.Integer({ description: 'Decisions of this user that wait, this one included.' }),
              },
              { title: 'ReviewUser' },
            ),
          ),
        },
        { title: 'ReviewItem' },
      ),
      { description: 'One item a user: the one that matters most.' },
    ),
    total: Type.Integer({ description: 'Items that wait, beyond this page too.' }),
    totals: Type.Array(
      Type.Object(
        { kind: Kind, total: Type.Integer({ description: 'Items that wait.' }) },
        { title: 'ReviewTotal' },
      ),
      { description: 'By their `kind`; kinds without items are left out.' },
    ),
    next_cursor: Nullable(
      Type.String({ description: '`null` at the end; what is judged meanwhile leaves the pages to come.' }),
    ),
    ordering: Type.String({ description: 'How the queue is sorted, in one sentence.' }),
  },
  { $id: 'ReviewQueue', title: 'ReviewQueue' },
);
export type ReviewAnswer = Static<typeof ReviewAnswer>;
