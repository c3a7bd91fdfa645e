/**
 * A failed call, in words for the person at the screen. `status` is 0 when no answer came at all (network, timeout).
 */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly title: string;
  readonly detail: string | null;
  readonly requestId: string | null;
  /** Seconds the server asked to wait; null when it named none. */
  readonly retryAfter_s: number | null;
  /** It was waited for as long as anybody waits. */
  readonly timedOut: boolean;
  readonly fields: readonly FieldProblem[];

  constructor(parts: ProblemParts) {
    super(parts.detail ?? parts.title);
    this.status = parts.status;
    this.title = parts.title;
    this.detail = parts.detail ?? null;
    this.requestId = parts.requestId ?? null;
    this.retryAfter_s = parts.retryAfter_s ?? null;
    this.timedOut = parts.timedOut ?? false;
    this.fields = parts.fields ?? [];
  }
}

export interface FieldProblem {
  /** JSON pointer into the body that was sent. */
  readonly pointer: string;
  readonly detail: string;
}

export interface ProblemParts {
  readonly status: number;
  readonly title: string;
  readonly detail?: string | null;
  readonly requestId?: string | null;
  readonly retryAfter_s?: number | null;
  readonly timedOut?: boolean;
  readonly fields?: readonly FieldProblem[];
}

export const isProblem = (error: unknown, status?: number): error is ApiProblem =>
  error instanceof ApiProblem && (status === undefined || error.status === status);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | null =>
  typeof value === 'string' && value.length > 0 ? value : null;

/** What to say when the server said nothing readable. */
const titleOf = (status: number): string => {
  if (status === 401) return 'Not signed in';
  if (status === 403) return 'Not allowed with this session';
  if (status === 404) return 'Not found';
  if (status === 429) return 'Too many requests';
  if (status === 503) return 'Temporarily unavailable';
  return status >= 500 ? 'Gatehouse failed to answer' : 'The request was refused';
};

/** Reads an RFC 9457 body, or makes the best of an answer that has none. */
export const problemFrom = (
  status: number,
  body: unknown,
  headers: { readonly requestId: string | null; readonly retryAfter: string | null },
): ApiProblem => {
  const record = isRecord(body) ? body : {};
  const wait_s = headers.retryAfter === null ? Number.NaN : Number(headers.retryAfter);
  const fields = Array.isArray(record.errors)
    ? record.errors.flatMap((entry: unknown): FieldProblem[] => {
        if (!isRecord(entry)) return [];
        const detail = text(entry.detail);
        return detail === null ? [] : [{ pointer: text(entry.pointer) ?? '', detail }];
      })
    : [];
  return new ApiProblem({
    status,
    title: text(record.title) ?? titleOf(status),
    detail: text(record.detail),
    requestId: headers.requestId,
    retryAfter_s: Number.isFinite(wait_s) ? wait_s : null,
    fields,
  });
};
