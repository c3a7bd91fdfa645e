/**
 * Characters that change how the text around them is drawn without being seen themselves: C0 and C1 controls, line
 * and paragraph separators, zero-width characters (but not the joiners that emoji and Persian need), soft hyphen,
 * and all of Unicode's bidirectional controls (UAX #9 section 2; CVE-2021-42574 shows what they are abused for).
 */
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]/g;

/** At either end nobody sees them; within a text everybody does. */
const OUTER_SPACES = /^\s+|\s+$/g;

/** What hides in a text made visible (`\u202e`); spaces stay as they are. */
export const revealInside = (text: string): string =>
  text.replace(INVISIBLE, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Text that an attacker may have written, with what hides in it and at its ends made visible. */
export const reveal = (text: string): string =>
  revealInside(text.replace(OUTER_SPACES, (spaces) => spaces.replace(/ /g, '\\u0020')));

/** Written as capitals wherever they stand in a code or a key. */
const ACRONYMS = new Set(['acr', 'as', 'asn', 'id', 'ip', 'mfa', 'os', 'rtt', 'tls', 'utc', 'vpn']);

/** `impossible_travel` → `Impossible travel`; `new_as` → `New AS`. */
export const sentence = (snake: string): string => {
  const words = snake
    .split(/[_ ]+/)
    .filter((word) => word !== '')
    .map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word))
    .join(' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** `location.impossible_travel` → its category and its words. */
export const splitCode = (code: string): { readonly category: string; readonly words: string } => {
  const dot = code.indexOf('.');
  return dot < 0
    ? { category: '', words: sentence(code) }
    : { category: code.slice(0, dot), words: sentence(code.slice(dot + 1)) };
};

/** The words of a code where its category does not stand beside it: `device.unknown` → `Unknown device`. */
export const codeWords = (code: string): string => {
  const { category, words } = splitCode(code);
  return category === '' || words.includes(' ') ? words : `${words} ${category}`;
};
