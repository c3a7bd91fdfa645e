import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { AnonymousIPResponse } from 'maxmind';
import type { ListKind, ListSource } from './list-source.ts';
import { openMmdb } from './mmdb-file.ts';
import type { ParsedAddress } from './parse-address.ts';
import { parseNetworkList } from './parse-network-list.ts';
import { SourceProblem } from './source-problem.ts';

/** A list that answers. */
export interface LoadedList {
  readonly source: ListSource;
  /** `system` is the AS that announces the address, `null` when unknown. */
  has(address: ParsedAddress, system: number | null): boolean;
  readonly entries: number;
  readonly skipped: number;
  readonly version: string;
  /** One sentence once the file turned out damaged after it was loaded, else `null`. */
  damage(): string | null;
}

/** The largest text list that is read, in bytes; the largest public feeds are under 20 MB. */
const largestText_bytes = 256 * 1024 ** 2;

/** Reads one configured list. Throws when it cannot be used as a whole. */
export async function loadNetworkList(source: ListSource): Promise<LoadedList> {
  if (source.format === 'mmdb') {
    const file = await openMmdb<AnonymousIPResponse>(source.path);
    return {
      source,
      has: (address) => {
        const record = file.find(address);
        return record !== null && recordSays(record, source.kind);
      },
      entries: file.entries,
      skipped: 0,
      version: file.version,
      damage: file.damage,
    };
  }
  const file = await stat(source.path);
  if (!file.isFile()) throw new SourceProblem('it is not a file');
  if (file.size > largestText_bytes) throw new SourceProblem('it is larger than 256 MiB');
  const text = await readFile(source.path, 'utf8');
  const { ranges, systems, entries, skipped } = await parseNetworkList(text, source.format);
  return {
    source,
    has: (address, system) => ranges.has(address) || (system !== null && systems.has(system)),
    entries,
    skipped,
    version: createHash('sha256').update(text).digest('hex').slice(0, 8),
    damage: () => null,
  };
}

/** Which flag of an Anonymous-IP record speaks for a kind of list. */
const flagOf: Readonly<Partial<Record<ListKind, keyof AnonymousIPResponse>>> = {
  hosting: 'is_hosting_provider',
  vpn: 'is_anonymous_vpn',
  tor: 'is_tor_exit_node',
  residential_proxy: 'is_residential_proxy',
};

function recordSays(record: AnonymousIPResponse, kind: ListKind): boolean {
  const flag = flagOf[kind];
  const flagged = Object.keys(record).some((key) => key.startsWith('is_'));
  return flag === undefined || !flagged ? true : record[flag] === true;
}
