import cookie from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SESSION_LIFETIME_MS } from '../../app/sign-in.ts';

export const SESSION_COOKIE = 'gatehouse_session';

/** The session cookie's value. Parsed only where a session may count, so that the hot path never reads cookies. */
export function sessionCookieOf(request: FastifyRequest): string | undefined {
  const header = request.headers.cookie;
  if (header === undefined || !header.includes(SESSION_COOKIE)) return undefined;
  return cookie.fastifyCookie.parse(header)[SESSION_COOKIE];
}

/** Out of reach for scripts and other sites; `secure` whenever the browser came by https. */
export function setSessionCookie(reply: FastifyReply, value: string, secure: boolean): void {
  reply.header('set-cookie', serialize(value, secure, SESSION_LIFETIME_MS / 1_000));
}

export function clearSessionCookie(reply: FastifyReply, secure: boolean): void {
  reply.header('set-cookie', serialize('', secure, 0));
}

function serialize(value: string, secure: boolean, maxAge_s: number): string {
  return cookie.fastifyCookie.serialize(SESSION_COOKIE, value, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure,
    maxAge: maxAge_s,
  });
}
