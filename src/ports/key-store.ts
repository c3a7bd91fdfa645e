export const SCOPES = [
  'risk:write',
  'decisions:read',
  'users:read',
  'users:erase',
  'feedback:write',
  'import',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** An API key as stored: never the key itself, only its SHA-256 (keys are 256 random bits, so no slow hash is needed). */
export interface ApiKey {
  readonly id: string;
  readonly tenant: string;
  readonly name: string | null;
  readonly hash: string;
  readonly scopes: readonly Scope[];
  readonly createdAt_ms: number;
  readonly revokedAt_ms: number | null;
  /** Requests a second, sustained; `null`: the default quota. */
  readonly quota_rps: number | null;
}

/** A key revoked by another process stops here within 2 s. */
export interface KeyStore {
  /** By the key's hash; `undefined` for unknown and revoked keys. From memory. */
  find(hash: string): ApiKey | undefined;
  list(): Promise<readonly ApiKey[]>;
  put(key: ApiKey): Promise<void>;
  /** False when there is no such key. */
  revoke(id: string, at_ms: number): Promise<boolean>;
  close(): Promise<void>;
}
