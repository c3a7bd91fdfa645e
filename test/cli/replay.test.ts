import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from '../support/cli.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const line = (minute: number): string =>
  JSON.stringify({
    event_id: `e${minute}`,
    occurred_at: new Date(Date.UTC(2026, 10, 23, 9, minute)).toISOString(),
    user: { id: 'ada' },
    context: { ip: '203.0.113.7' },
  });

describe('gatehouse replay', () => {
  it('overwrites the output, names bad lines and ends with a summary on standard error', async () => {
    const [input, output] = [join(directory, 'in'), join(directory, 'out')];
    await writeFile(input, `${line(1)}\nnonsense\n${line(2)}\n`);
    await writeFile(output, 'old');
    const run = await cli(['replay', '--input', input, '--output', output]);
    expect(run.code).toBe(0);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('Line 2 is not JSON.');
    expect(run.stderr).toMatch(/Decided 2 events in .* events\/s\); 1 bad line\./);
    expect(run.stderr).toMatch(/all events +2 +0 +0/);
    const answers = (await readFile(output, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as object);
    expect(answers.map((answer) => ('error' in answer ? answer : 'decided'))).toEqual([
      'decided',
      { event_id: null, error: 'is not JSON' },
      'decided',
    ]);
  });

  it('reads standard input and writes standard output', async () => {
    const run = await cli(['replay', '-i', '-', '-o', '-'], { stdin: `${line(2)}\n${line(1)}\n` });
    expect(run.code).toBe(0);
    const ids = run.stdout
      .trimEnd()
      .split('\n')
      .map((text) => (JSON.parse(text) as { event_id: string }).event_id);
    expect(ids).toEqual(['e2', 'e1']);
  });

  it('ends a strict run at a bad line with exit code 1 and leaves the old output', async () => {
    const [input, output] = [join(directory, 'in'), join(directory, 'out')];
    await writeFile(input, `${line(1)}\n{}\n`);
    await writeFile(output, 'old');
    const run = await cli(['replay', '-i', input, '-o', output, '--strict']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('Line 2 /context is required');
    expect(await readFile(output, 'utf8')).toBe('old');
    expect((await readdir(directory)).sort()).toEqual(['in', 'out']);
  });

  it('decides with another policy', async () => {
    const [input, output, policy] = ['in', 'out', 'policy'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(input, `${line(1)}\n`);
    await writeFile(policy, '{ "id": "quiet", "mode": "monitor" }');
    expect((await cli(['replay', '-i', input, '-o', output, '--policy', policy])).code).toBe(0);
    expect(JSON.parse(await readFile(output, 'utf8'))).toMatchObject({
      policy: { id: 'quiet', mode: 'monitor' },
    });
    await writeFile(policy, '{ "mode": "loud" }');
    const refused = await cli(['replay', '-i', input, '-o', output, '--policy', policy]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('/mode');
  });

  it('stops when it is interrupted, with exit code 130 and nothing left behind', async () => {
    const [input, output] = [join(directory, 'in'), join(directory, 'out')];
    await writeFile(input, `${line(1)}\n`);
    const run = await cli(['replay', '-i', input, '-o', output], { signal: AbortSignal.abort() });
    expect(run.code).toBe(130);
    expect(await readdir(directory)).toEqual(['in']);
  });

  it('refuses in one sentence what it cannot read or write', async () => {
    const input = join(directory, 'in');
    await writeFile(input, `${line(1)}\n`);
    for (const [args, words] of [
      [
        ['-i', join(directory, 'none'), '-o', join(directory, 'out')],
        /cannot be read: there is no such file/,
      ],
      [['-i', directory, '-o', join(directory, 'out')], /it is a directory/],
      [['-i', input, '-o', join(directory, 'no', 'out')], /cannot be written/],
      [['-i', input, '-o', input], /names the input file/],
      [['-i', input, '-o', join(directory, 'out'), '-f', 'rba'], /header of the format rba/],
      [['-i', input, '-o', '/dev/full'], /the disk is full/],
    ] as const) {
      const run = await cli(['replay', ...args]);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(words);
      expect(run.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(1);
    }
    expect(await readFile(input, 'utf8')).toBe(`${line(1)}\n`);
  });
});
