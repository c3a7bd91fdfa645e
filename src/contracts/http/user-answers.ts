import Type, { type Static } from 'typebox';
import { DecisionRowAnswer } from './decision-row-answer.ts';
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
  logins: Type.Number({ description: 'Accepted logins that were learned: one in 20 hours at most.' }),
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

const SEEN = {
  decisions: Type.Integer({ description: 'Decisions.' }),
  first_seen: Time('In the window.'),
  last_seen: Time('In the window.'),
};
const MaybeText = (description: string) => Nullable(Type.String({ description }));
const MaybeNumber = (description: string) => Nullable(Type.Number({ description }));

const Activity = Type.Object(
  {
    from: Time('Inclusive.'),
    to: Time('Exclusive.'),
    decisions: Type.Integer({ description: 'All.' }),
    failed: Type.Integer({ description: 'Failed attempts.' }),
    challenged: Type.Integer({ description: 'Challenged.' }),
    blocked: Type.Integer({ description: 'Blocked.' }),
    risk: Type.Array(
      Type.Object(
        {
          t: Time('Start of the day, UTC.'),
          decisions: Type.Integer(),
          max_score: Type.Number(),
          mean_score: Type.Number(),
          challenged: Type.Integer(),
          blocked: Type.Integer(),
        },
        { title: 'RiskOfADay' },
      ),
      { description: 'Days with decisions, oldest first.' },
    ),
    devices: Type.Array(
      Type.Object(
        {
          device_key: Type.String({ description: 'Keyed hash of the device id.' }),
          browser: MaybeText('Family, last seen.'),
          os: MaybeText('Family, last seen.'),
          device_type: MaybeText('Last seen.'),
          countries: Type.Array(Type.String()),
          status: OneOf(['trusted', 'provisional', 'unknown'], {
            description: 'What the profile holds of it: it vouches, it was only seen, or nothing.',
          }),
          ...SEEN,
        },
        { title: 'UserDevice' },
      ),
      { description: 'Last seen first.' },
    ),
    networks: Type.Array(
      Type.Object(
        {
          asn: MaybeNumber('Autonomous system number.'),
          as_name: MaybeText('Its name.'),
          country: MaybeText('ISO 3166-1 alpha-2.'),
          network_classes: Type.Array(Type.String()),
          ...SEEN,
        },
        { title: 'UserNetwork' },
      ),
      { description: 'Most used first.' },
    ),
    places: Type.Array(
      Type.Object(
        {
          country: MaybeText('ISO 3166-1 alpha-2.'),
          region: MaybeText('As the source gives it.'),
          city: MaybeText('Name.'),
          latitude: MaybeNumber('Degrees north.'),
          longitude: MaybeNumber('Degrees east.'),
          ...SEEN,
        },
        { title: 'UserPlace' },
      ),
      { description: 'Most used first.' },
    ),
    addresses: Type.Array(Type.Object({ ip: Type.String(), ...SEEN }, { title: 'UserAddress' }), {
      description: 'Most used first.',
    }),
  },
  { title: 'UserActivity', description: 'What the decisions of the last 90 days show.' },
);

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
    last_decisions: Records('Newest first, the last few as whole records.'),
    activity: Activity,
    timeline: Type.Array(Shared(DecisionRowAnswer), { description: 'Newest first, at most 100.' }),
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
    forgotten_devices: Type.Array(
      Type.Object(
        {
          device_key: Type.String({ description: 'As in `event.device.key`.' }),
          forgotten_at: Time('When somebody asked for it.'),
          actor: Nullable(
            Type.Object({ type: Type.String(), id: Nullable(Type.String()) }, { title: 'ForgottenBy' }),
          ),
          note: Nullable(Type.String()),
        },
        { title: 'ForgottenDeviceEntry' },
      ),
      { description: 'Devices that were forgotten on request, oldest first.' },
    ),
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

/** The answer of `POST /v1/users/forget-device`. */
export const ForgottenDeviceAnswer = Type.Object(
  {
    user_id: Type.String({ examples: ['u_42'] }),
    device_key: Type.String({ description: 'As asked.' }),
    forgotten: Type.Boolean({ description: 'Whether the profile knew it.' }),
  },
  { $id: 'ForgottenDevice', title: 'ForgottenDevice' },
);
export type ForgottenDeviceAnswer = Static<typeof ForgottenDeviceAnswer>;
