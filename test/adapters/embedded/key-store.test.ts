import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyStore } from '../../../src/adapters/embedded/key-store.ts';
import { makeApiKey } from '../../../src/app/api-keys.ts';
import type { KeyStore } from '../../../src/ports/key-store.ts';

const REVOKE = fileURLToPath(new URL('../../support/revoke-api-key.ts', import.meta.url));
const log = pino({ level: 'silent' });

let directory: string;
let now_ms: number;
let keys: KeyStore;
const open = (): KeyStore => createKeyStore({ config: { path: directory }, clock: () => now_ms, log });
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-keys-'));
  now_ms = Date.UTC(2026, 0, 1);
  keys = open();
});
afterEach(async () => {
  await keys.close();
  rmSync(directory, { recursive: true, force: true });
});

const made = () => makeApiKey({ tenant: 'default', scopes: ['risk:write'] }, now_ms).record;

describe('the key store', () => {
  it('finds a stored key by its hash, after a restart too', async () => {
    const key = made();
    await keys.put(key);
    expect(keys.find(key.hash)).toEqual(key);
    await keys.close();
    keys = open();
    expect(keys.find(key.hash)).toEqual(key);
    expect(keys.find('another hash')).toBeUndefined();
  });

  it('a revoked key is gone at once here, and stays listed with its time', async () => {
    const key = made();
    await keys.put(key);
    expect(await keys.revoke(key.id, now_ms + 5)).toBe(true);
    expect(keys.find(key.hash)).toBeUndefined();
    expect(await keys.revoke(key.id, now_ms + 9)).toBe(true);
    expect(await keys.list()).toEqual([{ ...key, revokedAt_ms: now_ms + 5 }]);
    expect(await keys.revoke('key_unknown', now_ms)).toBe(false);
  });

  it('a key that another process revoked stops here within 2 s', async () => {
    const key = made();
    const other = made();
    await keys.put(key);
    await keys.put(other);
    execFileSync(process.execPath, ['--import', 'tsx', REVOKE, directory, key.id]);
    now_ms += 2_000;
    expect(keys.find(key.hash)).toBeUndefined();
    expect(keys.find(other.hash)).toEqual(other);
  });

  it('a key that another handle made works here within 2 s', async () => {
    const beside = open();
    const key = made();
    await beside.put(key);
    now_ms += 1_000;
    expect(keys.find(key.hash)).toEqual(key);
    await beside.close();
  });

  it('a clock that was set back does not keep a revoked key alive', async () => {
    const key = made();
    await keys.put(key);
    const beside = open();
    await beside.revoke(key.id, now_ms);
    now_ms -= 3_600_000;
    expect(keys.find(key.hash)).toBeUndefined();
    await beside.close();
  });
});
