const PLAIN = /^[\x20-\x7e]*$/;
/**
 * Control characters end lines in logs and terminals; bidirectional ones (Unicode Standard Annex 9) make a text read
 * as another on an analyst's page; halves of surrogate pairs are no text at all.
 */
const HARMFUL = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Text from the network with U+FFFD in place of what could harm its readers; the same text when there is nothing. */
export function cleanText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(HARMFUL, '\ufffd');
}
