import type { DecisionRowAnswer } from '../contracts/http/decision-row-answer.ts';
import type { Analytics, DecisionFilter } from '../ports/analytics.ts';
import type { Clock } from '../ports/clock.ts';
import { csvCell, visibleJson } from './csv-cell.ts';
import { renderRow } from './render-row.ts';

const PAGE = 1_000;

export interface ExportOrder {
  readonly tenant: string;
  readonly filter: DecisionFilter;
  readonly format: 'csv' | 'ndjson';
  readonly columns: readonly (keyof DecisionRowAnswer)[];
  readonly maxRows: number;
}

/**
 * An export as pieces of text, newest decision first, fetched page by page so that none of it is held. The first page
 * is fetched before the first piece is given, so that a failure there can still be answered as one.
 */
export async function* exportDecisions(
  { analytics, clock }: { readonly analytics: Pick<Analytics, 'rows'>; readonly clock: Clock },
  { tenant, filter, format, columns, maxRows }: ExportOrder,
): AsyncGenerator<string> {
  let left = maxRows;
  let cursor: string | null = null;
  let first = true;
  do {
    const page: Awaited<ReturnType<typeof analytics.rows>> = await analytics.rows(
      tenant,
      filter,
      Math.min(left, PAGE),
      cursor,
    );
    const now_ms = clock();
    const lines = page.data.map((row) => lineOf(renderRow(row, now_ms), format, columns));
    if (first && format === 'csv') lines.unshift(columns.join(','));
    first = false;
    const end = format === 'csv' ? '\r\n' : '\n';
    if (lines.length > 0) yield lines.join(end) + end;
    left -= page.data.length;
    cursor = page.nextCursor;
  } while (cursor !== null && left > 0);
}

function lineOf(
  row: DecisionRowAnswer,
  format: ExportOrder['format'],
  columns: readonly (keyof DecisionRowAnswer)[],
): string {
  if (format === 'csv') return columns.map((name) => csvCell(row[name])).join(',');
  return visibleJson(Object.fromEntries(columns.map((name) => [name, row[name]])));
}
