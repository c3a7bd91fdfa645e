import { describe, expect, it } from 'vitest';
import { createIdHasher, type IdKind } from '../../src/app/hash-ids.ts';

const SECRET = new Uint8Array(32).fill(7);
const hasher = createIdHasher(SECRET);

describe('createIdHasher', () => {
  it('gives 128 bits as canonical base64url', () => {
    for (let i = 0; i < 1_000; i++) {
      const key = hasher.hash('user', 'default', `u_${i}`);
      expect(key).toMatch(/^[A-Za-z0-9_-]{21}[AQgw]$/);
      expect(Buffer.from(key, 'base64url').toString('base64url')).toBe(key);
    }
  });

  it('gives the same key in every process that has the secret', () => {
    expect(createIdHasher(SECRET).hash('user', 'default', 'u_42')).toBe(
      hasher.hash('user', 'default', 'u_42'),
    );
    expect(hasher.hash('user', 'default', 'u_42')).toBe('qJ0PaHm0dW2_szlKaOYoHg');
  });

  it('gives another key under another secret', () => {
    const other = createIdHasher(new Uint8Array(32).fill(8));
    expect(other.hash('user', 'default', 'u_42')).not.toBe(hasher.hash('user', 'default', 'u_42'));
  });

  it('never gives two kinds, tenants or values one key, however they are cut', () => {
    const triples: readonly (readonly [IdKind, string, string])[] = [
      ['user', 'default', 'u'],
      ['login', 'default', 'u'],
      ['device', 'default', 'u'],
      ['session', 'default', 'u'],
      ['fingerprint', 'default', 'u'],
      ['user', 'defaul', 'tu'],
      ['user', 'defaultu', ''],
      ['user', '', 'defaultu'],
      ['user', 'default,', 'u'],
      ['user', 'default', ',u'],
      ['user', '7:default', 'u'],
      ['user', 'default', '7:default,u'],
      ['user', 'default', 'u\u0000'],
      ['user', 'default', 'U'],
      ['user', 'default', ' u'],
    ];
    expect(new Set(triples.map(([kind, tenant, value]) => hasher.hash(kind, tenant, value))).size).toBe(
      triples.length,
    );
  });

  it('takes ids as they come: composed and decomposed letters are two ids', () => {
    expect(hasher.hash('user', 't', 'é')).not.toBe(hasher.hash('user', 't', 'e\u0301'));
  });

  it('takes a login name as people type it: case, blanks and composition do not matter', () => {
    const keys = ['André@Example.org', ' andré@example.org\n', 'ANDRE\u0301@EXAMPLE.ORG'].map((typed) =>
      hasher.hashLogin('t', typed),
    );
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).not.toBe(hasher.hashLogin('t', 'andre@example.org'));
  });

  it('has no key for a blank login name', () => {
    expect(hasher.hashLogin('t', '')).toBeNull();
    expect(hasher.hashLogin('t', ' \t\n')).toBeNull();
  });

  it('looks at 512 characters of a login name at most, so that nobody chooses the cost', () => {
    const marks = '\u0315\u0300\u0323'.repeat(20_000);
    expect(hasher.hashLogin('t', `a${marks}`)).toBe(hasher.hashLogin('t', `a${marks}b`));
  });

  it('refuses a secret that can be guessed', () => {
    expect(() => createIdHasher(new Uint8Array(16))).toThrow(RangeError);
  });
});
