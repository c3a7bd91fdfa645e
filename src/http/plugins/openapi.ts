import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { HTTP_SCHEMAS } from '../../contracts/http/http-schemas.ts';
import { SESSION_SCHEMAS } from '../session-schemas.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

/**
 * The documentation page works without reaching any other host. It sets `style` attributes, so those alone are allowed
 * inline; scripts and style sheets come from here only.
 */
const DOCS_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const DESCRIPTION = `Gatehouse judges authentication attempts: **allow**, **challenge** or **block**, with reasons.

- JSON in \`snake_case\`; times are RFC 3339 with an offset; \`null\` means absent.
- Send an API key as \`Authorization: Bearer <key>\`. No scope implies another. Unknown and foreign ids both answer 404.
- Errors are RFC 9457 problems (\`application/problem+json\`); \`type\` is stable.
- Ignore fields that you do not know, and treat an unknown \`action\` as \`challenge\`.
- Unknown fields in a body are refused with 400, unless the request says \`Prefer: handling=lenient\`: then they become \`warnings\`.
- Bodies may have up to 64 KiB.`;

/** Collects the routes that are registered after it into `/openapi.json` and `/docs`. */
export async function addOpenApi(app: FastifyInstance, options: { readonly version: string }): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gatehouse',
        version: options.version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'decisions', description: 'For auth servers: deciding, recording, outcomes.' },
        { name: 'analysts', description: 'Reading decisions, panels, feedback.' },
        { name: 'users', description: 'All that is held about one user.' },
        { name: 'dashboards', description: 'The session of the dashboards in a browser.' },
        { name: 'operations', description: 'Probes, metrics, keys of the decision token.' },
      ],
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key; the list names its scope.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: SESSION_COOKIE,
            description: 'The dashboards’ session. It never decides on logins.',
          },
        },
      },
    },
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, index) =>
        typeof schema.$id === 'string' ? schema.$id : `schema-${index}`,
    },
  });
  for (const schema of [...HTTP_SCHEMAS, ...SESSION_SCHEMAS]) app.addSchema(schema);
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: DOCS_CSP,
    // Without the top bar, which would offer to load other documents.
    uiConfig: { layout: 'BaseLayout', validatorUrl: null, docExpansion: 'list', persistAuthorization: false },
    theme: { title: 'Gatehouse API' },
  });
}
