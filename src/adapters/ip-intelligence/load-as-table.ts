import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AsTable } from './as-table.ts';
import { compileAsTable, decodeAsTable, encodeAsTable } from './as-table.ts';
import type { SourceLog } from './source-log.ts';
import { problemOf } from './source-problem.ts';

const packageName = '@ip-location-db/asn';
const cacheFile = 'as-table.bin';

export interface LoadedAsTable {
  readonly table: AsTable;
  readonly version: string;
  /** Day of the data, `YYYY-MM-DD`, as the package's version states it; `null` when it does not. */
  readonly day: string | null;
  /** `cache`: read back in tens of milliseconds; `compiled`: parsed from the CSV, which takes about a second. */
  readonly from: 'cache' | 'compiled';
}

/**
 * Loads the AS table of `@ip-location-db/asn`, compiled once per package version into `cacheDir`. A cache that
 * cannot be read, is damaged, or cannot be written costs time and never the table. Throws when the package itself
 * is missing or unreadable.
 */
export async function loadAsTable(options: {
  readonly cacheDir: string | null;
  readonly log: SourceLog;
}): Promise<LoadedAsTable> {
  const require = createRequire(import.meta.url);
  const manifestPath = require.resolve(`${packageName}/package.json`);
  const manifest: unknown = JSON.parse(await readFile(manifestPath, 'utf8'));
  const version = versionOf(manifest);
  const day = dayOf(version);

  if (options.cacheDir !== null) {
    const cached = await readCache(join(options.cacheDir, cacheFile), version, options.log);
    if (cached !== null) return { table: cached, version, day, from: 'cache' };
  }
  const folder = dirname(manifestPath);
  const [ipv4Csv, ipv6Csv] = await Promise.all([
    readFile(join(folder, 'asn-ipv4-num.csv'), 'utf8'),
    readFile(join(folder, 'asn-ipv6-num.csv'), 'utf8'),
  ]);
  const { table, columns } = compileAsTable(ipv4Csv, ipv6Csv);
  if (options.cacheDir !== null) {
    await writeCache(options.cacheDir, encodeAsTable(columns, version), options.log);
  }
  return { table, version, day, from: 'compiled' };
}

async function readCache(path: string, version: string, log: SourceLog): Promise<AsTable | null> {
  try {
    return decodeAsTable(await readFile(path), version);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing) {
      log.warn({ problem: problemOf(error) }, 'The cached AS table cannot be read; compiling it again');
    }
    return null;
  }
}

async function writeCache(cacheDir: string, image: Uint8Array, log: SourceLog): Promise<void> {
  // Beside the target and renamed into place: a process killed half-way leaves the old cache or none, never half
  // of one, and two processes starting together do not write into each other's file.
  const draft = join(cacheDir, `${cacheFile}.${randomUUID()}`);
  try {
    await mkdir(cacheDir, { recursive: true });
    await writeFile(draft, image);
    await rename(draft, join(cacheDir, cacheFile));
  } catch (error) {
    log.warn(
      { problem: problemOf(error) },
      'The compiled AS table cannot be cached; every start will compile it again',
    );
    await rm(draft, { force: true }).catch((cause: unknown) => {
      log.warn({ problem: problemOf(cause) }, 'A half-written AS table stays behind in the cache directory');
    });
  }
}

function versionOf(manifest: unknown): string {
  return typeof manifest === 'object' &&
    manifest !== null &&
    'version' in manifest &&
    typeof manifest.version === 'string'
    ? manifest.version
    : 'unknown';
}

/** The package is numbered `2.3.YYYYMMDDHH`. */
function dayOf(version: string): string | null {
  const match = /\.(\d{4})(\d{2})(\d{2})\d{2}$/.exec(version);
  return match === null ? null : `${match[1]}-${match[2]}-${match[3]}`;
}
