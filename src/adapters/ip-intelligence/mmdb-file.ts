import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { open, type Response } from 'maxmind';
import type { ParsedAddress } from './parse-address.ts';
import { problemOf, SourceProblem } from './source-problem.ts';

/** An open MaxMind database, whole in memory. */
export interface MmdbFile<T extends Response> {
  /** The record of the address; `null` when there is none, or an empty one, or when the file turns out damaged (see `damage`). */
  find(address: ParsedAddress): T | null;
  readonly entries: number;
  /** Database type, build day and a digest of its metadata. */
  readonly version: string;
  readonly day: string;
  /** One sentence once a record could not be read, else `null`. */
  damage(): string | null;
}

/** The largest database that is read into memory, in bytes (GeoIP2 Enterprise is about 500 MB). */
const largestFile_bytes = 1024 ** 3;

/** Opens a database. Throws when it cannot be read or is none. */
export async function openMmdb<T extends Response>(path: string): Promise<MmdbFile<T>> {
  const file = await stat(path);
  if (!file.isFile()) throw new SourceProblem('it is not a file');
  if (file.size > largestFile_bytes) throw new SourceProblem('it is larger than 1 GiB');
  const reader = await open<T>(path);
  const { databaseType, nodeCount, ipVersion, buildEpoch } = reader.metadata;
  const day = buildEpoch.toISOString().slice(0, 10);
  const digest = createHash('sha256')
    .update(JSON.stringify([databaseType, nodeCount, ipVersion, buildEpoch.getTime(), file.size]))
    .digest('hex')
    .slice(0, 8);
  let damage: string | null = null;
  return {
    find: (address) => {
      // A tree of IPv4 addresses has no branches for 128 bits.
      if (ipVersion === 4 && address.version === 6) return null;
      try {
        const record = reader.get(address.ip);
        // Some databases cover everything and give an empty record to what they know nothing about.
        return record === null || Object.keys(record).length === 0 ? null : record;
      } catch (error) {
        damage ??= `a record cannot be read (${problemOf(error)})`;
        return null;
      }
    },
    entries: nodeCount,
    version: `${databaseType} ${day} ${digest}`,
    day,
    damage: () => damage,
  };
}
