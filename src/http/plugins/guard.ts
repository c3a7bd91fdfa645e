import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { hashApiKey } from '../../app/api-keys.ts';
import type { Quota } from '../../app/quota.ts';
import type { SignIn } from '../../app/sign-in.ts';
import type { KeyStore, Scope } from '../../ports/key-store.ts';
import type { DashboardSession } from '../../ports/sign-in-store.ts';
import { sendProblem } from '../errors.ts';
import type { BrowserOrigin } from './browser-origin.ts';
import { sessionCookieOf } from './session-cookie.ts';

/** Hooks that let a request through only for a caller that may make it. */
export interface Guard {
  /** Only an API key. `null`: any key. */
  key(scope: Scope | null): onRequestHookHandler;
  /** An API key, or the dashboards' session with its browser checks. `changes`: see `BrowserOrigin`. */
  keyOrSession(scope: Scope, options?: { readonly changes: boolean }): onRequestHookHandler;
  /**
   * Only the dashboards' session, with its browser checks. Answers a problem and gives `undefined` when there is none.
   */
  session(
    request: FastifyRequest,
    reply: FastifyReply,
    changes: boolean,
  ): Promise<DashboardSession | undefined>;
  /** Answers a 401 for a credential that failed, or a 429 for a remote address that tried too many. */
  refuseCredential(request: FastifyRequest, reply: FastifyReply, detail: string): FastifyReply;
}

const BEARER = /^Bearer +([^\s]+)$/i;
/** RFC 6750, section 3. */
const CHALLENGE = 'Bearer realm="gatehouse"';
const INVALID = `${CHALLENGE}, error="invalid_token"`;

export function createGuard(options: {
  readonly keys: KeyStore;
  readonly signIn: SignIn;
  readonly quota: Quota;
  readonly origin: BrowserOrigin;
}): Guard {
  const { keys, signIn, quota, origin } = options;

  function refuseCredential(request: FastifyRequest, reply: FastifyReply, detail: string): FastifyReply {
    const wait_s = quota.failure(request.ip);
    if (wait_s > 0) {
      return sendProblem(
        reply.header('retry-after', String(wait_s)),
        'rate_limited',
        'Too many credentials from this address were refused.',
      );
    }
    return sendProblem(reply.header('www-authenticate', INVALID), 'unauthorized', detail);
  }

  /** Lets the authenticated caller through: quota first, so that a caller without the scope cannot hammer either. */
  function admit(request: FastifyRequest, reply: FastifyReply, scope: Scope | null): boolean {
    const { caller } = request;
    if (caller === null) return false;
    const wait_s = quota.request(caller);
    if (wait_s > 0) {
      sendProblem(
        reply.header('retry-after', String(wait_s)),
        'rate_limited',
        'The quota of this API key is used up.',
      );
      return false;
    }
    if (scope !== null && !caller.scopes.includes(scope)) {
      sendMissingScope(reply, scope);
      return false;
    }
    return true;
  }

  /** Sets the caller from the `Authorization` header; answers and gives false when that fails. */
  function authenticateKey(request: FastifyRequest, reply: FastifyReply): boolean {
    const header = request.headers.authorization;
    if (header === undefined) {
      sendProblem(
        reply.header('www-authenticate', CHALLENGE),
        'unauthorized',
        'Send an API key as “Authorization: Bearer <key>”.',
      );
      return false;
    }
    const presented = BEARER.exec(header)?.[1];
    const key = presented === undefined ? undefined : keys.find(hashApiKey(presented));
    if (key === undefined) {
      refuseCredential(request, reply, 'The API key is unknown or revoked.');
      return false;
    }
    request.caller = key;
    return true;
  }

  async function session(
    request: FastifyRequest,
    reply: FastifyReply,
    changes: boolean,
  ): Promise<DashboardSession | undefined> {
    const refusal = origin.refusalOf(request, changes);
    if (refusal !== null) {
      sendProblem(reply, 'origin_refused', refusal);
      return undefined;
    }
    const cookie = sessionCookieOf(request);
    const found = cookie === undefined ? undefined : await signIn.find(cookie);
    if (found === undefined) {
      sendProblem(
        reply.header('www-authenticate', CHALLENGE),
        'unauthorized',
        'There is no session, or it has expired: sign in.',
      );
      return undefined;
    }
    request.caller = found;
    return found;
  }

  return {
    key: (scope) => (request, reply, done) => {
      if (authenticateKey(request, reply) && admit(request, reply, scope)) done();
    },
    keyOrSession:
      (scope, { changes } = { changes: false }) =>
      (request, reply, done) => {
        const byCookie =
          request.headers.authorization === undefined && sessionCookieOf(request) !== undefined;
        if (!byCookie) {
          if (authenticateKey(request, reply) && admit(request, reply, scope)) done();
          return;
        }
        session(request, reply, changes).then((found) => {
          if (found !== undefined && admit(request, reply, scope)) done();
        }, done);
      },
    session,
    refuseCredential,
  };
}

/** A 403 that names the scope (RFC 6750, section 3.1). */
export function sendMissingScope(reply: FastifyReply, scope: Scope): FastifyReply {
  return sendProblem(
    reply.header('www-authenticate', `${CHALLENGE}, error="insufficient_scope", scope="${scope}"`),
    'forbidden',
    `The scope “${scope}” is needed.`,
  );
}
