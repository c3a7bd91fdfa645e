import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { AppError, type AppErrorCode } from '../app/errors.ts';
import type { FieldError } from '../contracts/http/problem-answer.ts';
import { AnalyticsError } from '../ports/analytics-errors.ts';
import { LogUnavailable, LogUnreadable } from '../ports/log-errors.ts';

/** Every problem the API can answer with: its HTTP status and its title, which never changes from case to case. */
export const PROBLEMS = Object.freeze({
  invalid_url: { status: 400, title: 'The URL is malformed' },
  invalid_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_body: { status: 400, title: 'The body does not fit the schema' },
  invalid_parameter: { status: 400, title: 'A parameter is not valid' },
  invalid_cursor: { status: 400, title: 'The cursor is not valid' },
  bad_request: { status: 400, title: 'The request is malformed' },
  unauthorized: { status: 401, title: 'A valid credential is needed' },
  forbidden: { status: 403, title: 'The credential does not carry the scope that is needed' },
  origin_refused: { status: 403, title: 'The request does not come from the dashboards' },
  not_found: { status: 404, title: 'There is nothing here' },
  unknown_panel: { status: 404, title: 'There is no such panel' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  user_mismatch: { status: 409, title: 'The challenge belongs to another user' },
  outcome_conflict: { status: 409, title: 'Another outcome was already reported' },
  no_challenge: { status: 409, title: 'The decision asked for no challenge' },
  view_exists: { status: 409, title: 'A view of this name is there already' },
  view_limit: { status: 409, title: 'There are as many views as there may be' },
  challenge_expired: { status: 410, title: 'The challenge has expired' },
  user_erased: { status: 410, title: 'The user was erased' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  idempotency_mismatch: { status: 422, title: 'The event_id was used with another body' },
  method_not_acceptable: { status: 422, title: 'The method does not pass this challenge' },
  rate_limited: { status: 429, title: 'Too many requests' },
  headers_too_large: { status: 431, title: 'The header fields are too large' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  analytics_unavailable: { status: 503, title: 'Analytics does not answer' },
  storage_unavailable: { status: 503, title: 'The storage does not answer' },
  shutting_down: { status: 503, title: 'The server is shutting down' },
} as const satisfies Readonly<Record<string, { status: number; title: string }>> &
  Readonly<Record<AppErrorCode, unknown>>);

export type ProblemCode = keyof typeof PROBLEMS;

/** An RFC 9457 problem as it is sent. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly FieldError[];
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';
/** Seconds after which a 503 is worth another try: a restart or a store's recovery takes about so long. */
const UNAVAILABLE_RETRY_S = 2;

/** The stable URI of a problem type; a URN, since it names the problem and needs no page behind it. */
export function problemType(code: ProblemCode): string {
  return `urn:gatehouse:problem:${code}`;
}

/** A refusal raised where there is no reply at hand (body parsing). `detail` is for the caller. */
export class RequestRefused extends Error {
  readonly problem: ProblemCode;
  readonly errors: readonly FieldError[] | undefined;

  constructor(problem: ProblemCode, detail: string, errors?: readonly FieldError[]) {
    super(detail);
    this.name = 'RequestRefused';
    this.problem = problem;
    this.errors = errors;
  }
}

/** `requestId` becomes `instance`: it names this very case, and the operator finds it in the log. */
export function problemBody(
  code: ProblemCode,
  detail: string,
  requestId: string,
  errors?: readonly FieldError[],
): ProblemBody {
  const { status, title } = PROBLEMS[code];
  return {
    type: problemType(code),
    title,
    status,
    detail,
    instance: `urn:gatehouse:request:${requestId}`,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** Sends a problem. `detail` is one sentence for the caller's developer, without anything internal or personal. */
export function sendProblem(
  reply: FastifyReply,
  code: ProblemCode,
  detail: string,
  errors?: readonly FieldError[],
): FastifyReply {
  const body = problemBody(code, detail, reply.request.id, errors);
  if (body.status === 503 && !reply.hasHeader('retry-after')) {
    reply.header('retry-after', String(UNAVAILABLE_RETRY_S));
  }
  return reply
    .code(body.status)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .serializer(JSON.stringify)
    .send(body);
}

/** Of the codes of analytics, those that concern a caller; the others are faults. */
const ANALYTICS_PROBLEMS = [
  'analytics_unavailable',
  'invalid_cursor',
  'unknown_panel',
  'invalid_parameter',
] as const satisfies readonly ProblemCode[];

/** Problems for what fastify itself refuses, by its error codes. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'A body may have up to 64 KiB.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Send the body as application/json.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad_request', 'The body is not as long as Content-Length says.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_json', 'The body is empty.'],
  FST_ERR_BAD_URL: ['invalid_url', 'The path holds a malformed percent-encoding.'],
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'No such id.'],
};

/** Answers whatever was thrown: expected refusals by their code, anything else as a 500 whose cause only the log knows. */
export function createErrorHandler(
  log: Logger,
): (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply {
  return (error, request, reply) => {
    if (error instanceof RequestRefused) {
      return sendProblem(reply, error.problem, error.message, error.errors);
    }
    const refusal = refusalOf(error);
    if (refusal !== null) {
      if (PROBLEMS[refusal.problem].status >= 500) {
        const operator = error instanceof AppError ? error.operator : null;
        log.error({ err: error, code: refusal.problem, operator, request_id: request.id }, 'request failed');
      }
      return sendProblem(reply, refusal.problem, refusal.detail);
    }
    const [code, detail] = FRAMEWORK_PROBLEMS[codeOf(error)] ?? [];
    if (code === 'body_too_large') readToTheEnd(request, reply);
    if (code !== undefined && detail !== undefined) return sendProblem(reply, code, detail);
    if (hasStatus(error, 400)) {
      return sendProblem(reply, 'bad_request', 'The request is malformed.');
    }
    log.error({ err: error, code: 'internal', request_id: request.id }, 'request failed');
    return sendProblem(
      reply,
      'internal',
      'The request failed; the operator finds its request id in the log.',
    );
  };
}

/**
 * Throws the rest of the body away, within the time that a request may take, instead of closing the connection at once:
 * a caller that is still sending would see a broken pipe and never the answer that says why.
 */
function readToTheEnd(request: FastifyRequest, reply: FastifyReply): void {
  reply.removeHeader('connection');
  request.raw.resume();
}

/** The bytes of an answer for requests that never became one (HTTP that does not parse, headers that never end). */
export function rawProblem(code: ProblemCode, detail: string, requestId: string): string {
  const body = problemBody(code, detail, requestId);
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status] ?? ''}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
    '',
    text,
  ].join('\r\n');
}

/** What a use case or a store refused, in words that are meant for the caller. */
function refusalOf(error: unknown): { readonly problem: ProblemCode; readonly detail: string } | null {
  if (error instanceof AppError) return { problem: error.code, detail: error.message };
  if (error instanceof AnalyticsError) {
    const problem = ANALYTICS_PROBLEMS.find((code) => code === error.code);
    if (problem !== undefined) return { problem, detail: error.message };
  }
  if (error instanceof LogUnavailable || error instanceof LogUnreadable) {
    return { problem: 'storage_unavailable', detail: 'The storage does not answer; try again.' };
  }
  return null;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === status;
}
