import { ReplayFileError } from '../../ports/replay-files.ts';
import { splitCsvRecord } from './csv-record.ts';

export interface CsvColumns {
  readonly width: number;
  /** Place of a column in a record; −1 for an optional one that is not there. */
  readonly at: (name: string) => number;
}

/**
 * The columns that a header names, in whatever order.
 *
 * @throws ReplayFileError `input_malformed` when a required one is missing.
 */
export function readCsvHeader(
  header: string | null,
  required: readonly string[],
  format: string,
): CsvColumns {
  const names = splitCsvRecord(header ?? '') ?? [];
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new ReplayFileError(
      'input_malformed',
      `The first line is not the header of the format ${format}: it lacks ${missing.map((name) => `“${name}”`).join(', ')}.`,
    );
  }
  return { width: names.length, at: (name) => names.indexOf(name) };
}
