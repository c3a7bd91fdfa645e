import { randomFillSync } from 'node:crypto';

/**
 * A value with the version by which it is compared and set: eight random bytes, then the value. Random, because a count
 * is no version: of two writers who start from 5 both make a 6, and a write that was sent on top of the one that lost
 * would find the 6 it expects and overwrite the one that won.
 */
export interface Versioned<T> {
  /** `null`: there is none yet. */
  readonly version: Buffer | null;
  readonly value: T;
}

const BYTES = 8;
/** Versions a refill: one system call for a thousand. */
const POOL = BYTES * 1_024;

/** As a script compares it: '' where there is nothing. */
export const versionBytes = (version: Buffer | null): Buffer | string => version ?? '';

export type NextVersion = () => Buffer;

export function createVersions(): NextVersion {
  let pool = Buffer.alloc(0);
  return () => {
    if (pool.length === 0) pool = randomFillSync(Buffer.alloc(POOL));
    const version = pool.subarray(0, BYTES);
    pool = pool.subarray(BYTES);
    return version;
  };
}

export const withVersion = (version: Buffer, value: Uint8Array): Buffer => Buffer.concat([version, value]);

/** `decode` is handed the value without its version; `null`: there is none. */
export function readVersioned<T>(bytes: Buffer | null, decode: (value: Buffer | null) => T): Versioned<T> {
  return bytes === null || bytes.length < BYTES
    ? { version: null, value: decode(null) }
    : { version: bytes.subarray(0, BYTES), value: decode(bytes.subarray(BYTES)) };
}
