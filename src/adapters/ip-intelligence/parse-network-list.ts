import { setImmediate as nextTurn } from 'node:timers/promises';
import { parse as parseCsv } from 'csv-parse/sync';
import type { ListFormat } from './list-source.ts';
import { type ParsedNetwork, parseAddress, parseNetwork } from './parse-address.ts';
import { compileRanges, type RangeSet } from './range-set.ts';
import { SourceProblem } from './source-problem.ts';

export interface NetworkList {
  readonly ranges: RangeSet;
  readonly systems: ReadonlySet<number>;
  /** Lines that were understood. */
  readonly entries: number;
  /** Lines that were not. */
  readonly skipped: number;
}

/**
 * The widest network that one line may hold: a broken or poisoned feed says `0.0.0.0/0`, and then everybody is a
 * VPN. The widest networks ever handed to one holder are /8 (IPv4) and /16 (IPv6).
 */
const shortestPrefix = { 4: 8, 6: 16 } as const;

/** A file of which more than this share cannot be read is another kind of file (an error page, another format). */
const mostBadLines = 0.5;

/** Lines that are parsed before other work gets its turn (about 5 ms): lists are reloaded while logins are decided. */
const linesAtOnce = 1_000;

/**
 * Compiles the text of a list. A bad line is counted and skipped; a file that is mostly bad, or has no content at
 * all (a download that failed), is refused with {@link SourceProblem}. A file of comments alone is a list that is empty on
 * purpose.
 */
export async function parseNetworkList(
  text: string,
  format: Exclude<ListFormat, 'mmdb'>,
): Promise<NetworkList> {
  const content = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (content.trim() === '') throw new SourceProblem('the file is empty');
  const list = await (format === 'tor_csv' ? readTorCsv(content) : readLines(content, format));
  const lines = list.entries + list.skipped;
  if (list.skipped > mostBadLines * lines) {
    throw new SourceProblem(
      `${list.skipped} of its ${lines} lines are not ${format === 'asn' ? 'AS numbers' : 'addresses or networks'}`,
    );
  }
  return list;
}

async function readLines(text: string, format: 'cidr' | 'asn'): Promise<NetworkList> {
  const networks: ParsedNetwork[] = [];
  const systems = new Set<number>();
  let entries = 0;
  let skipped = 0;
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (index % linesAtOnce === linesAtOnce - 1) await nextTurn();
    // Feeds append counts, names or comments to what they list.
    const [token = ''] = line.trim().split(/[\s,;#]/, 1);
    if (token === '') continue;
    if (format === 'asn') {
      const system = parseSystem(token);
      if (system === null) skipped += 1;
      else {
        entries += 1;
        systems.add(system);
      }
    } else {
      const network = parseNetwork(token);
      if (network === null || network.prefix < shortestPrefix[network.version]) skipped += 1;
      else {
        entries += 1;
        networks.push(network);
      }
    }
  }
  return { ranges: compileRanges(networks), systems, entries, skipped };
}

async function readTorCsv(text: string): Promise<NetworkList> {
  const rows: string[][] = parseCsv(text, {
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
  });
  const [header = [], ...body] = rows;
  const column = header.findIndex((title) => title.toLowerCase() === 'ipaddr');
  if (column < 0) throw new SourceProblem('its first line does not name a column "ipaddr"');
  const networks: ParsedNetwork[] = [];
  let skipped = 0;
  for (const [index, row] of body.entries()) {
    if (index % linesAtOnce === linesAtOnce - 1) await nextTurn();
    const field = row[column] ?? '';
    const network = parseAddress(field) === null ? null : parseNetwork(field);
    if (network === null) skipped += 1;
    else networks.push(network);
  }
  return { ranges: compileRanges(networks), systems: new Set(), entries: networks.length, skipped };
}

/** RFC 6793: AS numbers have 32 bits; 0 is reserved (RFC 7607). */
function parseSystem(token: string): number | null {
  const match = /^(?:AS)?(\d{1,10})$/i.exec(token);
  const number = Number(match?.[1]);
  return Number.isInteger(number) && number > 0 && number <= 0xffffffff ? number : null;
}
