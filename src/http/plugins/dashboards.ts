import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Only files of this origin. Charts set `style` attributes on the markup of their tooltips, so those are allowed inline;
 * style sheets and scripts are not. Nothing may frame the pages.
 */
const DASHBOARDS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'none'";
const INDEX = 'index.html';
/** Where the bundler puts files whose names hold a hash of their content. */
const HASHED_DIRECTORY = 'assets';
/** A page, compressed or not. */
const PAGE_FILE = /\.html(?:\.br|\.gz)?$/;
const YEAR_S = 365 * 86_400;
/** Paths of the API: a page is no answer to a misspelt one. */
const API_PATH = /^\/(?:v1|session|docs|healthz|readyz|metrics|openapi\.json|\.well-known|assets)(?:[/?]|$)/;

export interface Dashboards {
  /** Sends the application's page for an address inside it; false when the request does not ask for one. */
  fallback(request: FastifyRequest, reply: FastifyReply): boolean;
}

/** Serves the built dashboards at `/`, or nothing when there are none (yet). */
export async function addDashboards(app: FastifyInstance, directory: string | null): Promise<Dashboards> {
  if (directory === null || !existsSync(join(directory, INDEX))) return { fallback: () => false };
  await app.register(fastifyStatic, {
    root: directory,
    prefix: '/',
    // One route a file that exists now: nothing else of the file system can be asked for.
    wildcard: false,
    // The build puts them beside each file; they are no files to be asked for by themselves.
    preCompressed: true,
    globIgnore: ['**/*.br', '**/*.gz'],
    cacheControl: false,
    schemaHide: true,
    setHeaders: (reply, path) => {
      const [top] = relative(directory, path).split(sep);
      const hashed = top === HASHED_DIRECTORY;
      reply.header('cache-control', hashed ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
      if (PAGE_FILE.test(path)) setPageHeaders(reply);
    },
  });
  return {
    fallback(request, reply) {
      const asksForPage =
        (request.method === 'GET' || request.method === 'HEAD') &&
        request.headers.accept?.includes('text/html') === true &&
        !API_PATH.test(request.url);
      if (asksForPage) reply.sendFile(INDEX);
      return asksForPage;
    },
  };
}

/** What `Sec-Fetch-Site` says when no page of another site led here: an address typed or kept, or our own page. */
const NOT_FROM_ELSEWHERE: ReadonlySet<unknown> = new Set(['none', 'same-origin']);

function setPageHeaders(reply: FastifyReply): void {
  reply.header('content-security-policy', DASHBOARDS_CSP);
  reply.header('x-frame-options', 'DENY');
  reply.header('referrer-policy', 'no-referrer');
  // Cuts a page of another site off from the window that it opened on us: it could lead it elsewhere later. The browser
  // starts another process for that, 0.3 s of a first load on a slow machine (docs/BENCHMARKS.md), so that whoever
  // typed the address is spared it: there is nobody to cut off. Browsers that do not say who led here get it always.
  reply.header('vary', 'sec-fetch-site');
  if (!NOT_FROM_ELSEWHERE.has(reply.request.headers['sec-fetch-site'])) {
    reply.header('cross-origin-opener-policy', 'same-origin');
  }
}
