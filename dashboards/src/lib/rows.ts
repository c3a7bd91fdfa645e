import type { PanelRow } from '../api/types.ts';

/** A column as a number; null where the row has none. */
export const numberIn = (row: PanelRow, column: string): number | null => {
  const value = row[column];
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
};

/** A column as a count: nothing is 0. */
export const countIn = (row: PanelRow, column: string): number => numberIn(row, column) ?? 0;

/** A column as text; an empty one is null. */
export const textIn = (row: PanelRow, column: string): string | null => {
  const value = row[column];
  return value === null || value === undefined || value === '' ? null : String(value);
};
