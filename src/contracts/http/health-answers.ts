import Type, { type Static } from 'typebox';
import { Nullable, OneOf } from './schema-parts.ts';

/** The answer of `GET /healthz`. */
export const HealthAnswer = Type.Object(
  { status: OneOf(['ok'], { description: 'The process lives.' }) },
  { $id: 'Health', title: 'Health' },
);
export type HealthAnswer = Static<typeof HealthAnswer>;

/** The answer of `GET /readyz`: 200 when ready, 503 when not. */
export const ReadinessAnswer = Type.Object(
  {
    status: OneOf(['ready', 'degraded', 'unavailable'], {
      description: '`degraded`: decides, with something missing.',
    }),
    dependencies: Type.Array(
      Type.Object(
        {
          name: Type.String({ examples: ['decision_log'] }),
          ok: Type.Boolean(),
          problem: Nullable(Type.String({ description: 'One sentence for the operator.' })),
          reason: Type.Optional(
            Nullable(
              Type.String({
                description: 'A stable code of the problem, for alerts.',
                examples: ['redis_out_of_memory'],
              }),
            ),
          ),
          lag_records: Type.Optional(
            Nullable(Type.Integer({ description: 'Of analytics: log records not yet there.' })),
          ),
          lag_ms: Type.Optional(Nullable(Type.Integer({ description: 'Age of the oldest of them.' }))),
        },
        { title: 'Dependency', additionalProperties: true },
      ),
    ),
  },
  { $id: 'Readiness', title: 'Readiness', additionalProperties: true },
);
export type ReadinessAnswer = Static<typeof ReadinessAnswer>;
