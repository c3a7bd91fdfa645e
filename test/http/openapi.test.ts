import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/http-server.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

let test: TestServer;
let document: {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
};
beforeAll(async () => {
  test = await startTestServer();
  document = (await test.inject({ url: '/openapi.json' })).json();
});
afterAll(() => test.close());

/** The calls in a source text: each path, with the method that the same statement names. */
function callsOf(source: string): readonly string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  return code.split(';\n').flatMap((statement) =>
    [...statement.matchAll(/['`](\/(?:v1|session)\b[^'`?]*)/g)].map(([, path = '']) => {
      const [, method = 'GET'] = /method: '([A-Z]+)'/.exec(statement) ?? [];
      return `${method} ${path.replaceAll(/\$\{[^}]*\}/g, '{id}').replace(/\$\{.*/, '')}`;
    }),
  );
}

const operations = (): [string, Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );

describe('the OpenAPI document', () => {
  it('is 3.1 and has every call of the API', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(
      operations()
        .map(([name]) => name)
        .sort(),
    ).toEqual(
      [
        'POST /v1/risk',
        'POST /v1/events',
        'POST /v1/challenges/{id}/outcome',
        'POST /v1/decisions/{id}/feedback',
        'GET /v1/decisions/{id}',
        'POST /v1/decisions/search',
        'POST /v1/decisions/list',
        'GET /v1/decisions/stream',
        'POST /v1/decisions/export',
        'GET /v1/views',
        'POST /v1/views',
        'PUT /v1/views/{id}',
        'DELETE /v1/views/{id}',
        'GET /v1/analytics/health',
        'GET /v1/analytics/parked',
        'POST /v1/analytics/parked/resend',
        'GET /v1/decisions/{id}/related',
        'POST /v1/review-queue',
        'POST /v1/entities/lookup',
        'GET /v1/analytics/annotations',
        'POST /v1/users/lookup',
        'POST /v1/users/export',
        'POST /v1/users/forget-device',
        'POST /v1/users/erase',
        'GET /v1/analytics/panels',
        'GET /v1/analytics/panels/{id}',
        'GET /v1/campaigns',
        'POST /session',
        'GET /session',
        'DELETE /session',
        'GET /healthz',
        'GET /readyz',
        'GET /metrics',
        'GET /.well-known/jwks.json',
        'GET /openapi.json',
      ].sort(),
    );
  });

  it('has every call of the dashboards', () => {
    const directory = new URL('../../dashboards/src/api/', import.meta.url);
    const calls = readdirSync(directory).flatMap((file) =>
      callsOf(readFileSync(new URL(file, directory), 'utf8')),
    );
    expect(calls).toContain('POST /v1/users/forget-device');
    expect(calls).toContain('GET /v1/decisions/stream');
    expect(calls.length).toBeGreaterThan(15);
    const known = new Set(operations().map(([name]) => name));
    expect(calls.filter((name) => !known.has(name))).toEqual([]);
  });

  it('points at nothing that is not there, and repeats no $id', () => {
    const dangling: string[] = [];
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(visit);
      else if (typeof value === 'object' && value !== null) {
        for (const [name, inner] of Object.entries(value)) {
          if (name === '$ref' && typeof inner === 'string' && !resolves(inner)) dangling.push(inner);
          if (name === '$id') dangling.push(`$id ${String(inner)}`);
          visit(inner);
        }
      }
    };
    visit(document);
    expect(dangling).toEqual([]);
  });

  it('gives each operation its own id, a summary, its scope and its errors as problems', () => {
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, operation] of operations()) {
      expect(operation.summary.length, name).toBeGreaterThan(3);
      expect(operation.responses['500']?.content, name).toHaveProperty(['application/problem+json']);
      if (name.includes(' /v1/')) {
        expect(operation.security[0]?.apiKey, name).toHaveLength(1);
        for (const status of ['401', '403', '429']) {
          expect(operation.responses[status]?.content, name).toHaveProperty([
            'application/problem+json',
            'examples',
          ]);
        }
      }
    }
    expect(document.paths['/v1/risk']?.post?.security).toEqual([{ apiKey: ['risk:write'] }]);
  });

  it('is browsable at /docs without asking any other host', async () => {
    const page = await test.inject({ url: '/docs' });
    expect(page.statusCode).toBe(200);
    const initializer = await test.inject({ url: '/docs/static/swagger-initializer.js' });
    const loaded = [...page.body.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url);
    expect(loaded.length).toBeGreaterThan(3);
    expect(loaded.filter((url) => url?.startsWith('/docs/static/') !== true)).toEqual([]);
    expect(initializer.body).toContain('"validatorUrl":null');
    // Whatever the scripts may want: the browser lets the page talk to its own origin alone.
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none';.*connect-src 'self'/);
    for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'index.css']) {
      expect((await test.inject({ url: `/docs/static/${file}` })).statusCode).toBe(200);
    }
  });
});

function resolves(ref: string): boolean {
  if (!ref.startsWith('#/')) return false;
  let at: unknown = document;
  for (const part of ref.slice(2).split('/')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return false;
    at = Object.entries(at).find(([name]) => name === part)?.[1];
  }
  return true;
}
