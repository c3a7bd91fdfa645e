import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { splitCsvRecord } from '../../../src/adapters/replay-files/csv-record.ts';
import { seededRandom } from '../../support/random.ts';

const RBA = join(dirname(fileURLToPath(import.meta.url)), '../../../../shared/data/rba-sample/first2000.csv');

/** `relax_quotes`: a quote inside an unquoted field is an ordinary character, as here. */
const oracle = (line: string): unknown => (parse(line, { relax_quotes: true }) as unknown[])[0];

describe('splitCsvRecord', () => {
  it('splits as csv-parse does, whatever is quoted', () => {
    const random = seededRandom(3);
    const pieces = ['a', ',', ' ', 'é', '😀', "'", ';', '\t', '0'];
    for (let i = 0; i < 2_000; i++) {
      const fields = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
        const text = Array.from({ length: Math.floor(random() * 5) }, () =>
          random() < 0.15 ? '"' : pieces[Math.floor(random() * pieces.length)],
        ).join('');
        return /[",]/.test(text) || random() < 0.3 ? `"${text.replaceAll('"', '""')}"` : text;
      });
      const line = fields.join(',');
      // csv-parse takes an empty line for no record.
      if (line !== '') expect(splitCsvRecord(line), line).toEqual(oracle(line));
    }
  });

  it('refuses a quoted field that does not end or is followed by something', () => {
    expect(splitCsvRecord('a,"b')).toBeNull();
    expect(splitCsvRecord('a,"b"c,d')).toBeNull();
    expect(splitCsvRecord('"a""')).toBeNull();
  });

  const isAbsent = !existsSync(RBA);
  if (isAbsent) process.stderr.write(`Skipped: ${RBA} is not there.\n`);
  it.skipIf(isAbsent)('splits the RBA sample as csv-parse does', () => {
    const text = readFileSync(RBA, 'utf8');
    const records = parse(text) as unknown[];
    expect(text.trim().split(/\r?\n/).map(splitCsvRecord)).toEqual(records);
  });
});
