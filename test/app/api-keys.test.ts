import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyStore } from '../../src/adapters/embedded/key-store.ts';
import { ensureBootstrapKey, hashApiKey, makeApiKey, parseScopes } from '../../src/app/api-keys.ts';
import { type KeyStore, SCOPES } from '../../src/ports/key-store.ts';

const NOW_MS = Date.UTC(2026, 0, 1);

describe('a made key', () => {
  it('holds 256 random bits, is recognisable, and carries its checksum', () => {
    const { key } = makeApiKey({ tenant: 'default', scopes: ['risk:write'] }, NOW_MS);
    expect(key).toMatch(/^gatehouse_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/);
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    const checksum = [...key.slice(-6)].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
    expect(checksum).toBe(crc32(key.slice(0, -6)));
    const keys = new Set(
      Array.from({ length: 100 }, () => makeApiKey({ tenant: 't', scopes: ['import'] }, NOW_MS).key),
    );
    expect(keys.size).toBe(100);
  });

  it('is stored as its hash alone', () => {
    const { key, record } = makeApiKey({ tenant: 'default', scopes: ['risk:write'], quota_rps: 5 }, NOW_MS);
    expect(JSON.stringify(record)).not.toContain(key);
    expect(record).toMatchObject({
      hash: hashApiKey(key),
      tenant: 'default',
      quota_rps: 5,
      revokedAt_ms: null,
    });
  });

  it('is refused without scopes, for an odd tenant, or with a quota that is none', () => {
    expect(() => makeApiKey({ tenant: 'default', scopes: [] }, NOW_MS)).toThrow(/scope/);
    for (const tenant of ['', 'A', 'a b', '{user:1}', 'a'.repeat(65), '__proto__']) {
      expect(() => makeApiKey({ tenant, scopes: ['import'] }, NOW_MS)).toThrow(/tenant/i);
    }
    for (const quota_rps of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => makeApiKey({ tenant: 'a', scopes: ['import'], quota_rps }, NOW_MS)).toThrow(/quota/i);
    }
  });
});

describe('scopes on the command line', () => {
  it('are each one of the known words', () => {
    expect(parseScopes(['risk:write', 'import', 'import'])).toEqual(['risk:write', 'import']);
    expect(() => parseScopes(['risk:read'])).toThrow(/risk:read.*is not a scope/);
  });
});

describe('the bootstrap key', () => {
  let directory: string;
  let keys: KeyStore;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'gatehouse-keys-'));
    keys = createKeyStore({
      config: { path: directory },
      clock: () => NOW_MS,
      log: pino({ level: 'silent' }),
    });
  });
  afterEach(async () => {
    await keys.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('works with every scope in the tenant default, over restarts too', async () => {
    const secret = 'an operator chose these 32+ characters';
    const made = await ensureBootstrapKey(keys, secret, NOW_MS);
    expect(keys.find(hashApiKey(secret))).toEqual(made);
    expect(made).toMatchObject({ tenant: 'default', scopes: SCOPES });
    expect(await ensureBootstrapKey(keys, secret, NOW_MS + 1)).toEqual(made);
    expect(await keys.list()).toHaveLength(1);
  });

  it('of another value replaces the one before', async () => {
    const [before, after] = ['b'.repeat(32), 'a'.repeat(32)];
    await ensureBootstrapKey(keys, before, NOW_MS);
    await ensureBootstrapKey(keys, after, NOW_MS);
    expect(keys.find(hashApiKey(before))).toBeUndefined();
    expect(keys.find(hashApiKey(after))).toBeDefined();
  });

  it('comes back when it was revoked and is configured again', async () => {
    const secret = 'c'.repeat(32);
    const { id } = await ensureBootstrapKey(keys, secret, NOW_MS);
    await keys.revoke(id, NOW_MS);
    expect(keys.find(hashApiKey(secret))).toBeUndefined();
    await ensureBootstrapKey(keys, secret, NOW_MS);
    expect(keys.find(hashApiKey(secret))).toBeDefined();
  });

  it('is refused when it is short', async () => {
    await expect(ensureBootstrapKey(keys, 'x'.repeat(31), NOW_MS)).rejects.toThrow(/32 characters/);
  });
});
