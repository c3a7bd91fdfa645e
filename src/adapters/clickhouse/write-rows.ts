import { campaignRow, cellKey, type MarkedCampaign } from '../../contracts/rows/campaign-row.ts';
import { decisionRow } from '../../contracts/rows/decision-row.ts';
import { feedbackRow } from '../../contracts/rows/feedback-row.ts';
import { forgottenDeviceRow } from '../../contracts/rows/forgotten-device-row.ts';
import { outcomeRow } from '../../contracts/rows/outcome-row.ts';
import { type RowShape, timeColumn } from '../../contracts/rows/row.ts';
import type { LogRecord } from '../../core/record.ts';
import { type AnalyticsError, AnalyticsUnavailable, RowsRefused } from '../../ports/analytics-errors.ts';
import type { Database } from './database.ts';
import { quoted, text } from './quote.ts';
import type { Moment } from './rollups.ts';

/** A row as it is sent, with what finds it again and what it touches. */
export interface BuiltRow {
  readonly position: number;
  /** Names the row among all rows of its table. */
  readonly key: string;
  readonly json: string;
  /** Times under which it counts; they also name the partitions that it opens. */
  readonly moments: readonly Moment[];
}

export interface BuiltTable {
  readonly table: 'decisions' | 'outcomes' | 'feedback' | 'forgotten_devices' | 'campaigns';
  readonly columns: readonly string[];
  /** Column that, with the position, makes the key. */
  readonly keyColumn: string;
  readonly rows: readonly BuiltRow[];
}

/**
 * ClickHouse refuses an insert that opens more than 100 partitions. Tables are partitioned by month, and a row may
 * count in two, so an insert takes rows of at most this many months.
 */
const MONTHS_AN_INSERT = 90;

/** @throws RowsRefused with the positions of the records that make no row. */
export function buildRows(batchId: string, records: readonly LogRecord[]): readonly BuiltTable[] {
  const decisions: BuiltRow[] = [];
  const outcomes: BuiltRow[] = [];
  const feedback: BuiltRow[] = [];
  const forgotten: BuiltRow[] = [];
  const campaigns: BuiltRow[] = [];
  const bad: number[] = [];
  let cause: unknown;
  for (const record of records) {
    try {
      if (record.kind === 'decision') {
        const { tenant, position, supersedes } = record;
        const moments: Moment[] = [
          { tenant, raw: 'decisions', at_ms: timeColumn(record.event.occurredAt_ms) },
        ];
        if (supersedes !== null) {
          moments.push({ tenant, raw: 'decisions', at_ms: timeColumn(supersedes.occurredAt_ms) });
        }
        decisions.push({
          position,
          key: `${position} ${record.id}`,
          json: row(decisionRow, record, batchId),
          moments,
        });
        for (const mark of record.campaigns.marks) {
          const marked: MarkedCampaign = { record, mark };
          const key = `${position} ${cellKey(marked)}`;
          campaigns.push({ position, key, json: campaignRow.toRow(marked, batchId), moments: [] });
        }
      } else if (record.kind === 'outcome' || record.kind === 'feedback') {
        const { tenant, position, decisionId } = record;
        const at_ms = timeColumn(record.decisionOccurredAt_ms);
        const key = `${position} ${decisionId}`;
        if (record.kind === 'outcome') {
          const moments: Moment[] = [{ tenant, raw: 'outcomes', at_ms }];
          outcomes.push({ position, key, json: row(outcomeRow, record, batchId), moments });
        } else {
          feedback.push({ position, key, json: row(feedbackRow, record, batchId), moments: [] });
        }
      } else if (record.kind === 'forgotten_device') {
        const { position } = record;
        const key = `${position} ${record.userKey}`;
        forgotten.push({ position, key, json: row(forgottenDeviceRow, record, batchId), moments: [] });
      }
    } catch (error) {
      cause = error;
      bad.push(record.position);
    }
  }
  if (bad.length > 0) throw new RowsRefused('Some records cannot be made rows.', bad, { cause });
  const tables: BuiltTable[] = [
    { table: 'decisions', columns: decisionRow.columns, keyColumn: 'id', rows: decisions },
    { table: 'outcomes', columns: outcomeRow.columns, keyColumn: 'decision_id', rows: outcomes },
    { table: 'feedback', columns: feedbackRow.columns, keyColumn: 'decision_id', rows: feedback },
    {
      table: 'forgotten_devices',
      columns: forgottenDeviceRow.columns,
      keyColumn: 'user_key',
      rows: forgotten,
    },
    { table: 'campaigns', columns: campaignRow.columns, keyColumn: 'cell_key', rows: campaigns },
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

function row<R extends LogRecord>(shape: RowShape<R>, record: R, batchId: string): string {
  if (!Number.isSafeInteger(record.position) || record.position < 0) {
    throw new TypeError('the position is no whole number');
  }
  return shape.toRow(record, batchId);
}

/**
 * Inserts rows of one table, whole months together so that no insert opens too many partitions.
 * @throws RowsRefused with the positions of the rows at fault; others of the same call may have been inserted.
 */
export async function insertRows(database: Database, { table, columns, rows }: BuiltTable): Promise<void> {
  for (const group of byMonths(rows)) {
    try {
      await database.insert(
        table,
        columns,
        group.map(({ json }) => json),
      );
    } catch (error) {
      if (!(error instanceof RowsRefused)) throw error;
      throw await namingRows(database, table, columns, group, error);
    }
  }
}

/** Depends on the rows alone, so that a repeated insert makes the same groups. */
export function byMonths(rows: readonly BuiltRow[]): readonly (readonly BuiltRow[])[] {
  const groups: BuiltRow[][] = [];
  let group: BuiltRow[] = [];
  let months = new Set<string>();
  const monthsOf = (built: BuiltRow): string[] =>
    built.moments.map(({ at_ms }) => new Date(at_ms).toISOString().slice(0, 7));
  const ordered = isWithin(rows, MONTHS_AN_INSERT, monthsOf)
    ? rows
    : rows.toSorted(
        (a, b) => (a.moments[0]?.at_ms ?? 0) - (b.moments[0]?.at_ms ?? 0) || a.position - b.position,
      );
  for (const built of ordered) {
    const touched = monthsOf(built);
    const added = touched.filter((month) => !months.has(month)).length;
    if (group.length > 0 && months.size + added > MONTHS_AN_INSERT) {
      groups.push(group);
      group = [];
      months = new Set();
    }
    group.push(built);
    for (const month of touched) months.add(month);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

function isWithin(rows: readonly BuiltRow[], limit: number, monthsOf: (row: BuiltRow) => string[]): boolean {
  const months = new Set<string>();
  for (const built of rows) for (const month of monthsOf(built)) months.add(month);
  return months.size <= limit;
}

/**
 * Finds the rows at fault by halving, against columns like the table's that check every value and keep nothing: the
 * batch itself is neither cut nor inserted while looking.
 */
async function namingRows(
  database: Database,
  table: string,
  columns: readonly string[],
  rows: readonly BuiltRow[],
  refused: RowsRefused,
): Promise<AnalyticsError> {
  const found = await database.query<{ name: string; type: string }>(
    'write',
    'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position',
    { table },
  );
  const structure = found.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ');
  const check = `FUNCTION null(${text(structure)})`;
  const bad: number[] = [];
  const look = async (part: readonly BuiltRow[]): Promise<void> => {
    try {
      await database.insert(
        check,
        columns,
        part.map(({ json }) => json),
      );
      return;
    } catch (error) {
      if (!(error instanceof RowsRefused)) throw error;
    }
    const [only, other] = part;
    if (only !== undefined && other === undefined) {
      bad.push(only.position);
      return;
    }
    const middle = Math.ceil(part.length / 2);
    await look(part.slice(0, middle));
    await look(part.slice(middle));
  };
  await look(rows);
  return bad.length > 0
    ? new RowsRefused(refused.message, bad, { cause: refused.cause })
    : new AnalyticsUnavailable('An insert was refused, but none of its rows is at fault.', {
        cause: refused,
      });
}
