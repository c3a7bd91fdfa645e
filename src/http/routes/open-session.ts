import type { FastifyInstance } from 'fastify';
import { Value } from 'typebox/value';
import type { DashboardSession } from '../../ports/sign-in-store.ts';
import { sendProblem } from '../errors.ts';
import { describeOperation } from '../operation.ts';
import { setSessionCookie } from '../plugins/session-cookie.ts';
import type { RouteServices } from '../services.ts';
import { SessionAnswer, SessionRequest } from '../session-schemas.ts';

/** `POST /session`: a sign-in link's token or an API key becomes the dashboards' session cookie. */
export function openSession(
  app: FastifyInstance,
  { signIn, guard, origin }: Pick<RouteServices, 'signIn' | 'guard' | 'origin'>,
): void {
  app.post('/session', {
    schema: describeOperation({
      id: 'openSession',
      tag: 'dashboards',
      summary: 'Sign in to the dashboards',
      description:
        'Send either `link_token` (works once, for 10 minutes) or `api_key`. The session reads and gives feedback; it lasts 12 hours and ends with its key.',
      access: 'public',
      body: SessionRequest,
      answers: {
        200: {
          description: 'Signed in.',
          schema: SessionAnswer,
          headers: { 'set-cookie': 'The session: HttpOnly, SameSite=Strict.' },
        },
      },
      problems: ['unauthorized', 'origin_refused', 'rate_limited', 'invalid_body', 'storage_unavailable'],
    }),
    onRequest(request, reply, done) {
      const refusal = origin.refusalOf(request, false);
      if (refusal === null) done();
      else sendProblem(reply, 'origin_refused', refusal);
    },
    handler: async (request, reply) => {
      const { body } = request;
      if (
        !Value.Check(SessionRequest, body) ||
        (body.link_token === undefined) === (body.api_key === undefined)
      ) {
        return sendProblem(reply, 'invalid_body', 'Send either “link_token” or “api_key”, as text.', [
          { pointer: '', detail: 'must hold exactly one of link_token and api_key' },
        ]);
      }
      const opened =
        body.link_token === undefined
          ? await signIn.exchangeKey(body.api_key ?? '')
          : await signIn.exchangeLink(body.link_token);
      if (opened === undefined) {
        return guard.refuseCredential(
          request,
          reply,
          body.link_token === undefined
            ? 'The API key is unknown or revoked, or carries none of the scopes that the dashboards use.'
            : 'The sign-in link is unknown, used or expired.',
        );
      }
      setSessionCookie(reply, opened.cookie, origin.isSecure(request));
      reply.header('cache-control', 'no-store');
      return sessionAnswer(opened.session);
    },
  });
}

export function sessionAnswer(session: DashboardSession): SessionAnswer {
  return {
    tenant: session.tenant,
    scopes: [...session.scopes],
    expires_at: new Date(session.expiresAt_ms).toISOString(),
  };
}
