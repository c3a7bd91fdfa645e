import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { v7 as uuidv7 } from 'uuid';
import { type ApiKey, type KeyStore, SCOPES, type Scope } from '../ports/key-store.ts';

/** Makes keys recognisable to people and to secret scanners. */
const PREFIX = 'gatehouse_';
const KEY_BYTES = 32;
/** 256 bits in base 62: ceil(256 / log2 62). */
const BODY_LENGTH = 43;
/** 32 bits in base 62. */
const CHECKSUM_LENGTH = 6;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A key chosen by the operator must be long enough that guessing it is hopeless; it is not stretched. */
export const BOOTSTRAP_KEY_MIN_LENGTH = 32;
export const BOOTSTRAP_KEY_ID = 'key_bootstrap';
export const DEFAULT_TENANT = 'default';
/** Tenants appear in store keys, metrics and logs: a plain word, so that none of them needs escaping. */
const TENANT = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export interface NewApiKey {
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly name?: string | null;
  /** Requests a second, sustained; absent or `null`: the default quota. */
  readonly quota_rps?: number | null;
}

/** A refusal of what an operator typed; the message is for that person. */
export class InvalidKeyRequest extends Error {
  readonly code = 'invalid_key_request';
}

/**
 * A fresh key: `gatehouse_`, 43 base-62 digits of 256 random bits, 6 digits of their CRC-32 (so that a scanner can tell
 * a key from a look-alike without asking anybody). The key is returned once; `record` holds only its hash.
 *
 * @throws InvalidKeyRequest for an unusable tenant name, an empty scope list or a quota that is not positive.
 */
export function makeApiKey(
  request: NewApiKey,
  now_ms: number,
): { readonly key: string; readonly record: ApiKey } {
  const body = base62(BigInt(`0x${randomBytes(KEY_BYTES).toString('hex')}`), BODY_LENGTH);
  const key = `${PREFIX}${body}${base62(BigInt(crc32(PREFIX + body)), CHECKSUM_LENGTH)}`;
  return { key, record: recordOf(`key_${uuidv7()}`, key, request, now_ms) };
}

/**
 * The only form of a key that is stored or looked up: base64url SHA-256.
 *
 * One fast hash is enough because a key is 256 random bits, not a password: there is no dictionary to try. Comparing
 * hashes needs no constant time either: what the timing of a map lookup could tell is about a hash, from which no
 * part of a key follows.
 */
export function hashApiKey(key: string): string {
  return hash('sha256', key, 'base64url');
}

/** @throws InvalidKeyRequest naming the first word that is no scope. */
export function parseScopes(words: readonly string[]): readonly Scope[] {
  const scopes = new Set<Scope>();
  for (const word of words) {
    const scope = SCOPES.find((known) => known === word);
    if (scope === undefined) {
      throw new InvalidKeyRequest(`“${word}” is not a scope; the scopes are ${SCOPES.join(', ')}.`);
    }
    scopes.add(scope);
  }
  return [...scopes];
}

/**
 * Makes `secret` a working key with every scope in the tenant `default`, and no other secret: a bootstrap key of an
 * earlier start with another value stops working.
 *
 * @throws InvalidKeyRequest when the secret is shorter than 32 characters.
 */
export async function ensureBootstrapKey(keys: KeyStore, secret: string, now_ms: number): Promise<ApiKey> {
  if (secret.length < BOOTSTRAP_KEY_MIN_LENGTH) {
    throw new InvalidKeyRequest(
      `GATEHOUSE_BOOTSTRAP_API_KEY needs at least ${BOOTSTRAP_KEY_MIN_LENGTH} characters.`,
    );
  }
  const present = keys.find(hashApiKey(secret));
  if (present?.id === BOOTSTRAP_KEY_ID && SCOPES.every((scope) => present.scopes.includes(scope))) {
    return present;
  }
  const record = recordOf(
    BOOTSTRAP_KEY_ID,
    secret,
    { tenant: DEFAULT_TENANT, scopes: SCOPES, name: 'GATEHOUSE_BOOTSTRAP_API_KEY' },
    now_ms,
  );
  await keys.put(record);
  return record;
}

function recordOf(id: string, key: string, request: NewApiKey, now_ms: number): ApiKey {
  if (!TENANT.test(request.tenant)) {
    throw new InvalidKeyRequest(
      'A tenant is named by 1–64 of a–z, 0–9, “_” and “-”, beginning with a letter or digit.',
    );
  }
  if (request.scopes.length === 0) {
    throw new InvalidKeyRequest(`A key needs at least one scope of ${SCOPES.join(', ')}.`);
  }
  const quota_rps = request.quota_rps ?? null;
  if (quota_rps !== null && !(quota_rps > 0 && Number.isFinite(quota_rps))) {
    throw new InvalidKeyRequest('A quota is a positive number of requests a second.');
  }
  return {
    id,
    tenant: request.tenant,
    name: request.name ?? null,
    hash: hashApiKey(key),
    scopes: [...request.scopes],
    createdAt_ms: now_ms,
    revokedAt_ms: null,
    quota_rps,
  };
}

function base62(value: bigint, length: number): string {
  let rest = value;
  let digits = '';
  while (digits.length < length) {
    digits = `${BASE62[Number(rest % 62n)] ?? ''}${digits}`;
    rest /= 62n;
  }
  return digits;
}
