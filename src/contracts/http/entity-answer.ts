import Type, { type Static } from 'typebox';
import { Nullable, OneOf, Time } from './schema-parts.ts';

const MaybeText = (description: string) => Nullable(Type.String({ description }));
const MaybeNumber = (description: string) => Nullable(Type.Number({ description }));
const Count = (description: string) => Type.Integer({ description });

const COUNTS = {
  decisions: Count('Decisions.'),
  failed: Count('Of failed attempts.'),
  users: Count('Distinct users.'),
  last_seen: Time('Newest.'),
};

const Others = (description: string) =>
  Type.Array(Type.Object({ value: Type.String(), ...COUNTS }, { title: 'EntityCount' }), { description });

/** The answer of `POST /v1/entities/lookup`. */
export const EntityAnswer = Type.Object(
  {
    kind: OneOf(['address', 'network', 'as', 'device'], { description: 'Of the subject.' }),
    value: Type.String({ description: 'In canonical form.' }),
    from: Time('Inclusive.'),
    to: Time('Exclusive.'),
    first_seen: Nullable(Time('In the window; `null`: never.')),
    last_seen: Nullable(Time('In the window; `null`: never.')),
    facts: Nullable(
      Type.Object(
        {
          country: MaybeText('ISO 3166-1 alpha-2.'),
          region: MaybeText('As the source gives it.'),
          city: MaybeText('Name.'),
          latitude: MaybeNumber('Degrees north.'),
          longitude: MaybeNumber('Degrees east.'),
          asn: MaybeNumber('Autonomous system number.'),
          as_name: MaybeText('Its name.'),
          network: MaybeText('The /24 (IPv4) or /48 (IPv6).'),
          network_classes: Type.Array(Type.String()),
          blocklists: Type.Array(Type.String()),
          address_kind: MaybeText('`public`, `private`, `cgnat`, `loopback` …'),
          browser: MaybeText('Family.'),
          os: MaybeText('Family.'),
          device_type: MaybeText('`desktop`, `mobile`, `tablet`, `bot` or `other`.'),
        },
        { title: 'EntityFacts', description: 'Of the newest decision; `null`: there is none.' },
      ),
    ),
    totals: Type.Object(
      {
        decisions: Count('All.'),
        users: Count('Distinct users.'),
        failed: Count('Failed attempts.'),
        challenged: Count('Challenged.'),
        blocked: Count('Blocked.'),
        passed: Count('Challenges passed.'),
        compromised: Count('Judged compromised.'),
        devices: Count('Distinct devices.'),
        addresses: Count('Distinct addresses.'),
      },
      { title: 'EntityTotals' },
    ),
    rates: Nullable(
      Type.Object(
        { failed: Type.Number(), challenged: Type.Number(), blocked: Type.Number() },
        { title: 'EntityRates', description: 'Shares of all; `null`: there is nothing to divide by.' },
      ),
    ),
    series: Type.Object(
      {
        bucket_s: Type.Integer({ description: 'Width of a point in seconds.' }),
        rows: Type.Array(
          Type.Object(
            {
              t: Time('Start of the point.'),
              decisions: Count('All.'),
              failed: Count('Failed attempts.'),
              challenged: Count('Challenged.'),
              blocked: Count('Blocked.'),
            },
            { title: 'EntityPoint' },
          ),
        ),
      },
      { title: 'EntitySeries' },
    ),
    users: Type.Array(
      Type.Object(
        {
          user_id: MaybeText('As sent; `null`: attempts that named nobody.'),
          decisions: Count('All.'),
          failed: Count('Failed attempts.'),
          max_score: Type.Number({ description: 'The worst.' }),
          last_seen: Time('Newest.'),
        },
        { title: 'EntityUser' },
      ),
      { description: 'The busiest, at most 50.' },
    ),
    addresses: Nullable(Others('Of these, the busiest.')),
    devices: Nullable(Others('Of these, the busiest.')),
    ases: Nullable(
      Type.Array(
        Type.Object(
          { asn: MaybeNumber('Autonomous system number.'), as_name: MaybeText('Its name.'), ...COUNTS },
          { title: 'EntityAs' },
        ),
      ),
    ),
    reasons: Type.Array(
      Type.Object({ reason: Type.String(), n: Count('Decisions that give it.') }, { title: 'EntityReason' }),
    ),
    lists: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          kind: OneOf(['blocklist', 'class'], {
            description: 'A list of bad addresses, or what the network is.',
          }),
          last_seen: Time('Newest decision that saw it there.'),
        },
        { title: 'EntityListing' },
      ),
      { description: 'Lists that held the addresses when decisions were made.' },
    ),
  },
  { $id: 'Entity', title: 'Entity' },
);
export type EntityAnswer = Static<typeof EntityAnswer>;
