import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyStore } from '../../src/adapters/embedded/key-store.ts';
import { hashApiKey } from '../../src/app/api-keys.ts';
import { cli } from '../support/cli.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gatehouse-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const env = (): Record<string, string> => ({ GATEHOUSE_DATA_DIR: directory });

describe('gatehouse keys', () => {
  it('creates a key that a running server knows and stops knowing once it is revoked', async () => {
    let now_ms = 1_000_000;
    const server = createKeyStore({
      config: { path: join(directory, 'keys') },
      clock: () => now_ms,
      log: pino({ level: 'silent' }),
    });
    try {
      const made = await cli(
        ['keys', 'create', '--tenant', 'shop', '--scopes', 'risk:write, decisions:read'],
        {
          env: env(),
        },
      );
      expect(made.code).toBe(0);
      const key = made.stdout.trimEnd();
      now_ms += 2_000;
      expect(server.find(hashApiKey(key))).toMatchObject({
        tenant: 'shop',
        scopes: ['risk:write', 'decisions:read'],
      });

      const listed = await cli(['keys', 'list', '--json'], { env: env() });
      expect(listed.stdout + listed.stderr).not.toContain(key);
      const { id } = JSON.parse(listed.stdout) as { id: string };
      expect((await cli(['keys', 'revoke', id], { env: env() })).code).toBe(0);
      now_ms += 2_000;
      expect(server.find(hashApiKey(key))).toBeUndefined();
      expect((await cli(['keys', 'list'], { env: env() })).stdout).toContain(id);
    } finally {
      await server.close();
    }
  });

  it('refuses unknown scopes, tenants and keys with exit code 1, and a missing option with 2', async () => {
    const create = (...args: string[]) => cli(['keys', 'create', ...args], { env: env() });
    expect(await create('--tenant', 'shop', '--scopes', 'everything')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('is not a scope'),
    });
    expect((await create('--tenant', 'Shop!', '--scopes', 'admin')).code).toBe(1);
    expect((await create('--tenant', 'shop', '--scopes', ' , ')).code).toBe(1);
    expect((await create('--tenant', 'shop')).code).toBe(2);
    expect((await cli(['keys', 'revoke', 'key_none'], { env: env() })).code).toBe(1);
  });

  it('does not make a data directory only to list its keys', async () => {
    const run = await cli(['keys', 'list', '--data-dir', join(directory, 'elsewhere')]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('holds no keys');
  });
});
