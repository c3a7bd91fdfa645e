import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { RequestRefused } from '../errors.ts';

export const BODY_LIMIT_BYTES = 64 * 1024;

/**
 * The only bodies that are read: `application/json`, with the SHA-256 of the bytes as received, since idempotency and
 * the decision token's `req` speak about exactly those.
 *
 * `JSON.parse` makes `__proto__` and `constructor` plain own fields. Refusing such bodies, as fastify's parser does,
 * would let an end user fail a login with a header of that name; validation and parsing deal with the fields instead.
 */
export function addJsonBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES },
    (request, bytes, done) => {
      if (bytes.length === 0) {
        done(null, undefined);
        return;
      }
      request.bodyHash = hash('sha256', bytes, 'base64url');
      let body: unknown;
      try {
        body = JSON.parse(bytes.toString('utf8'));
      } catch {
        // The parser's own message would repeat the body, which holds personal data.
        done(new RequestRefused('invalid_json', 'The body is not valid JSON.'));
        return;
      }
      done(null, body);
    },
  );
}
