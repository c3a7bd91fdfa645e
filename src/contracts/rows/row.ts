/** How a record becomes a row of a table: one entry a column, in the order in which they are sent. */
export interface RowShape<R> {
  readonly table: string;
  readonly columns: readonly string[];
  /**
   * The row as ClickHouse's JSONCompactEachRow takes it. As text at once: thousands of rows wait for their insert
   * together, and as arrays of values they would be copied by every garbage collection until then.
   * @throws TypeError for a record that lacks what a row needs (written by another version, or damaged).
   */
  readonly toRow: (record: R, batchId: string) => string;
}

export type ColumnOf<R> = readonly [name: string, value: (record: R, batchId: string) => unknown];

/** A shape from one table of columns, so that names and values cannot get out of step. */
export function rowShape<R>(table: string, columns: readonly ColumnOf<R>[]): RowShape<R> {
  return {
    table,
    columns: columns.map(([name]) => name),
    toRow: (record, batchId) => toJson(columns.map(([, value]) => value(record, batchId))),
  };
}

/**
 * Half of a surrogate pair, which JSON can escape and a caller can send, is refused by ClickHouse and would take the
 * whole batch with it: rows that have one, and only those, get U+FFFD in its place.
 */
function toJson(values: readonly unknown[]): string {
  const json = JSON.stringify(values);
  return json.includes('\\ud') ? JSON.stringify(wellFormed(values)) : json;
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\p{Surrogate}/gu, '\ufffd');
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [wellFormed(key), wellFormed(inner)]),
    );
  }
  return value;
}

const UINT32_MAX = 0xffff_ffff;
/** 2106-01-01, a little before the last moment of ClickHouse's 32-bit `DateTime`, which the rollups use. */
const LATEST_MS = 4_291_747_200_000;

/** A column of whole numbers takes nothing else; what is out of range is moved to its edge rather than refused. */
export const uint32 = (value: number): number =>
  Number.isFinite(value) ? Math.min(Math.max(Math.trunc(value), 0), UINT32_MAX) : 0;

export const uint32OrNull = (value: number | null): number | null => (value === null ? null : uint32(value));

/** Milliseconds since 1970-01-01 within what the tables' times can hold; the record beside it keeps the exact one. */
export const timeColumn = (at_ms: number): number => Math.min(Math.max(Math.trunc(at_ms), 0), LATEST_MS);
