import { hash, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../ports/clock.ts';
import type { KeyStore, Scope } from '../ports/key-store.ts';
import { hashApiKey } from './api-keys.ts';

/** Life of a sign-in link. It is shown on a terminal, so it is short and works once. */
export const LINK_LIFETIME_MS = 10 * 60_000;
/** A working day: an analyst signs in once a day. */
export const SESSION_LIFETIME_MS = 12 * 3_600_000;
/**
 * All that a session may ever carry: reading and feedback. A cookie travels by itself, so it never decides on logins,
 * erases people or changes keys, whatever the API key that it was exchanged for may do.
 */
export const SESSION_SCOPES: readonly Scope[] = Object.freeze([
  'decisions:read',
  'users:read',
  'feedback:write',
]);

const TOKEN_BYTES = 32;
/** Links and sessions at once; the oldest give way, so that a leaked key cannot fill the memory. */
const LINKS_MAX = 1_000;
const SESSIONS_MAX = 10_000;

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

export interface SignIn {
  /** A one-time token for the dashboards' sign-in link; it belongs into the URL's fragment, which is sent to no server. */
  createLink(tenant: string): { readonly token: string; readonly expiresAt_ms: number };
  /** `undefined` for a link that is unknown, used or expired. The link is used up. */
  exchangeLink(token: string): OpenedSession | undefined;
  /** `undefined` for an unknown key and for one that carries none of the dashboards' scopes. */
  exchangeKey(apiKey: string): OpenedSession | undefined;
  /** The live session of a cookie. */
  find(cookie: string): DashboardSession | undefined;
  end(cookie: string): void;
}

export interface OpenedSession {
  /** The cookie's value, held nowhere but in the browser. */
  readonly cookie: string;
  readonly session: DashboardSession;
}

/**
 * One-time links and sessions, hashed and in memory: a restart signs everybody out, and nothing on disk opens a
 * session.
 */
export function createSignIn(options: { readonly keys: KeyStore; readonly clock: Clock }): SignIn {
  const { keys, clock } = options;
  const links = new LRUCache<string, { readonly tenant: string; readonly expiresAt_ms: number }>({
    max: LINKS_MAX,
  });
  const sessions = new LRUCache<string, DashboardSession>({ max: SESSIONS_MAX });

  function openSession(tenant: string, scopes: readonly Scope[], apiKeyHash: string | null): OpenedSession {
    const cookie = makeToken();
    const cookieHash = hashToken(cookie);
    const session: DashboardSession = {
      id: `ses_${cookieHash.slice(0, 16)}`,
      tenant,
      scopes,
      quota_rps: null,
      expiresAt_ms: clock() + SESSION_LIFETIME_MS,
      apiKeyHash,
    };
    sessions.set(cookieHash, session);
    return { cookie, session };
  }

  return {
    createLink(tenant) {
      const token = makeToken();
      const expiresAt_ms = clock() + LINK_LIFETIME_MS;
      links.set(hashToken(token), { tenant, expiresAt_ms });
      return { token, expiresAt_ms };
    },
    exchangeLink(token) {
      const tokenHash = hashToken(token);
      const found = links.get(tokenHash);
      links.delete(tokenHash);
      if (found === undefined || clock() >= found.expiresAt_ms) return undefined;
      return openSession(found.tenant, SESSION_SCOPES, null);
    },
    exchangeKey(apiKey) {
      const keyHash = hashApiKey(apiKey);
      const key = keys.find(keyHash);
      if (key === undefined) return undefined;
      const scopes = SESSION_SCOPES.filter((scope) => key.scopes.includes(scope));
      return scopes.length === 0 ? undefined : openSession(key.tenant, scopes, keyHash);
    },
    find(cookie) {
      const cookieHash = hashToken(cookie);
      const session = sessions.get(cookieHash);
      if (session === undefined) return undefined;
      const over = clock() >= session.expiresAt_ms;
      if (over || (session.apiKeyHash !== null && keys.find(session.apiKeyHash) === undefined)) {
        sessions.delete(cookieHash);
        return undefined;
      }
      return session;
    },
    end(cookie) {
      sessions.delete(hashToken(cookie));
    },
  };
}

function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}
