import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReplayOutput } from '../../../src/adapters/replay-files/open-output.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const nowhere = (): Writable => new Writable();

describe('openReplayOutput', () => {
  it('shows nothing under the name before the end, and leaves an old file when it is discarded', async () => {
    const path = join(directory, 'out.ndjson');
    await writeFile(path, 'old\n');
    const output = await openReplayOutput(path, nowhere());
    const spool = await output.spool();
    spool.append('answer');
    await spool.seal();
    for (let i = 0; i < 30_000; i++) await output.write('x'.repeat(100));
    expect(await readFile(path, 'utf8')).toBe('old\n');
    await output.discard();
    expect(await readFile(path, 'utf8')).toBe('old\n');
    expect(await readdir(directory)).toEqual(['out.ndjson']);
  });

  it('writes every line once, in order, however long', async () => {
    const path = join(directory, 'out.ndjson');
    const lines = Array.from({ length: 3_000 }, (_, i) => `${i}:${'é漢😀'.repeat(i % 400)}`);
    lines.splice(10, 0, 'x'.repeat(4_000_000));
    const output = await openReplayOutput(path, nowhere());
    for (const [i, line] of lines.entries()) await output.write(i % 2 === 0 ? line : Buffer.from(line));
    await output.finish();
    await output.discard();
    expect((await readFile(path, 'utf8')) === `${lines.join('\n')}\n`).toBe(true);
    expect(await readdir(directory)).toEqual(['out.ndjson']);
  });

  it('gives back what was spooled, from any place in any order', async () => {
    const output = await openReplayOutput(join(directory, 'out.ndjson'), nowhere());
    const spool = await output.spool();
    const texts = Array.from({ length: 2_000 }, (_, i) => `${i}-${'漢'.repeat(i % 700)}`);
    let end = 0;
    const places: (readonly [number, number])[] = [];
    for (const text of texts) {
      const { length, full } = spool.append(text);
      places.push([end, length]);
      end += length;
      await full;
    }
    await spool.seal();
    for (let i = 0; i < texts.length; i++) {
      const j = (i * 7_919) % texts.length;
      const [offset, length] = places[j] ?? [0, 0];
      expect(Buffer.from(spool.at(offset, length)).toString('utf8')).toBe(texts[j]);
    }
    await output.discard();
    expect(await readdir(directory)).toEqual([]);
  });

  it('keeps a symbolic link pointing at the file that gets the answers', async () => {
    await writeFile(join(directory, 'real'), 'old');
    await symlink(join(directory, 'real'), join(directory, 'link'));
    const output = await openReplayOutput(join(directory, 'link'), nowhere());
    await output.write('new');
    await output.finish();
    expect(await readFile(join(directory, 'real'), 'utf8')).toBe('new\n');
  });

  it('says in one sentence why it cannot write', async () => {
    await expect(openReplayOutput(directory, nowhere())).rejects.toMatchObject({
      code: 'output_unwritable',
      message: expect.stringContaining('it is a directory'),
    });
    await expect(openReplayOutput(join(directory, 'no', 'out'), nowhere())).rejects.toMatchObject({
      code: 'output_unwritable',
    });
  });

  it('passes the failure of standard output on', async () => {
    const broken = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    });
    const output = await openReplayOutput('-', broken);
    output.write('answer');
    await expect(output.finish()).rejects.toMatchObject({ code: 'output_unwritable' });
  });
});
