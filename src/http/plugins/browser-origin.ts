import type { FastifyRequest } from 'fastify';

export const CSRF_HEADER = 'x-gatehouse-csrf';

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Decides whether a request with a session cookie was made by our own dashboards. */
export interface BrowserOrigin {
  /** One sentence why not, or `null`. `changes`: whether the request changes anything, so that it needs the CSRF header. */
  refusalOf(request: FastifyRequest, changes: boolean): string | null;
  /** Whether the browser reached us by https. */
  isSecure(request: FastifyRequest): boolean;
}

/**
 * A session cookie is sent by the browser whoever caused the request, so three things are checked:
 * `Host` must be loopback or one of the configured public origins (against DNS rebinding, where a stranger's name
 * points at our address); `Origin` and `Sec-Fetch-Site` must not name another site (against cross-site requests); and
 * whatever changes state must carry a header that a cross-site form cannot set.
 *
 * @param publicOrigins origins under which browsers reach the dashboards, as `https://gatehouse.example.org`.
 * @throws TypeError for an origin that is no URL.
 */
export function createBrowserOrigin(publicOrigins: readonly string[]): BrowserOrigin {
  const secureByHost = new Map(
    publicOrigins.map((text) => {
      const url = new URL(text);
      return [url.host, url.protocol === 'https:'] as const;
    }),
  );

  /** Host and port as the browser wrote them in its address bar; `null` when it may not be used. */
  function allowedHost(request: FastifyRequest): string | null {
    const host = request.headers.host?.toLowerCase();
    if (host === undefined) return null;
    return LOOPBACK_HOSTS.has(host.replace(/:\d{1,5}$/, '')) || secureByHost.has(host) ? host : null;
  }

  return {
    refusalOf(request, changes) {
      const host = allowedHost(request);
      if (host === null) {
        return 'The dashboards are not served under this host name; the operator can add it to GATEHOUSE_PUBLIC_ORIGINS.';
      }
      const { origin } = request.headers;
      if (origin !== undefined && hostOf(origin) !== host) return 'The request comes from another origin.';
      const site = request.headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin' && site !== 'none') {
        return 'The request comes from another site.';
      }
      return !changes || request.headers[CSRF_HEADER] === '1'
        ? null
        : `A request that changes something with a session needs the header “${CSRF_HEADER}: 1”.`;
    },
    isSecure(request) {
      const host = allowedHost(request);
      return request.protocol === 'https' || (host !== null && secureByHost.get(host) === true);
    },
  };
}

/** Host and port of an `Origin` header; `null` for `null` and for what is no origin. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
