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
import { keyStoreContract } from '../../contracts/key-store.ts';
import { tempDir } from '../../support/temp-dir.ts';

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

keyStoreContract('LMDB', () => {
  const path = tempDir();
  let at_ms = Date.UTC(2026, 0, 1);
  return {
    open: () => createKeyStore({ config: { path }, clock: () => at_ms, log }),
    pass(time_ms) {
      at_ms += time_ms;
    },
  };
});

describe('the key store', () => {
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
