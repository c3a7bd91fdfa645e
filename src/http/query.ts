import type { FastifyRequest } from 'fastify';
import { RequestRefused } from './errors.ts';

/**
 * The query as text by name. Each name may come once, and only those that are `known` (`null`: the route's own business):
 * a misspelt `dry_run` that was quietly ignored would record and teach.
 *
 * @throws RequestRefused `invalid_parameter`. The value is not repeated: query strings may hold anything.
 */
export function parseQuery(
  request: FastifyRequest,
  known: readonly string[] | null,
): Readonly<Record<string, string>> {
  const query = request.query;
  if (typeof query !== 'object' || query === null) return {};
  const parsed: Record<string, string> = {};
  for (const [name, value] of Object.entries(query)) {
    if (known !== null && !known.includes(name)) {
      const listed = known.length === 0 ? 'none' : known.join(', ');
      throw new RequestRefused(
        'invalid_parameter',
        `There is a query parameter that is not known here (known: ${listed}).`,
      );
    }
    if (typeof value !== 'string') {
      throw new RequestRefused('invalid_parameter', 'Each query parameter may be given once.');
    }
    parsed[name] = value;
  }
  return parsed;
}
