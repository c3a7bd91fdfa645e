import type { Scope } from './key-store.ts';

/** A sign-in link that was not used yet. */
export interface SignInLink {
  readonly tenant: string;
  readonly expiresAt_ms: number;
}

/** A signed-in browser, in the shape of a caller. */
export interface DashboardSession {
  /** `ses_…`, for logs; not the cookie's value. */
  readonly id: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly quota_rps: null;
  readonly expiresAt_ms: number;
  /** Hash of the API key that it was exchanged for: a session ends with its key. `null` for a link's session. */
  readonly apiKeyHash: string | null;
}

/**
 * One-time links and sessions by the hash of their secret. What a process put is there for all that share the store. May
 * forget what is past its end; whoever asks looks at the end too.
 */
export interface SignInStore {
  putLink(hash: string, link: SignInLink): Promise<void>;
  /** The link, which is used up by this: two at once do not both get it. */
  takeLink(hash: string): Promise<SignInLink | undefined>;
  putSession(hash: string, session: DashboardSession): Promise<void>;
  session(hash: string): Promise<DashboardSession | undefined>;
  endSession(hash: string): Promise<void>;
}
