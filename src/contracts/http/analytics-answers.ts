import Type, { type Static } from 'typebox';
import { Nullable, OneOf, Time } from './schema-parts.ts';

/** The answer of `GET /v1/analytics/annotations`. */
export const AnnotationsAnswer = Type.Object(
  {
    data: Type.Array(
      Type.Object(
        {
          at: Time('The first decision with it, to the hour or better.'),
          kind: OneOf(['policy', 'mode', 'model', 'engine', 'ip_intelligence'], {
            description: 'What changed.',
          }),
          from: Type.String({ examples: ['default@2'] }),
          to: Type.String({ examples: ['default@3'] }),
        },
        { title: 'Annotation' },
      ),
      { description: 'Oldest first.' },
    ),
  },
  { $id: 'Annotations', title: 'Annotations' },
);
export type AnnotationsAnswer = Static<typeof AnnotationsAnswer>;

/** The answer of `GET /v1/analytics/health`. */
export const AnalyticsHealthAnswer = Type.Object(
  {
    analytics: Type.Object(
      {
        ok: Type.Boolean(),
        problem: Nullable(Type.String({ description: 'One sentence.' })),
        lag_records: Nullable(
          Type.Integer({ description: 'Log records not yet in analytics; an estimate when scaled out.' }),
        ),
        lag_ms: Nullable(Type.Integer({ description: 'Age of the oldest of them.' })),
        inserted_rows: Type.Integer({ description: 'Since the start.' }),
        parked_rows: Type.Integer({ description: 'Refused by analytics and put aside, of all tenants.' }),
      },
      { title: 'AnalyticsState' },
    ),
    dependencies: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          ok: Type.Boolean(),
          problem: Nullable(Type.String({ description: 'One sentence.' })),
          required: Type.Boolean({ description: 'Whether decisions need it.' }),
        },
        { title: 'DependencyHealth' },
      ),
    ),
    parked: Type.Array(
      Type.Object(
        {
          position: Type.String({ description: 'In the log.' }),
          kind: Type.String({ description: 'Of the record.' }),
          reason: Type.String({ description: 'Why analytics refused it.' }),
          parked_at: Time('When.'),
        },
        { title: 'ParkedRow' },
      ),
      { description: 'Of this tenant, the first 50.' },
    ),
    latency: Nullable(
      Type.Object(
        {
          since: Time('Start of this process.'),
          n: Type.Integer({ description: 'Decisions answered.' }),
          p50_ms: Type.Number(),
          p95_ms: Type.Number(),
          p99_ms: Type.Number(),
        },
        {
          title: 'DecisionLatency',
          description:
            'Of `POST /v1/risk` in this process, interpolated within the buckets of its histogram.',
        },
      ),
    ),
    versions: Type.Object({ engine: Type.String() }, { title: 'RunningVersions' }),
  },
  { $id: 'AnalyticsHealth', title: 'AnalyticsHealth' },
);
export type AnalyticsHealthAnswer = Static<typeof AnalyticsHealthAnswer>;
