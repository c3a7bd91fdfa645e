import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretStore } from '../../../src/adapters/embedded/secret-store.ts';
import type { SecretStore } from '../../../src/ports/secret-store.ts';
import { secretStoreContract } from '../../contracts/secret-store.ts';
import { tempDir } from '../../support/temp-dir.ts';

let parent: string;
let path: string;
let lines: string[];
let secrets: SecretStore;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'gatehouse-secrets-'));
  path = join(parent, 'secrets');
  lines = [];
  const log = pino({}, { write: (line: string) => lines.push(line) });
  secrets = createSecretStore({ config: { path }, log });
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const random = (): Uint8Array => randomBytes(32);
const never = (): Uint8Array => {
  throw new Error('made although it was there');
};

secretStoreContract('a directory', () => {
  const at = join(tempDir(), 'secrets');
  return { open: () => createSecretStore({ config: { path: at }, log: pino({ level: 'silent' }) }) };
});

describe('the secret store', () => {
  it('keeps them from everybody else on the machine, and leaves nothing lying about', async () => {
    await secrets.get('user-hash', random);
    await secrets.put('token-keys', random());
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(path, 'user-hash')).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, 'token-keys')).mode & 0o777).toBe(0o600);
    expect(readdirSync(path).sort()).toEqual(['token-keys', 'user-hash']);
  });

  it('uses a mounted secret as it is, and warns once when others may read it', async () => {
    await secrets.get('other', random);
    writeFileSync(join(path, 'mounted'), 'bytes from outside');
    chmodSync(join(path, 'mounted'), 0o644);
    expect(Buffer.from(await secrets.get('mounted', never)).toString()).toBe('bytes from outside');
    await secrets.get('mounted', never);
    expect(lines.filter((line) => line.includes('secret_readable_by_others'))).toHaveLength(1);
    expect(lines.join('')).not.toContain('bytes from outside');
  });
});
