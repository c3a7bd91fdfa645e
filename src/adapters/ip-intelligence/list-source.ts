/** What being on a list means. `blocklist` is a threat feed; the policy's own block lists are elsewhere. */
export const listKinds = [
  'hosting',
  'vpn',
  'tor',
  'relay',
  'residential_proxy',
  'mobile',
  'blocklist',
] as const;
export type ListKind = (typeof listKinds)[number];

/**
 * How a list is written.
 * - `cidr`: a network or address a line; `#` and `;` begin comments; what follows the first blank or comma is ignored.
 * - `asn`: an AS number a line (`AS64500` or `64500`), comments as above.
 * - `tor_csv`: CSV with a header that names a column `ipaddr`.
 * - `mmdb`: a MaxMind database. An address is listed when its record sets the flag of the list's kind
 *   (`is_anonymous_vpn`, …), or when its record has no such flags at all (Residential Proxy and home-made databases).
 */
export const listFormats = ['cidr', 'asn', 'tor_csv', 'mmdb'] as const;
export type ListFormat = (typeof listFormats)[number];

export interface ListSource {
  /** Unique; shown in status, and for blocklists in the facts of a decision. */
  readonly name: string;
  readonly kind: ListKind;
  readonly format: ListFormat;
  readonly path: string;
}

export type ParsedListSources =
  | { readonly ok: true; readonly sources: readonly ListSource[] }
  /** `problem`: one sentence that says what to write instead. */
  | { readonly ok: false; readonly problem: string };

const shape = '"[name=]kind:format:path", for example "vpn:cidr:/etc/gatehouse/vpn.txt"';

/**
 * Parses the text of one environment variable, entries apart by commas: `vpn:cidr:/lists/a.txt,tor:tor_csv:/lists/b.csv`.
 * A name is the file's name without extension unless one is given (`ipsum=blocklist:cidr:/lists/levels_3.txt`).
 * Empty text is no list. Paths may hold colons but no commas; whether they exist is not looked at here.
 */
export function parseListSources(text: string): ParsedListSources {
  const sources: ListSource[] = [];
  const names = new Set<string>();
  for (const piece of text.split(',')) {
    const entry = piece.trim();
    if (entry === '') continue;
    const match = /^(?:([^=:]*)=)?([^:]*):([^:]*):(.+)$/.exec(entry);
    if (match === null) return refuse(entry, `is not of the form ${shape}`);
    const [, given, kindText = '', formatText = '', path = ''] = match.map((part) => part?.trim());
    const kind = listKinds.find((known) => known === kindText);
    if (kind === undefined)
      return refuse(entry, `has the kind "${kindText}"; kinds are ${listKinds.join(', ')}`);
    const format = listFormats.find((known) => known === formatText);
    if (format === undefined) {
      return refuse(entry, `has the format "${formatText}"; formats are ${listFormats.join(', ')}`);
    }
    if (path === '') return refuse(entry, 'names no file');
    const name = given ?? nameOf(path);
    if (!/^[\w.-]{1,64}$/.test(name)) {
      return refuse(
        entry,
        'needs a name of at most 64 letters, digits, dots, dashes or underscores before "="',
      );
    }
    if (names.has(name)) {
      return refuse(
        entry,
        `has the name "${name}" of an earlier list; give it another one, as in "other=${entry}"`,
      );
    }
    names.add(name);
    sources.push({ name, kind, format, path });
  }
  return { ok: true, sources };
}

function nameOf(path: string): string {
  const file = path.split(/[\\/]/).at(-1) ?? path;
  const bare = file.replace(/\.(?:txt|csv|mmdb|list|netset|ipset)$/i, '');
  return bare.replaceAll(/[^\w.-]+/g, '_').slice(0, 64);
}

function refuse(entry: string, what: string): ParsedListSources {
  return { ok: false, problem: `The IP list "${entry}" ${what}.` };
}
