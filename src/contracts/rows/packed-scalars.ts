import { type Scalar, ScalarSource, type ScalarTarget } from './scalars.ts';

const NULL = 0;
const TRUE = 1;
const FALSE = 2;
const TEXT = 3;
const INTEGER = 4;
const NEGATIVE = 5;
const DOUBLE = 6;
/** Tags from here on are small integers themselves, so that flags, hours and counts take one byte. */
const SMALL = 16;
const SMALL_MAX = 255 - SMALL;
const MAX_SAFE_VARINT = Number.MAX_SAFE_INTEGER;

/** How the texts of a frame are stored: one byte a character where that is enough, else UTF-8, else UTF-16. */
const LATIN1 = 0;
const UTF8 = 1;
const UTF16 = 2;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/**
 * Writes scalars one after the other. A text is stored once a frame and then named by its number: the same signal
 * ids, countries and browsers stand in every record.
 */
export class PackedWriter implements ScalarTarget {
  #bytes: Buffer = Buffer.allocUnsafe(1 << 16);
  #position = 0;
  #numbers = new Map<string, number>();
  #texts: string[] = [];

  get position(): number {
    return this.#position;
  }

  reset(): void {
    this.#position = 0;
    this.#numbers = new Map();
    this.#texts = [];
  }

  write(value: Scalar): void {
    // 20 bytes hold any tag with its number.
    if (this.#position + 20 > this.#bytes.length) this.#grow();
    switch (typeof value) {
      case 'string': {
        let index = this.#numbers.get(value);
        if (index === undefined) {
          index = this.#texts.length;
          this.#numbers.set(value, index);
          this.#texts.push(value);
        }
        this.#bytes[this.#position++] = TEXT;
        this.#varint(index);
        return;
      }
      case 'number':
        this.#number(value);
        return;
      case 'boolean':
        this.#bytes[this.#position++] = value ? TRUE : FALSE;
        return;
      default:
        this.#bytes[this.#position++] = NULL;
    }
  }

  /** The scalars and, before them, the texts they name; all of it after some bytes of the caller's. */
  finish(before: Uint8Array): Buffer {
    const text = this.#texts.join('');
    const utf8Length = Buffer.byteLength(text, 'utf8');
    const kind = utf8Length === text.length ? LATIN1 : isWellFormed(text) ? UTF8 : UTF16;
    const encoding = kind === LATIN1 ? 'latin1' : kind === UTF8 ? 'utf8' : 'utf16le';
    const textLength = kind === LATIN1 ? text.length : kind === UTF8 ? utf8Length : text.length * 2;
    const scalars = this.#bytes.subarray(0, this.#position);
    const head = before.byteLength;
    const start = head + 9 + this.#texts.length * 4;
    const out = Buffer.allocUnsafe(start + textLength + scalars.length);
    out.set(before);
    out[head] = kind;
    out.writeUInt32LE(this.#texts.length, head + 1);
    out.writeUInt32LE(textLength, head + 5);
    let lengths = head + 9;
    for (const { length } of this.#texts) lengths = out.writeUInt32LE(length, lengths);
    out.write(text, start, textLength, encoding);
    scalars.copy(out, start + textLength);
    return out;
  }

  #number(value: number): void {
    if (Number.isInteger(value) && value <= MAX_SAFE_VARINT && value >= -MAX_SAFE_VARINT) {
      if (value > 0 || Object.is(value, 0)) {
        if (value <= SMALL_MAX) {
          this.#bytes[this.#position++] = SMALL + value;
          return;
        }
        this.#bytes[this.#position++] = INTEGER;
        this.#varint(value);
        return;
      }
      if (value < 0) {
        this.#bytes[this.#position++] = NEGATIVE;
        this.#varint(-value);
        return;
      }
    }
    this.#bytes[this.#position++] = DOUBLE;
    float[0] = value;
    for (let i = 0; i < 8; i++) this.#bytes[this.#position++] = floatBytes[i] ?? 0;
  }

  #varint(value: number): void {
    let rest = value;
    // Bitwise operators end at 32 bits, and positions need 53.
    while (rest > 0x7fff_ffff) {
      this.#bytes[this.#position++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.#bytes[this.#position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#position++] = rest;
  }

  #grow(): void {
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2);
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}

/** Reads what a `PackedWriter` wrote. @throws RangeError for bytes that it cannot have written. */
export class PackedReader extends ScalarSource {
  readonly #bytes: Uint8Array;
  readonly #text: string;
  readonly #starts: Uint32Array;
  readonly #texts: (string | undefined)[];
  readonly #scalars: number;
  #position: number;

  constructor(bytes: Buffer) {
    super();
    if (bytes.length < 9) throw new RangeError('too short');
    const count = bytes.readUInt32LE(1);
    const textLength = bytes.readUInt32LE(5);
    const textStart = 9 + count * 4;
    if (textStart + textLength > bytes.length) throw new RangeError('texts run over the end');
    const encoding = bytes[0] === LATIN1 ? 'latin1' : bytes[0] === UTF8 ? 'utf8' : 'utf16le';
    this.#text = bytes.toString(encoding, textStart, textStart + textLength);
    this.#starts = new Uint32Array(count + 1);
    for (let i = 0; i < count; i++) {
      this.#starts[i + 1] = (this.#starts[i] ?? 0) + bytes.readUInt32LE(9 + i * 4);
    }
    if (this.#starts[count] !== this.#text.length) throw new RangeError('texts have another length');
    this.#texts = new Array<string | undefined>(count);
    this.#bytes = bytes;
    this.#scalars = textStart + textLength;
    this.#position = this.#scalars;
  }

  /** Whether a text occurs in any record of the frame; may be true when it only occurs within other texts. */
  mentions(text: string): boolean {
    return this.#text.includes(text);
  }

  /** Goes to a `PackedWriter.position`. */
  seek(position: number): void {
    this.#position = this.#scalars + position;
  }

  override read(): Scalar {
    const tag = this.#byte();
    if (tag >= SMALL) return tag - SMALL;
    switch (tag) {
      case NULL:
        return null;
      case TRUE:
        return true;
      case FALSE:
        return false;
      case TEXT:
        return this.#textAt(this.#varint());
      case INTEGER:
        return this.#varint();
      case NEGATIVE:
        return -this.#varint();
      case DOUBLE:
        for (let i = 0; i < 8; i++) floatBytes[i] = this.#byte();
        return float[0] ?? 0;
      default:
        throw new RangeError(`unknown tag ${tag}`);
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#position++];
    if (byte === undefined) throw new RangeError('ends early');
    return byte;
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
      if (scale > Number.MAX_SAFE_INTEGER) throw new RangeError('number too long');
    }
  }

  #textAt(index: number): string {
    const known = this.#texts[index];
    if (known !== undefined) return known;
    const start = this.#starts[index];
    const end = this.#starts[index + 1];
    if (start === undefined || end === undefined) throw new RangeError('text out of range');
    const text = this.#text.slice(start, end);
    this.#texts[index] = text;
    return text;
  }
}
