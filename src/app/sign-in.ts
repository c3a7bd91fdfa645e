import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { KeyStore, Scope } from '../ports/key-store.ts';
import type { DashboardSession, SignInStore } from '../ports/sign-in-store.ts';
import { hashApiKey } from './api-keys.ts';
import { AppError } from './errors.ts';

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
export interface SignIn {
  /** A one-time token for the dashboards' sign-in link; it belongs into the URL's fragment, which is sent to no server. */
  createLink(tenant: string): Promise<{ readonly token: string; readonly expiresAt_ms: number }>;
  /** `undefined` for a link that is unknown, used or expired. The link is used up. */
  exchangeLink(token: string): Promise<OpenedSession | undefined>;
  /** `undefined` for an unknown key and for one that carries none of the dashboards' scopes. */
  exchangeKey(apiKey: string): Promise<OpenedSession | undefined>;
  /** The live session of a cookie. */
  find(cookie: string): Promise<DashboardSession | undefined>;
  end(cookie: string): Promise<void>;
}

export interface OpenedSession {
  /** The cookie's value, held nowhere but in the browser. */
  readonly cookie: string;
  readonly session: DashboardSession;
}

/**
 * One-time links and sessions, kept by their hashes.
 *
 * @throws AppError `storage_unavailable` from every call when the store does not answer
 */
export function createSignIn(options: {
  readonly keys: KeyStore;
  readonly store: SignInStore;
  readonly clock: Clock;
}): SignIn {
  const { keys, store, clock } = options;

  async function openSession(
    tenant: string,
    scopes: readonly Scope[],
    apiKeyHash: string | null,
  ): Promise<OpenedSession> {
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
    await answered(store.putSession(cookieHash, session));
    return { cookie, session };
  }

  return {
    async createLink(tenant) {
      const token = makeToken();
      const expiresAt_ms = clock() + LINK_LIFETIME_MS;
      await answered(store.putLink(hashToken(token), { tenant, expiresAt_ms }));
      return { token, expiresAt_ms };
    },
    async exchangeLink(token) {
      const found = await answered(store.takeLink(hashToken(token)));
      if (found === undefined || clock() >= found.expiresAt_ms) return undefined;
      return openSession(found.tenant, SESSION_SCOPES, null);
    },
    async exchangeKey(apiKey) {
      const keyHash = hashApiKey(apiKey);
      const key = keys.find(keyHash);
      if (key === undefined) return undefined;
      const scopes = SESSION_SCOPES.filter((scope) => key.scopes.includes(scope));
      return scopes.length === 0 ? undefined : openSession(key.tenant, scopes, keyHash);
    },
    async find(cookie) {
      const cookieHash = hashToken(cookie);
      const session = await answered(store.session(cookieHash));
      if (session === undefined) return undefined;
      const over = clock() >= session.expiresAt_ms;
      if (over || (session.apiKeyHash !== null && keys.find(session.apiKeyHash) === undefined)) {
        await answered(store.endSession(cookieHash));
        return undefined;
      }
      return session;
    },
    end: (cookie) => answered(store.endSession(hashToken(cookie))),
  };
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new AppError('storage_unavailable', 'Sessions cannot be read now; try again.', { cause });
  }
}

function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}
