import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announce } from '../../src/cli/announce.ts';
import type { CliIo } from '../../src/cli/io.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function start(
  onTerminal: boolean,
  firstKey: string | null,
  token: string,
): Promise<{ stdout: string; log: string }> {
  const texts = { stdout: '', log: '' };
  const into = (name: keyof typeof texts): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  const io: Pick<CliIo, 'stdout' | 'isTerminal'> = {
    stdout: into('stdout'),
    isTerminal: { stdout: onTerminal, stderr: false },
  };
  const running = {
    url: 'http://127.0.0.1:1',
    signInLink: async () => `http://127.0.0.1:1/sign-in#token=${token}`,
    firstKey,
  };
  await announce(running, { dataDir }, io, pino({}, into('log')));
  return texts;
}

describe('announce', () => {
  it('shows a person on a terminal the address, the link and the first key', async () => {
    const { stdout } = await start(true, 'gatehouse_first', 'once');
    expect(stdout).toContain('http://127.0.0.1:1\n');
    expect(stdout).toContain('#token=once');
    expect(stdout).toContain('gatehouse_first');
  });

  it('writes them elsewhere to a file that only its owner reads, and logs nothing but its path', async () => {
    const { stdout, log } = await start(false, 'gatehouse_first', 'once');
    const path = join(dataDir, 'access.txt');
    expect(stdout).toBe('');
    expect(log).toContain(path);
    expect(log).not.toMatch(/once|gatehouse_first/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const text = await readFile(path, 'utf8');
    expect(text).toContain('#token=once');
    expect(text).toContain('gatehouse_first');
  });

  it('keeps the first key in that file over later starts and renews the link', async () => {
    await start(false, 'gatehouse_first', 'once');
    await start(false, null, 'twice');
    const text = await readFile(join(dataDir, 'access.txt'), 'utf8');
    expect(text).toContain('gatehouse_first');
    expect(text).toContain('#token=twice');
    expect(text).not.toContain('#token=once');
  });
});
