import Type, { type Static } from 'typebox';
import { Nullable, OneOf, Time } from './schema-parts.ts';

const Column = Type.Object(
  {
    name: Type.String({ examples: ['challenged'] }),
    type: OneOf(['time', 'string', 'number'], { description: 'Of the values.' }),
    unit: Nullable(Type.String({ examples: ['ms'] })),
  },
  { title: 'PanelColumn' },
);

const Parameter = Type.Object(
  {
    name: Type.String({ examples: ['from'] }),
    type: OneOf(['string', 'number', 'time'], { description: 'Of the value.' }),
    required: Type.Boolean(),
    description: Type.String(),
  },
  { title: 'PanelParameter' },
);

/** The answer of `GET /v1/analytics/panels`. */
export const PanelListAnswer = Type.Object(
  {
    data: Type.Array(
      Type.Object(
        {
          id: Type.String({ examples: ['actions_over_time'] }),
          title: Type.String(),
          description: Type.String(),
          parameters: Type.Array(Parameter),
          schema: Type.Array(Column),
          chart: OneOf(['tiles', 'stacked_area', 'lines', 'bars', 'table', 'map', 'flows', 'histogram'], {
            description: 'How to draw it.',
          }),
          group: OneOf(['overview', 'health'], { description: 'The page that shows it.' }),
        },
        { title: 'Panel' },
      ),
    ),
    next_cursor: Nullable(Type.String({ description: 'Always `null`: the list comes whole.' })),
  },
  { $id: 'PanelList', title: 'PanelList' },
);
export type PanelListAnswer = Static<typeof PanelListAnswer>;

const Rows = Type.Array(
  Type.Unsafe<Record<string, string | number | null>>({
    type: 'object',
    additionalProperties: true,
    title: 'PanelRow',
    description: 'One value a column.',
  }),
);

/** The answer of `GET /v1/analytics/panels/{id}`. */
export const PanelAnswer = Type.Object(
  {
    id: Type.String(),
    title: Type.String(),
    from: Time('Inclusive.'),
    to: Time('Exclusive.'),
    bucket_s: Type.Integer({ description: 'Width of a bucket in seconds.' }),
    source: OneOf(['raw', 'minute', 'hour', 'day'], { description: 'Raw decisions or a rollup.' }),
    schema: Type.Array(Column),
    rows: Rows,
    previous: Nullable(
      Type.Object(
        { from: Time('Inclusive.'), to: Time('Exclusive.'), rows: Rows },
        {
          title: 'PanelBefore',
          description:
            'The window of the same width just before; `null` unless asked for by `compare=previous`.',
        },
      ),
    ),
    sql: Type.String({ description: 'Name of the SQL that answered.' }),
  },
  { $id: 'PanelResult', title: 'PanelResult' },
);
export type PanelAnswer = Static<typeof PanelAnswer>;
