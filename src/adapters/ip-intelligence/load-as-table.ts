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
 * Where every process of one installation finds the compiled table: `.cache/gatehouse` in the `node_modules` that holds
 * the package. The build fills it, so that an image whose files are read-only has it too.
 */
export function installationCache(): string {
  return join(dirname(manifestOf()), '..', '..', '.cache', 'gatehouse');
}

/**
 * Loads the AS table of `@ip-location-db/asn`, compiled once per package version into the first of `cacheDirs` that
 * takes it. A cache that cannot be read, is damaged, or cannot be written costs time and never the table. Throws when
 * the package itself is missing or unreadable.
 */
export async function loadAsTable(options: {
  readonly cacheDirs: readonly string[];
  readonly log: SourceLog;
}): Promise<LoadedAsTable> {
  const manifestPath = manifestOf();
  const manifest: unknown = JSON.parse(await readFile(manifestPath, 'utf8'));
  const version = versionOf(manifest);
  const day = dayOf(version);

  for (const cacheDir of options.cacheDirs) {
    const cached = await readCache(join(cacheDir, cacheFile), version, options.log);
    if (cached !== null) return { table: cached, version, day, from: 'cache' };
  }
  const folder = dirname(manifestPath);
  const [ipv4Csv, ipv6Csv] = await Promise.all([
    readFile(join(folder, 'asn-ipv4-num.csv'), 'utf8'),
    readFile(join(folder, 'asn-ipv6-num.csv'), 'utf8'),
  ]);
  const { table, columns } = compileAsTable(ipv4Csv, ipv6Csv);
  if (options.cacheDirs.length > 0) {
    await writeCache(options.cacheDirs, encodeAsTable(columns, version), options.log);
  }
  return { table, version, day, from: 'compiled' };
}

async function readCache(path: string, version: string, log: SourceLog): Promise<AsTable | null> {
  try {
    return decodeAsTable(await readFile(path), version);
  } catch (error) {
    const missing =
      error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
    if (!missing) {
      log.warn({ problem: problemOf(error) }, 'The cached AS table cannot be read; compiling it again');
    }
    return null;
  }
}

async function writeCache(cacheDirs: readonly string[], image: Uint8Array, log: SourceLog): Promise<void> {
  const problems: unknown[] = [];
  for (const cacheDir of cacheDirs) {
    try {
      return await putInto(cacheDir, image, log);
    } catch (error) {
      // An installation is often read-only: the next directory is tried before anybody is told.
      problems.push(problemOf(error));
    }
  }
  log.warn({ problems }, 'The compiled AS table cannot be cached; every start will compile it again');
}

async function putInto(cacheDir: string, image: Uint8Array, log: SourceLog): Promise<void> {
  // Beside the target and renamed into place: a process killed half-way leaves the old cache or none, never half
  // of one, and two processes starting together do not write into each other's file.
  const draft = join(cacheDir, `${cacheFile}.${randomUUID()}`);
  await mkdir(cacheDir, { recursive: true });
  try {
    await writeFile(draft, image);
    await rename(draft, join(cacheDir, cacheFile));
  } catch (error) {
    await rm(draft, { force: true }).catch((cause: unknown) => {
      log.warn({ problem: problemOf(cause) }, 'A half-written AS table stays behind in the cache directory');
    });
    throw error;
  }
}

function manifestOf(): string {
  return createRequire(import.meta.url).resolve(`${packageName}/package.json`);
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
