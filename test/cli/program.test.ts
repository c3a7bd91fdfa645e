import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reportError } from '../../src/cli/report-error.ts';
import { cli } from '../support/cli.ts';

describe('gatehouse', () => {
  it('explains itself and every command, with examples and exit codes', async () => {
    const help = await cli(['--help']);
    expect(help.code).toBe(0);
    for (const command of ['serve', 'replay', 'keys', 'demo']) {
      expect(help.stdout).toContain(command);
      const own = await cli([command, '--help']);
      expect(own.code).toBe(0);
      expect(own.stdout).toContain('Examples:');
      expect(own.stdout).toContain('Exit codes:');
    }
  });

  it('lists in serve --help every environment variable that the configuration reads', async () => {
    const { stdout } = await cli(['serve', '--help']);
    const config = readFileSync(new URL('../../src/config.ts', import.meta.url), 'utf8');
    const names = [...config.matchAll(/variable\(\s*'([A-Z_]+)'/g)].map((match) => match[1] ?? '');
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(stdout).toContain(`  ${name} `);
  });

  it('gives exit code 2 for what it does not understand, and says where help is', async () => {
    for (const args of [[], ['fly'], ['serve', '--fly'], ['replay'], ['demo', '--days', 'many']]) {
      const run = await cli(args);
      expect(run.code).toBe(2);
      expect(run.stderr).not.toBe('');
    }
  });

  it('refuses a configuration in one sentence that names the variable', async () => {
    const run = await cli(['keys', 'list'], { env: { PORT: 'http' } });
    expect(run).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^PORT must be a whole number.*\.\n$/),
    });
  });

  it('shows the stack of a fault of its own', () => {
    let said = '';
    const code = reportError(new TypeError('boom'), (text) => {
      said += text;
    });
    expect(code).toBe(1);
    expect(said).toContain('boom');
    expect(said).toContain('program.test.ts');
  });
});
