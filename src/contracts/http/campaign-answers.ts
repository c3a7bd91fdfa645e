import Type, { type Static } from 'typebox';
import { Nullable, OneOf, Time } from './schema-parts.ts';

const cellFields = {
  kind: OneOf(['as', 'tls', 'network'], {
    description: '`as`: an AS with a browser family. `tls`: a TLS fingerprint. `network`: a /24 or /48.',
  }),
  label: Type.String({ description: 'Ready to show.', examples: ['AS64500 Example Hosting, Chrome'] }),
  asn: Nullable(Type.Integer()),
  as_name: Nullable(Type.String()),
  client: Nullable(Type.String({ description: 'Browser family.', examples: ['chrome'] })),
  tls_fingerprint: Nullable(Type.String()),
  network: Nullable(Type.String({ examples: ['203.0.113.0/24'] })),
  attempts: Type.Integer(),
  users: Type.Integer(),
};

const CampaignSchema = Type.Object(
  {
    id: Type.String({ examples: ['cmp_019cd8f2-7a00-7000-9c41-5b0a7be2d431'] }),
    kind: OneOf(['stuffing', 'spraying'], {
      description:
        'As the rates say: `stuffing` tries each account once and fast, `spraying` slowly or in rounds. May change while it goes on.',
    }),
    state: OneOf(['live', 'ended'], { description: 'By the clock.' }),
    started_at: Time('First attempt of the rise that raised it.'),
    detected_at: Time('When it was raised.'),
    last_seen_at: Time('Last attempt.'),
    ended_at: Nullable(Time('When the traffic counted as usual again; `null` while it goes on.')),
    attempts: Type.Integer({ description: 'Failed tries in the largest cell, within 1 %.' }),
    users: Type.Integer({ description: 'Distinct accounts tried in it, within about 2 %; at most 30,000.' }),
    successes: Type.Integer({
      description:
        'Logins that got in within a cell, not from a device or network known for the user: look at these first.',
    }),
    rate_per_min: Type.Number({ description: 'Attempts a minute since it began.' }),
    usual_rate_per_min: Type.Number({ description: 'Distinct failing people a minute before it began.' }),
    cell: Type.Object(cellFields, { title: 'CampaignCell' }),
    cells: Type.Array(Type.Object(cellFields, { title: 'CampaignCell' }), {
      description: 'All cells of traffic that it showed in, largest first; at most 20.',
    }),
    networks: Type.Array(
      Type.Object({ network: Type.String(), attempts: Type.Integer() }, { title: 'CampaignNetwork' }),
      { description: 'The networks with most attempts in the largest cell, since it was raised; at most 8.' },
    ),
  },
  { title: 'Campaign' },
);

/** The answer of `GET /v1/campaigns`. */
export const CampaignListAnswer = Type.Object(
  { data: Type.Array(CampaignSchema), next_cursor: Nullable(Type.String()) },
  { $id: 'CampaignList', title: 'CampaignList' },
);
export type CampaignListAnswer = Static<typeof CampaignListAnswer>;
