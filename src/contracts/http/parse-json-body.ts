import type { FieldError } from './problem-answer.ts';

export type ParsedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

const utf8 = new TextDecoder();

/**
 * A body as received to plain data. `JSON.parse` makes a `__proto__` in the text an ordinary own property and
 * pollutes nothing; what becomes of it is decided field by field, so that an end user cannot make a call fail by
 * sending a header of that name. Bytes that are not UTF-8 become U+FFFD for the same reason; a byte order mark is
 * passed over.
 */
export function parseJsonBody(raw: string | Uint8Array): ParsedJson {
  const text = typeof raw === 'string' ? raw : utf8.decode(raw);
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    // The engine's message quotes the body, which may hold secrets: only the position is passed on.
    const position = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
    const where = position === undefined ? '' : ` (at character ${position})`;
    const what = text.length === 0 ? 'is empty' : `is not valid JSON${where}`;
    return { ok: false, errors: [{ pointer: '', detail: what }] };
  }
}
