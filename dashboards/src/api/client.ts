import { ApiProblem, problemFrom } from './problem.ts';
import type {
  Annotation,
  CampaignPage,
  Decision,
  DecisionExport,
  DecisionList,
  Entity,
  EntityKey,
  FeedbackBody,
  Health,
  PanelResult,
  Queue,
  Related,
  RowPage,
  Session,
  User,
  View,
} from './types.ts';

/** A page that waits longer than this says so instead of waiting on. */
const TIMEOUT_MS = 15_000;

/**
 * Of calls that wait until analytics has everything about a user. The server says itself when that takes too long, so
 * that the page must not be the first to give up: it would not learn what became of an erasure.
 */
const CAUGHT_UP_TIMEOUT_MS = 60_000;

/** An export of many rows takes its time. */
const EXPORT_TIMEOUT_MS = 120_000;

interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Instead of the session; used once and not kept. */
  readonly apiKey?: string;
  /** Goes on after the page was closed. */
  readonly keepalive?: boolean;
  readonly timeout_ms?: number;
}

const readJson = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A proxy's HTML page, for example: the status alone has to speak.
    return null;
  }
};

/** Same-origin JSON. @throws ApiProblem for every failure but the caller's own abort. */
const call = async <T>(
  path: string,
  { method = 'GET', body, query, signal, apiKey, keepalive = false, timeout_ms = TIMEOUT_MS }: Call = {},
): Promise<T> => {
  const url = query === undefined ? path : `${path}?${new URLSearchParams(query).toString()}`;
  const headers: Record<string, string> = { accept: 'application/json, application/problem+json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET') headers['x-gatehouse-csrf'] = '1';
  if (apiKey !== undefined) headers.authorization = `Bearer ${apiKey}`;
  const timeout = AbortSignal.timeout(timeout_ms);
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(url, {
      method,
      headers,
      credentials: 'same-origin',
      redirect: 'error',
      keepalive,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    answer = await readJson(response);
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new ApiProblem(
      timeout.aborted
        ? {
            status: 0,
            title: 'No answer in time',
            timedOut: true,
            detail: `Gatehouse did not answer within ${timeout_ms / 1000} s.`,
          }
        : {
            status: 0,
            title: 'Gatehouse cannot be reached',
            detail: 'Check that the server is running and that this machine is connected.',
          },
    );
  }
  if (response.ok) return answer as T;
  throw problemFrom(response.status, answer, {
    requestId: response.headers.get('x-request-id'),
    retryAfter: response.headers.get('retry-after'),
  });
};

export type Credentials = { readonly link_token: string } | { readonly api_key: string };

/** @throws ApiProblem with status 401 when nobody is signed in, of which the server makes no error. */
export const readSession = async (signal?: AbortSignal): Promise<Session> => {
  const session = await call<Session | null>('/session', { signal });
  if (session === null) throw problemFrom(401, null, { requestId: null, retryAfter: null });
  return session;
};

export const signIn = (credentials: Credentials): Promise<Session> =>
  call('/session', { method: 'POST', body: credentials });

export const signOut = (): Promise<null> => call('/session', { method: 'DELETE' });

export const listDecisions = (list: DecisionList, signal?: AbortSignal): Promise<RowPage> =>
  call('/v1/decisions/list', { method: 'POST', body: list, signal });

export const readRelated = (id: string, signal?: AbortSignal): Promise<Related> =>
  call(`/v1/decisions/${encodeURIComponent(id)}/related`, { signal });

export const readDecision = (id: string, signal?: AbortSignal): Promise<Decision> =>
  call(`/v1/decisions/${encodeURIComponent(id)}`, { signal });

export const giveFeedback = (id: string, feedback: FeedbackBody): Promise<unknown> =>
  call(`/v1/decisions/${encodeURIComponent(id)}/feedback`, {
    method: 'POST',
    body: feedback,
    keepalive: true,
    timeout_ms: CAUGHT_UP_TIMEOUT_MS,
  });

/** `from` and `to` are RFC 3339; the rest are the panel's own parameters. */
export const readPanel = (
  id: string,
  window: { readonly from: string; readonly to: string; readonly [parameter: string]: string },
  signal?: AbortSignal,
): Promise<PanelResult> => call(`/v1/analytics/panels/${encodeURIComponent(id)}`, { query: window, signal });

export const lookupUser = (userId: string, signal?: AbortSignal): Promise<User> =>
  call('/v1/users/lookup', { method: 'POST', body: { user_id: userId }, signal });

/** Everything that is held about a user, as the file that is handed out. */
export const exportUser = (userId: string): Promise<unknown> =>
  call('/v1/users/export', {
    method: 'POST',
    body: { user_id: userId },
    timeout_ms: CAUGHT_UP_TIMEOUT_MS,
  });

/** Campaigns that touch the window. */
export const listCampaigns = (
  window: { readonly from: string; readonly to: string },
  signal?: AbortSignal,
): Promise<CampaignPage> => call('/v1/campaigns', { query: { ...window, limit: '50' }, signal });

/** Needs a key with the scope `users:erase`: a session must not be able to destroy. */
export const eraseUser = (
  userId: string,
  apiKey: string,
): Promise<{ readonly id: string; readonly decisions: number }> =>
  call('/v1/users/erase', {
    method: 'POST',
    body: { user_id: userId },
    apiKey,
    timeout_ms: CAUGHT_UP_TIMEOUT_MS,
  });

export const forgetDevice = (userId: string, deviceKey: string): Promise<{ readonly forgotten: boolean }> =>
  call('/v1/users/forget-device', { method: 'POST', body: { user_id: userId, device_key: deviceKey } });

export const lookupEntity = (
  key: EntityKey,
  window: { readonly from: string; readonly to: string },
  signal?: AbortSignal,
): Promise<Entity> => call('/v1/entities/lookup', { method: 'POST', body: { ...key, ...window }, signal });

/** A page of the queue, of one kind of items or of all. */
export const readQueue = (
  kind: string | undefined,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Queue> =>
  call('/v1/review-queue', {
    method: 'POST',
    body: {
      limit: 100,
      ...(kind === undefined ? {} : { kinds: [kind] }),
      ...(cursor === null ? {} : { cursor }),
    },
    signal,
  });

export const listViews = (signal?: AbortSignal): Promise<{ readonly data: readonly View[] }> =>
  call('/v1/views', { signal });

export const saveView = (view: Pick<View, 'name' | 'page' | 'state'>): Promise<View> =>
  call('/v1/views', { method: 'POST', body: view });

export const deleteView = (id: string): Promise<null> =>
  call(`/v1/views/${encodeURIComponent(id)}`, { method: 'DELETE' });

export const readAnnotations = (
  window: { readonly from: string; readonly to: string },
  signal?: AbortSignal,
): Promise<{ readonly data: readonly Annotation[] }> =>
  call('/v1/analytics/annotations', { query: window, signal });

export const readHealth = (signal?: AbortSignal): Promise<Health> => call('/v1/analytics/health', { signal });

/** The rows as a file. Cut off in the middle it rejects, so that half a file is never taken for a whole one. */
export const exportDecisions = async (body: DecisionExport): Promise<Blob> => {
  let response: Response;
  try {
    response = await fetch('/v1/decisions/export', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gatehouse-csrf': '1' },
      credentials: 'same-origin',
      redirect: 'error',
      signal: AbortSignal.timeout(EXPORT_TIMEOUT_MS),
      body: JSON.stringify(body),
    });
    if (response.ok) return await response.blob();
  } catch {
    throw new ApiProblem({
      status: 0,
      title: 'The export broke off',
      detail: 'The connection ended before the last row. Nothing was saved; try again, or with fewer rows.',
    });
  }
  throw problemFrom(response.status, await readJson(response), {
    requestId: response.headers.get('x-request-id'),
    retryAfter: response.headers.get('retry-after'),
  });
};
