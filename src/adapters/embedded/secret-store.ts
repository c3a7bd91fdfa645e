import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { SecretStore } from '../../ports/secret-store.ts';

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const OTHERS_MAY_READ = 0o077;

export interface SecretStoreConfig {
  /** Directory of the secrets, one file a name; made with mode 0700 when absent. */
  readonly path: string;
}

/**
 * Secrets as files of mode 0600. A file is complete or absent: it is written and synced beside its place first. When
 * two processes make the same secret at once, both get the one that was there first. A file that an operator placed
 * there (a mounted secret) is used as it is.
 *
 * @throws RangeError for a name that is not 1–64 of a–z, 0–9 and “-”.
 */
export function createSecretStore(options: {
  readonly config: SecretStoreConfig;
  readonly log: Logger;
}): SecretStore {
  const { config, log } = options;
  const warned = new Set<string>();

  function pathOf(name: string): string {
    if (!NAME.test(name)) throw new RangeError('A secret is named by 1–64 of a–z, 0–9 and “-”.');
    return join(config.path, name);
  }

  async function read(name: string): Promise<Uint8Array | undefined> {
    const path = pathOf(name);
    try {
      const value = await readFile(path);
      const { mode } = await stat(path);
      if ((mode & OTHERS_MAY_READ) !== 0 && !warned.has(name)) {
        warned.add(name);
        log.warn(
          { secret: name, code: 'secret_readable_by_others' },
          'others on this machine may read a secret',
        );
      }
      return value;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Writes and syncs a file beside its place, then lets `settle` move it there. */
  async function write(
    name: string,
    value: Uint8Array,
    settle: (from: string, to: string) => Promise<void>,
  ): Promise<void> {
    const path = pathOf(name);
    await mkdir(config.path, { recursive: true, mode: 0o700 });
    const beside = `${path}.${randomUUID()}`;
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(value);
      await file.sync();
    } finally {
      await file.close();
    }
    await settle(beside, path);
    const directory = await open(config.path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  return {
    async get(name, make) {
      const present = await read(name);
      if (present !== undefined) return present;
      const made = make();
      // `link` fails when the name is taken, which `rename` would not: the first maker wins.
      await write(name, made, async (from, to) => {
        try {
          await link(from, to);
        } catch (error) {
          if (!isErrno(error, 'EEXIST')) throw error;
        } finally {
          await unlink(from);
        }
      });
      return (await read(name)) ?? made;
    },
    async put(name, value) {
      await write(name, value, rename);
    },
  };
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
