/**
 * What spreadsheets take for the beginning of a formula, after OWASP ("CSV Injection"): = + - @, tab, carriage return
 * and line feed, and the full-width forms of the four signs. White space before them is skipped by some programs.
 */
const FORMULA = /^[\s\u00a0\ufeff]*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u;
/** Controls, and marks that change the direction of what follows (Unicode Standard Annex 9): invisible, and they mislead. */
const INVISIBLE = /[\p{Cc}\u061c\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** A text as a cell (RFC 4180) that no spreadsheet reads as a formula: an apostrophe stands before what would be one. */
export function csvText(text: string): string {
  const visible = text.replace(INVISIBLE, escaped);
  const inert = FORMULA.test(text) || FORMULA.test(visible) ? `'${visible}` : visible;
  return /[",\r\n;]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** A value as a cell: only texts are written by strangers. Lists are joined by blanks; `null` is empty. */
export function csvCell(value: string | number | boolean | null | readonly string[]): string {
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return csvText(typeof value === 'string' ? value : value.join(' '));
}

/** A value as JSON in which invisible characters are escapes: the value is the same, and nothing is hidden. */
export const visibleJson = (value: unknown): string =>
  JSON.stringify(value).replace(INVISIBLE, (mark) => `\\u${hex(mark)}`);

const hex = (mark: string): string => mark.charCodeAt(0).toString(16).padStart(4, '0');
const escaped = (mark: string): string => `\\u${hex(mark)}`;
