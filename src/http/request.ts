import type { FastifyRequest } from 'fastify';
import type { ApiKey, Scope } from '../ports/key-store.ts';

/** Who asks: an API key, or a dashboards session in the same shape. */
export interface Caller {
  readonly id: ApiKey['id'];
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly quota_rps: number | null;
}

/** What is known about a route before any request: set once, so that a request allocates nothing for it. */
export interface RouteInfo {
  /** The template, as `/v1/decisions/:id`: for logs and metrics, which never see the path that was asked. */
  readonly template: string;
  /** Answers while the server drains: probes and scrapes. */
  readonly whileDraining: boolean;
  /**
   * Success is logged at `debug` only. A decision is a durable record with its id already; a second copy of each in the
   * log would cost the hot path and tell nothing new.
   */
  readonly quiet: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard of the route; `null` on public routes. */
    caller: Caller | null;
    route: RouteInfo | null;
    /** base64url SHA-256 of the body as received; `null` before it was read and for requests without one. */
    bodyHash: string | null;
  }

  interface FastifyContextConfig {
    whileDraining?: boolean;
    quiet?: boolean;
  }
}

/** The caller of a guarded route. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('a guarded route was reached without a caller');
  return request.caller;
}
