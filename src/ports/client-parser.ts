import type { ClientFacts } from '../core/facts.ts';

/** Parses user agents. Bounded time for any input; never throws. */
export interface ClientParser {
  parse(userAgent: string): ClientFacts;
}
