/** What a person may mean by the text typed into the search: the readings that it allows, likeliest first. */
export type Reading =
  | { readonly kind: 'decision'; readonly id: string }
  | { readonly kind: 'address'; readonly ip: string }
  | { readonly kind: 'network'; readonly asn: number }
  | { readonly kind: 'reason'; readonly code: string }
  | { readonly kind: 'user'; readonly id: string };

const DECISION = /^dec_[0-9a-zA-Z-]{1,64}$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
/** Loose on purpose: the server has the last word on what an address is. */
const IPV6 = /^(?=.*:.*:)[0-9a-f:]{2,39}(?:(?:\d{1,3}\.){3}\d{1,3})?$/i;
const ASN = /^AS\s?(\d{1,10})$/i;
const REASON = /^[a-z]+\.[a-z_]+$/;
const MAX_ASN = 4_294_967_295;
const MAX_ID = 256;

export const isAddress = (text: string): boolean => IPV4.test(text) || IPV6.test(text);

export const readingsOf = (typed: string): readonly Reading[] => {
  const text = typed.trim();
  if (text === '' || text.length > MAX_ID) return [];
  // Spaces around it come along when something is copied; but there are ids that have them.
  return text === typed || typed.length > MAX_ID
    ? meaningsOf(text)
    : [...meaningsOf(text), { kind: 'user', id: typed }];
};

const meaningsOf = (text: string): readonly Reading[] => {
  if (DECISION.test(text)) return [{ kind: 'decision', id: text }];
  const user: Reading = { kind: 'user', id: text };
  if (isAddress(text)) return [{ kind: 'address', ip: text }, user];
  const asn = Number(ASN.exec(text)?.[1] ?? Number.NaN);
  if (asn <= MAX_ASN) return [{ kind: 'network', asn }, user];
  if (REASON.test(text)) return [{ kind: 'reason', code: text }, user];
  return [user];
};

/** Whether every word of `typed` begins a word of `label`; how far in the first one stands, or -1. */
export const matchAt = (label: string, typed: string): number => {
  const text = label.toLocaleLowerCase();
  let first = -1;
  for (const word of typed.toLocaleLowerCase().split(/\s+/).filter(Boolean)) {
    const at = text.startsWith(word) ? 0 : text.indexOf(` ${word}`);
    if (at < 0) return -1;
    if (first < 0) first = at;
  }
  return Math.max(first, 0);
};
