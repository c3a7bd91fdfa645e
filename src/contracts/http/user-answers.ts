import Type, { type Static } from 'typebox';
import { DecisionViewAnswer } from './decision-view-answer.ts';
import { Nullable, OneOf, Shared, Time } from './schema-parts.ts';

const Habit = Type.Object(
  {
    value: Type.String({
      description: 'Readable where that is known (country, AS number, browser family), else a short hash.',
    }),
    weight: Type.Number({ description: 'Accepted logins with it, decayed by age.' }),
    first_seen: Time('By `occurred_at`.'),
    last_seen: Time('By `occurred_at`.'),
    provisional: Type.Boolean({
      description: 'Seen on unchallenged logins only; it vouches for nothing yet.',
    }),
  },
  { title: 'Habit' },
);

const Habits = (description: string) => Type.Array(Habit, { description });

const PROFILE_FIELDS = {
  created_at: Time('The first accepted login here.'),
  logins: Type.Number({ description: 'Accepted logins.' }),
  last_login_at: Nullable(Time('The last accepted login.')),
  last_country: Nullable(Type.String({ description: 'ISO 3166-1 alpha-2.' })),
};

const HABIT_FIELDS = {
  devices: Habits('Device keys.'),
  countries: Habits('Countries.'),
  places: Habits('Places on a coarse grid.'),
  networks: Habits('Autonomous systems and networks.'),
  clients: Habits('Browsers and operating systems.'),
};

const Records = (description: string) => Type.Array(Shared(DecisionViewAnswer), { description });

/** The answer of `POST /v1/users/lookup`. */
export const UserAnswer = Type.Object(
  {
    user_id: Type.String({ examples: ['u_42'] }),
    risk_level: OneOf(['low', 'medium', 'high', 'unknown'], {
      description: 'The level of the last decisions; `unknown` without any.',
    }),
    profile: Nullable(
      Type.Object(PROFILE_FIELDS, {
        title: 'Profile',
        description: '`null` before the first accepted login.',
      }),
    ),
    ...HABIT_FIELDS,
    last_decisions: Records('Newest first.'),
  },
  { $id: 'UserSummary', title: 'UserSummary' },
);
export type UserAnswer = Static<typeof UserAnswer>;

/** The answer of `POST /v1/users/export`. */
export const UserExportAnswer = Type.Object(
  {
    user_id: Type.String({ examples: ['u_42'] }),
    exported_at: Time('When it was taken.'),
    profile: Nullable(Type.Object({ ...PROFILE_FIELDS, ...HABIT_FIELDS }, { title: 'WholeProfile' })),
    decisions: Records('All that are held, oldest first.'),
  },
  { $id: 'UserExport', title: 'UserExport' },
);
export type UserExportAnswer = Static<typeof UserExportAnswer>;

/** The answer of `POST /v1/users/erase`. */
export const ErasureAnswer = Type.Object(
  {
    id: Type.String({ description: 'The receipt.', examples: ['ers_019…'] }),
    erased_at: Time('When.'),
    decisions: Type.Integer({ description: 'Decisions removed.' }),
    profile: Type.Boolean({ description: 'Whether there was a profile.' }),
  },
  { $id: 'ErasureReceipt', title: 'ErasureReceipt' },
);
export type ErasureAnswer = Static<typeof ErasureAnswer>;
