import { hash as digest } from 'node:crypto';

/** Kinds never share a key, even for the same text. */
export type IdKind = 'user' | 'login' | 'device' | 'session' | 'fingerprint';

export interface IdHasher {
  /** 22 characters of base64url. The same secret, tenant, kind and value give the same key, on every node and day. */
  readonly hash: (kind: IdKind, tenant: string, value: string) => string;
  /** The key of what was typed as login name, or `null` when that is blank. */
  readonly hashLogin: (tenant: string, typed: string) => string | null;
}

/** No real login name is longer; normalising a longer one would let an attacker choose the cost. */
export const MAX_LOGIN_LENGTH = 512;

/** base64url, RFC 4648 section 5. */
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** 128 bits are 21 characters and 2 bits: the last character with its other 4 bits cleared. */
const LAST: ReadonlyMap<string, string> = new Map(
  [...BASE64URL].map((character, value) => [character, BASE64URL.charAt(value & 0b110000)]),
);

/**
 * Keyed hashes of personal identifiers: SHA3-256 (FIPS 202) of the secret before the message, cut to its leftmost
 * 128 bits. Without the secret nobody can test a list of names against them, and two users share a key by chance
 * only from about 2^64 users on.
 *
 * A prefix is a sound way to key SHA-3, which has no length extension (Bertoni, Daemen, Peeters, Van Assche, "On the
 * security of the keyed sponge construction", SKEW 2011; KMAC of NIST SP 800-185 rests on it), and costs less than
 * half of an HMAC here. A decision needs up to five.
 *
 * The message is unambiguous: the secret has a fixed length, and kind and tenant stand with their lengths before the
 * value, so that no choice of ids makes two triples equal. Ids are hashed as they came. Login names are what people
 * type, so they are first cut to 512 characters, trimmed, lower-cased and brought to Unicode normalization form C.
 *
 * Nothing is cached: typed login names may be passwords, and do not stay in memory.
 */
export function createIdHasher(secret: Uint8Array): IdHasher {
  if (secret.length < 32) throw new RangeError('The secret of the id hasher needs at least 32 bytes.');
  const key = Buffer.from(secret).toString('base64url');
  const hash = (kind: IdKind, tenant: string, value: string): string => {
    const message = `${key}${kind.length}:${kind},${tenant.length}:${tenant},${value}`;
    const hashed = digest('sha3-256', message, 'base64url');
    return hashed.slice(0, 21) + LAST.get(hashed.charAt(21));
  };
  return {
    hash,
    hashLogin(tenant, typed) {
      const name = typed.slice(0, MAX_LOGIN_LENGTH).trim().toLowerCase().normalize('NFC');
      return name === '' ? null : hash('login', tenant, name);
    },
  };
}
