import { hash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { parseJsonBody } from '../../contracts/http/parse-json-body.ts';
import { RequestRefused } from '../errors.ts';

export const BODY_LIMIT_BYTES = 64 * 1024;
/** First of the mark's three bytes in UTF-8; no JSON text begins with it otherwise. */
const BYTE_ORDER_MARK = 0xef;

/**
 * The only bodies that are read: `application/json`, with the SHA-256 of the bytes as received, since idempotency and
 * the decision token's `req` speak about exactly those. A body without a byte is none, which the route refuses if it
 * needs one.
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
      // As text: Node decodes a Buffer faster than a TextDecoder that is made for it (but keeps the byte order mark).
      const parsed = parseJsonBody(bytes.toString('utf8', bytes[0] === BYTE_ORDER_MARK ? 3 : 0));
      if (parsed.ok) done(null, parsed.value);
      else done(new RequestRefused('invalid_json', 'The body is not valid JSON.', parsed.errors));
    },
  );
}
