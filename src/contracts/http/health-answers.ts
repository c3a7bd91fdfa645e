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
        },
        { title: 'Dependency', additionalProperties: true },
      ),
    ),
  },
  { $id: 'Readiness', title: 'Readiness', additionalProperties: true },
);
export type ReadinessAnswer = Static<typeof ReadinessAnswer>;
