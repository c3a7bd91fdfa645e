import Type, { type Static } from 'typebox';
import { DECISION_ROW_COLUMNS } from './decision-row-answer.ts';
import { Absent, CLOSED, OneOf } from './schema-parts.ts';
import { DecisionFilterRequest } from './search-request.ts';

export const DEFAULT_EXPORT_ROWS = 10_000;
export const MAX_EXPORT_ROWS = 100_000;

/** The body of `POST /v1/decisions/export`. */
export const ExportRequest = Type.Object(
  {
    format: OneOf(['csv', 'ndjson'], {
      description: 'RFC 4180 with a header line, or one JSON object a line.',
    }),
    columns: Absent(
      Type.Array(OneOf(DECISION_ROW_COLUMNS, { description: 'A field of `DecisionRow`.' }), {
        maxItems: 64,
        description: 'In this order; all when absent.',
      }),
    ),
    filter: Absent(DecisionFilterRequest),
    max_rows: Absent(
      Type.Integer({
        minimum: 1,
        maximum: MAX_EXPORT_ROWS,
        description: `${DEFAULT_EXPORT_ROWS} when absent; the newest are kept.`,
      }),
    ),
  },
  { ...CLOSED, $id: 'ExportRequest', title: 'ExportRequest' },
);
export type ExportRequest = Static<typeof ExportRequest>;
