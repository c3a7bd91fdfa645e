import { createHash } from 'node:crypto';
import type { AutonomousSystem } from '../../core/facts.ts';
import type { ParsedAddress } from './parse-address.ts';
import { findRange } from './range-set.ts';

/** Which autonomous system announces an address. Lookups are two bisections and touch no disk. */
export interface AsTable {
  find(address: ParsedAddress): AutonomousSystem | null;
  /** The name under which an AS is registered; `null` when the table does not hold it. */
  nameOf(number: number): string | null;
  /** Ranges, IPv4 and IPv6 together. */
  readonly entries: number;
}

/** The columns of the table; all arrays are views of one buffer once it was read back from the cache. */
interface Columns {
  readonly starts4: Uint32Array;
  readonly ends4: Uint32Array;
  /** Index into `numbers`. */
  readonly owner4: Uint32Array;
  /** Four words an entry. */
  readonly starts6: Uint32Array;
  readonly ends6: Uint32Array;
  readonly owner6: Uint32Array;
  /** AS numbers, ascending. */
  readonly numbers: Uint32Array;
  /** `numbers.length + 1` byte offsets into `names`. */
  readonly nameOffsets: Uint32Array;
  /** UTF-8. */
  readonly names: Uint8Array;
}

/** 'GHAS' read as a native word: a cache moved to a machine of the other byte order fails here and is rebuilt. */
const magic = 0x47484153;
/** Raised whenever the layout changes. */
const layout = 1;
const versionBytes = 48;
const digestBytes = 32;
const headerBytes = 6 * 4 + versionBytes + digestBytes;

/**
 * Compiles the two numeric CSV files of the package (`first,last,as number,organisation`, inclusive decimal
 * bounds) into the table and its cache image.
 *
 * Split by hand rather than by the CSV library: three fields of digits come first and the rest of the line is the
 * name, half a million times, while a first start waits.
 */
export function compileAsTable(ipv4Csv: string, ipv6Csv: string): { table: AsTable; columns: Columns } {
  const names = new Map<number, string>();
  const rows4 = readRows(ipv4Csv, names, (text) => [Number(text)]);
  const rows6 = readRows(ipv6Csv, names, wordsOfDecimal);
  const numbers = Uint32Array.from([...names.keys()].sort((a, b) => a - b));
  const indexOf = new Map<number, number>();
  numbers.forEach((number, index) => {
    indexOf.set(number, index);
  });
  const encoder = new TextEncoder();
  const encoded = Array.from(numbers, (number) => encoder.encode(names.get(number) ?? ''));
  const nameOffsets = new Uint32Array(numbers.length + 1);
  encoded.forEach((bytes, index) => {
    nameOffsets[index + 1] = (nameOffsets[index] ?? 0) + bytes.length;
  });
  const nameBytes = new Uint8Array(nameOffsets[numbers.length] ?? 0);
  encoded.forEach((bytes, index) => {
    nameBytes.set(bytes, nameOffsets[index] ?? 0);
  });
  const four = pack(rows4, 1, indexOf);
  const six = pack(rows6, 4, indexOf);
  const columns: Columns = {
    starts4: four.starts,
    ends4: four.ends,
    owner4: four.owners,
    starts6: six.starts,
    ends6: six.ends,
    owner6: six.owners,
    numbers,
    nameOffsets,
    names: nameBytes,
  };
  return { table: tableOf(columns), columns };
}

/** The cache image: header (magic, layout, sizes, version, SHA-256 of the body), then the columns in order. */
export function encodeAsTable(columns: Columns, version: string): Uint8Array {
  const parts = [
    columns.starts4,
    columns.ends4,
    columns.owner4,
    columns.starts6,
    columns.ends6,
    columns.owner6,
    columns.numbers,
    columns.nameOffsets,
    columns.names,
  ].map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  const image = new Uint8Array(headerBytes + parts.reduce((sum, part) => sum + part.length, 0));
  let offset = headerBytes;
  for (const part of parts) {
    image.set(part, offset);
    offset += part.length;
  }
  const header = new Uint32Array(image.buffer, 0, 6);
  header.set([
    magic,
    layout,
    columns.owner4.length,
    columns.owner6.length,
    columns.numbers.length,
    columns.names.length,
  ]);
  image.set(versionField(version), 24);
  image.set(digestOf(image), 24 + versionBytes);
  return image;
}

/** The table in a cache image, or `null` when the image is of another version or layout, cut, or damaged. */
export function decodeAsTable(bytes: Uint8Array, version: string): AsTable | null {
  // Views need an aligned start, which a pooled buffer does not promise (and a Buffer's own slice would share it).
  const image = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  if (image.length < headerBytes) return null;
  const header = new Uint32Array(image.buffer, image.byteOffset, 6);
  const [found = 0, foundLayout = 0, count4 = 0, count6 = 0, systems = 0, nameLength = 0] = header;
  if (found !== magic || foundLayout !== layout) return null;
  const words = 3 * count4 + 9 * count6 + 2 * systems + 1;
  if (image.length !== headerBytes + 4 * words + nameLength) return null;
  const sameBytes = (at: number, expected: Uint8Array): boolean =>
    Buffer.compare(image.subarray(at, at + expected.length), expected) === 0;
  if (!sameBytes(24, versionField(version))) return null;
  if (!sameBytes(24 + versionBytes, digestOf(image))) return null;

  let offset = image.byteOffset + headerBytes;
  const take = (length: number): Uint32Array => {
    const column = new Uint32Array(image.buffer, offset, length);
    offset += 4 * length;
    return column;
  };
  return tableOf({
    starts4: take(count4),
    ends4: take(count4),
    owner4: take(count4),
    starts6: take(4 * count6),
    ends6: take(4 * count6),
    owner6: take(count6),
    numbers: take(systems),
    nameOffsets: take(systems + 1),
    names: new Uint8Array(image.buffer, offset, nameLength),
  });
}

function tableOf(columns: Columns): AsTable {
  const decoder = new TextDecoder();
  const nameAt = (index: number): string | null => {
    const name = decoder.decode(
      columns.names.subarray(columns.nameOffsets[index] ?? 0, columns.nameOffsets[index + 1] ?? 0),
    );
    return name === '' ? null : name;
  };
  return {
    find: (address) => {
      const four = address.version === 4;
      const row = four
        ? findRange(columns.starts4, columns.ends4, 1, address.words)
        : findRange(columns.starts6, columns.ends6, 4, address.words);
      if (row < 0) return null;
      const owner = (four ? columns.owner4 : columns.owner6)[row] ?? 0;
      return { number: columns.numbers[owner] ?? 0, name: nameAt(owner) };
    },
    nameOf: (number) => {
      const index = findRange(columns.numbers, columns.numbers, 1, [number]);
      return index < 0 ? null : nameAt(index);
    },
    entries: columns.owner4.length + columns.owner6.length,
  };
}

interface Row {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly system: number;
}

function readRows(csv: string, names: Map<number, string>, wordsOf: (text: string) => number[]): Row[] {
  const rows: Row[] = [];
  let sorted = true;
  for (let start = 0; start < csv.length; ) {
    const newline = csv.indexOf('\n', start);
    const end = newline < 0 ? csv.length : newline;
    const comma1 = csv.indexOf(',', start);
    const comma2 = csv.indexOf(',', comma1 + 1);
    const comma3 = csv.indexOf(',', comma2 + 1);
    if (comma1 > start && comma2 > comma1 && comma3 > comma2 && comma3 < end) {
      const system = Number(csv.slice(comma2 + 1, comma3));
      const row: Row = {
        first: wordsOf(csv.slice(start, comma1)),
        last: wordsOf(csv.slice(comma1 + 1, comma2)),
        system,
      };
      if (!names.has(system)) names.set(system, unquote(csv.slice(comma3 + 1, end).trim()));
      const previous = rows.at(-1);
      if (previous !== undefined && byFirst(previous, row) > 0) sorted = false;
      rows.push(row);
    }
    start = end + 1;
  }
  return sorted ? rows : rows.sort(byFirst);
}

function byFirst(a: Row, b: Row): number {
  for (let index = 0; index < a.first.length; index += 1) {
    const difference = (a.first[index] ?? 0) - (b.first[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function pack(
  rows: readonly Row[],
  width: 1 | 4,
  indexOf: ReadonlyMap<number, number>,
): { starts: Uint32Array; ends: Uint32Array; owners: Uint32Array } {
  const starts = new Uint32Array(rows.length * width);
  const ends = new Uint32Array(rows.length * width);
  const owners = new Uint32Array(rows.length);
  rows.forEach((row, index) => {
    starts.set(row.first, index * width);
    ends.set(row.last, index * width);
    owners[index] = indexOf.get(row.system) ?? 0;
  });
  return { starts, ends, owners };
}

function wordsOfDecimal(text: string): number[] {
  const value = BigInt(text);
  return [96n, 64n, 32n, 0n].map((shift) => Number((value >> shift) & 0xffffffffn));
}

/** RFC 4180 §2: a quoted field, with quotes inside doubled. */
function unquote(field: string): string {
  return field.startsWith('"') && field.endsWith('"') && field.length > 1
    ? field.slice(1, -1).replaceAll('""', '"')
    : field;
}

function versionField(version: string): Uint8Array {
  const field = new Uint8Array(versionBytes);
  field.set(new TextEncoder().encode(version).subarray(0, versionBytes));
  return field;
}

function digestOf(image: Uint8Array): Uint8Array {
  return createHash('sha256').update(image.subarray(headerBytes)).digest();
}
