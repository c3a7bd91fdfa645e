import type { DecisionRecord } from '../../core/record.ts';
import { RECORD_VERSION, readRecord, writeRecord } from './record-codec.ts';
import { type Scalar, ScalarSource, type ScalarTarget } from './scalars.ts';

/**
 * A decision record as the `record` column keeps it: the scalars of `writeRecord` with a bar between them, the version
 * first. Texts begin with `=`; in them `^` stands as `^c` and a bar as `^b`. There are no quotes to escape, so the
 * text passes through JSON and ClickHouse as it is.
 */
const BAR = '|';
const NULL = '~';
const TRUE = '+';
const FALSE = '-';

const escaped = (text: string): string => text.replaceAll('^', '^c').replaceAll(BAR, '^b');

class TextTarget implements ScalarTarget {
  readonly parts: string[] = [String(RECORD_VERSION)];

  write(value: Scalar): void {
    switch (typeof value) {
      case 'string':
        this.parts.push(`=${value.includes(BAR) || value.includes('^') ? escaped(value) : value}`);
        return;
      case 'number':
        this.parts.push(Object.is(value, -0) ? '-0' : String(value));
        return;
      case 'boolean':
        this.parts.push(value ? TRUE : FALSE);
        return;
      default:
        this.parts.push(NULL);
    }
  }
}

class TextSource extends ScalarSource {
  readonly #parts: readonly string[];
  #next = 1;

  constructor(text: string) {
    super();
    this.#parts = text.split(BAR);
    if (this.#parts[0] !== String(RECORD_VERSION)) throw new RangeError('a record of another version');
  }

  override read(): Scalar {
    const part = this.#parts[this.#next++];
    if (part === undefined) throw new RangeError('ends early');
    if (part.startsWith('=')) {
      const text = part.slice(1);
      return text.includes('^') ? text.replaceAll('^b', BAR).replaceAll('^c', '^') : text;
    }
    if (part === NULL) return null;
    if (part === TRUE) return true;
    if (part === FALSE) return false;
    return Number(part);
  }
}

export function decisionToText(record: DecisionRecord): string {
  const target = new TextTarget();
  writeRecord(target, record);
  return target.parts.join(BAR);
}

/** @throws RangeError for a text that `decisionToText` did not make. */
export function decisionFromText(text: string): DecisionRecord {
  const record = readRecord(new TextSource(text));
  if (record.kind !== 'decision') throw new RangeError('no decision');
  return record;
}
