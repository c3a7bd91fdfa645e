import { randomFillSync } from 'node:crypto';

/**
 * A value with the version by which it is compared and set: eight random bytes, then the value. Random, because a count
 * is no version: of two writers who start from 5 both make a 6, and a write that was sent on top of the one that lost
 * would find the 6 it expects and overwrite the one that won.
 */
export interface Versioned<T> {
  /** `null`: there is none yet. A number and no part of the bytes read: that would keep alive all that came with them. */
  readonly version: bigint | null;
  readonly value: T;
}

/** A value begins with so many of its version. */
export const VERSION_BYTES = 8;
/** Versions a refill: one system call for a thousand. */
const POOL = VERSION_BYTES * 1_024;

/** As a script compares it: '' where there is nothing. */
export function versionBytes(version: bigint | null): Buffer | string {
  if (version === null) return '';
  const bytes = Buffer.allocUnsafe(VERSION_BYTES);
  bytes.writeBigUInt64LE(version);
  return bytes;
}

export type NextVersion = () => bigint;

export function createVersions(): NextVersion {
  const pool = Buffer.alloc(POOL);
  let used = POOL;
  return () => {
    if (used === POOL) {
      randomFillSync(pool);
      used = 0;
    }
    const version = pool.readBigUInt64LE(used);
    used += VERSION_BYTES;
    return version;
  };
}

export function withVersion(version: bigint, value: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(VERSION_BYTES + value.byteLength);
  bytes.writeBigUInt64LE(version);
  bytes.set(value, VERSION_BYTES);
  return bytes;
}

/** The version that these bytes begin with; `null`: there is none. */
export const versionOf = (bytes: Buffer | null): bigint | null =>
  bytes === null || bytes.length < VERSION_BYTES ? null : bytes.readBigUInt64LE(0);

/** `decode` is handed the value without its version; `null`: there is none. */
export function readVersioned<T>(bytes: Buffer | null, decode: (value: Buffer | null) => T): Versioned<T> {
  const version = versionOf(bytes);
  return {
    version,
    value: decode(bytes === null || version === null ? null : bytes.subarray(VERSION_BYTES)),
  };
}
