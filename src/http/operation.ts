import type { FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import { ProblemAnswer } from '../contracts/http/problem-answer.ts';
import { Shared } from '../contracts/http/schema-parts.ts';
import type { Scope } from '../ports/key-store.ts';
import { PROBLEM_MEDIA_TYPE, PROBLEMS, type ProblemCode, problemBody } from './errors.ts';

/** Who may call: anybody, the dashboards' session alone, or an API key (`browser`: or the session). */
export type Access = 'public' | 'session' | KeyAccess;

interface KeyAccess {
  /** `null`: any key. */
  readonly scope: Scope | null;
  readonly browser: boolean;
}

export interface Answer {
  readonly description: string;
  /** A named schema (with `$id`); absent for an answer without a body. */
  readonly schema?: TSchema;
  readonly example?: object;
  readonly mediaType?: string;
  /** Response headers beyond those of every answer: name → what it says. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An operation as the OpenAPI document describes it. */
export interface Operation {
  readonly id: string;
  readonly tag: 'decisions' | 'analysts' | 'users' | 'dashboards' | 'operations';
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  /** A named schema (with `$id`). */
  readonly body?: TSchema;
  /** Request headers: name → JSON schema with a description. */
  readonly headers?: Readonly<Record<string, object>>;
  /** Query parameters: name → JSON schema with a description. */
  readonly query?: Readonly<Record<string, object>>;
  readonly queryRequired?: readonly string[];
  /** Path parameters: name → what it is. */
  readonly params?: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Problems of this operation beyond those that follow from `access` and `body`. */
  readonly problems?: readonly ProblemCode[];
}

const BODY_PROBLEMS: readonly ProblemCode[] = [
  'invalid_json',
  'invalid_body',
  'body_too_large',
  'unsupported_media_type',
];
const GENERAL_PROBLEMS: readonly ProblemCode[] = ['internal', 'shutting_down'];
const EXAMPLE_REQUEST_ID = 'req_0199f3a1-2c5d-7e11-9a61-5d0f6f2f4b1c';

const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'x-request-id': 'Names the request in the log; the caller’s own where it sent a sane one.',
  traceparent: 'As sent (W3C Trace Context).',
};
const PROBLEM_HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'www-authenticate': 'RFC 6750, section 3.' },
  405: { allow: 'The methods that are allowed.' },
  429: { 'retry-after': 'Seconds to wait.' },
  503: { 'retry-after': 'Seconds to wait.' },
};

/**
 * A route's schema for the OpenAPI document. It describes only: bodies are validated by the contracts' own validators,
 * which know about lenient callers and about fields that an end user controls, and answers are not cut to a schema.
 */
export function describeOperation(operation: Operation): FastifySchema {
  const { access } = operation;
  const problems = new Set<ProblemCode>([
    ...(operation.problems ?? []),
    ...accessProblems(access),
    ...(operation.body === undefined ? [] : BODY_PROBLEMS),
    ...(operation.query === undefined ? [] : (['invalid_parameter'] as const)),
    ...GENERAL_PROBLEMS,
  ]);
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    security: securityOf(access),
    ...(operation.body === undefined ? {} : { body: Shared(operation.body) }),
    ...(operation.headers === undefined
      ? {}
      : { headers: { type: 'object', properties: operation.headers } }),
    ...(operation.query === undefined
      ? {}
      : {
          querystring: {
            type: 'object',
            properties: operation.query,
            required: [...(operation.queryRequired ?? [])],
          },
        }),
    ...(operation.params === undefined
      ? {}
      : {
          params: {
            type: 'object',
            properties: Object.fromEntries(
              Object.entries(operation.params).map(([name, description]) => [
                name,
                { type: 'string', description },
              ]),
            ),
            required: Object.keys(operation.params),
          },
        }),
    response: {
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) => [status, describeAnswer(answer)]),
      ),
      ...describeProblems(problems),
    },
  };
}

function accessProblems(access: Access): readonly ProblemCode[] {
  if (access === 'public') return [];
  if (access === 'session') return ['unauthorized', 'origin_refused'];
  return [
    'unauthorized',
    'forbidden',
    'rate_limited',
    ...(access.browser ? (['origin_refused'] as const) : []),
  ];
}

function securityOf(access: Access): { [name: string]: string[] }[] {
  if (access === 'public') return [];
  if (access === 'session') return [{ session: [] }];
  const scopes = access.scope === null ? [] : [access.scope];
  return [{ apiKey: scopes }, ...(access.browser ? [{ session: scopes }] : [])];
}

function describeAnswer(answer: Answer): object {
  const headers = headerSchemas({ ...ANSWER_HEADERS, ...answer.headers });
  if (answer.schema === undefined && answer.mediaType === undefined) {
    return { type: 'null', description: answer.description, headers };
  }
  return {
    description: answer.description,
    headers,
    content: {
      [answer.mediaType ?? 'application/json']: {
        schema: answer.schema === undefined ? unnamedSchema(answer.mediaType) : Shared(answer.schema),
        ...(answer.example === undefined ? {} : { example: answer.example }),
      },
    },
  };
}

function unnamedSchema(mediaType: string | undefined): object {
  return mediaType?.startsWith('text/') === true ? { type: 'string' } : { type: 'object' };
}

function describeProblems(codes: ReadonlySet<ProblemCode>): Record<string, object> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, listed]) => [
      status,
      {
        description: listed.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
        headers: headerSchemas({ ...ANSWER_HEADERS, ...PROBLEM_HEADERS[status] }),
        content: {
          [PROBLEM_MEDIA_TYPE]: {
            schema: Shared(ProblemAnswer),
            examples: Object.fromEntries(listed.map((code) => [code, { value: exampleOf(code) }])),
          },
        },
      },
    ]),
  );
}

function exampleOf(code: ProblemCode): object {
  return problemBody(
    code,
    code === 'invalid_body' ? 'The body does not fit; see errors.' : `${PROBLEMS[code].title}.`,
    EXAMPLE_REQUEST_ID,
    code === 'invalid_body' ? [{ pointer: '/context/ip', detail: 'is not an IP address' }] : undefined,
  );
}

function headerSchemas(headers: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { type: 'string', description }]),
  );
}
