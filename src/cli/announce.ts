import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { CliIo } from './io.ts';

const FILE = 'access.txt';
const KEY_LINE = 'API key (tenant default, every scope): ';

export interface Announced {
  readonly url: string;
  readonly signInLink: () => Promise<string>;
  readonly firstKey: string | null;
}

/**
 * Tells whoever started Gatehouse how to get in: a person on a terminal reads it there; anywhere else, where output
 * ends up in logs that others read, it goes to a file of the data directory with mode 0600, and only the path is
 * logged. The key of the first start stays in that file until somebody takes it out.
 */
export async function announce(
  running: Announced,
  config: { readonly dataDir: string },
  io: Pick<CliIo, 'stdout' | 'isTerminal'>,
  log: Logger,
): Promise<void> {
  const link = `Sign in (once, within 10 minutes): ${await running.signInLink()}`;
  if (io.isTerminal.stdout) {
    const key =
      running.firstKey === null ? '' : `${KEY_LINE}${running.firstKey}\nKeep it: it is not shown again.\n`;
    io.stdout.write(`\nGatehouse listens on ${running.url}\n${link}\n${key}\n`);
    return;
  }
  const path = join(config.dataDir, FILE);
  const key = running.firstKey === null ? await keyIn(path) : running.firstKey;
  const partial = `${path}.partial`;
  await writeFile(partial, `${link}\n${key === null ? '' : `${KEY_LINE}${key}\n`}`, { mode: 0o600 });
  await rename(partial, path);
  log.info({ path }, 'how to sign in stands in this file');
}

async function keyIn(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  const line = text.split('\n').find((candidate) => candidate.startsWith(KEY_LINE));
  return line === undefined ? null : line.slice(KEY_LINE.length);
}
