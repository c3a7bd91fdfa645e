import { setTimeout as wait } from 'node:timers/promises';
import { BOOTSTRAP_KEY } from './gatehouse-process.ts';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Fields of a decision that tests look at; answers hold more. */
export interface DecisionBody {
  readonly id: string;
  readonly event_id: string | null;
  readonly recorded: boolean;
  readonly action: 'allow' | 'challenge' | 'block';
  readonly risk: {
    readonly score: number;
    readonly level: 'low' | 'medium' | 'high';
    readonly log_odds: number;
    readonly prior_log_odds: number;
  };
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly signals?: readonly {
    readonly id: string;
    readonly state: string;
    readonly log_odds: number;
    readonly details: Readonly<Record<string, unknown>>;
  }[];
  readonly challenge: { readonly id: string; readonly methods: readonly string[] | null } | null;
  readonly policy: { readonly rule: string; readonly mode: string; readonly would_have: string | null };
  readonly learning: 'full' | 'provisional' | 'none';
  readonly warnings: readonly { readonly pointer: string; readonly code: string }[];
  readonly decision_token?: string;
  readonly resolution?: string | null;
  readonly final_action?: string | null;
}

export interface DecisionRecordBody extends DecisionBody {
  readonly event: {
    readonly user: { readonly id: string | null };
    readonly device: { readonly key: string | null } | null;
    readonly occurred_at: string;
  };
  readonly outcome: { readonly status: string } | null;
  readonly feedback: readonly { readonly verdict: string }[];
}

export interface ProblemAnswer {
  readonly type: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

export interface ApiClient {
  /** Of the first node. */
  readonly url: string;
  /** The same server by another key. */
  as(key: string): ApiClient;
  get<Body>(path: string): Promise<Answer<Body>>;
  post<Body>(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer<Body>>;
  /** Decides, and expects a decision. */
  risk(body: unknown, query?: string): Promise<DecisionBody>;
  /** What `search` finds for a user, newest first. */
  decisionsOf(userId: string): Promise<readonly DecisionRecordBody[]>;
}

/** Talks to a running server as an auth server does; to several nodes in turn, as through a balancer. A string is sent as it is, anything else as JSON. */
export function createApiClient(at: string | readonly string[], key = BOOTSTRAP_KEY): ApiClient {
  const nodes = typeof at === 'string' ? [at] : at;
  const url = nodes[0] ?? '';
  let turn = 0;
  const send = async <Body>(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Body>> => {
    const response = await fetch(`${nodes[turn++ % nodes.length]}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as Body };
  };
  const client: ApiClient = {
    url,
    as: (other) => createApiClient(nodes, other),
    get: (path) => send('GET', path, undefined),
    post: (path, body, headers) => send('POST', path, body, headers),
    async risk(body, query = '') {
      const answer = await client.post<DecisionBody>(`/v1/risk${query}`, body);
      if (answer.status !== 200) throw new Error(`/v1/risk: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    async decisionsOf(userId) {
      const answer = await client.post<{ data: DecisionRecordBody[] }>('/v1/decisions/search', {
        user_id: userId,
        limit: 200,
      });
      if (answer.status !== 200) throw new Error(`search: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body.data;
    },
  };
  return client;
}

/** Asks again and again until the answer satisfies, or fails with the last one when the time is over. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfies: (answer: T) => boolean,
  within_ms: number,
): Promise<T> {
  const end_ms = performance.now() + within_ms;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (performance.now() >= end_ms) {
      throw new Error(`not within ${within_ms} ms; at last: ${JSON.stringify(answer)?.slice(0, 2_000)}`);
    }
    await wait(20);
  }
}

/** Whether a new key is known where this was answered: a node that does not know it soon answers 429 instead of 401. */
export const knowsKey = ({ status }: { readonly status: number }): boolean =>
  status !== 401 && status !== 429;

export const reasonsOf = (decision: DecisionBody): readonly string[] =>
  decision.reasons.map(({ code }) => code);

/** The evidence of some categories, as `signal: nats`. */
export const evidenceOf = (
  decision: DecisionBody,
  ...categories: readonly string[]
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    (decision.signals ?? [])
      .filter(({ id, state }) => state === 'evidence' && categories.includes(id.split('.')[0] ?? ''))
      .map(({ id, log_odds }) => [id, log_odds]),
  );

/** The stable last part of a problem's type. */
export const problemCode = (problem: ProblemAnswer): string =>
  problem.type.replace('urn:gatehouse:problem:', '');

export interface HabitBody {
  readonly value: string;
  readonly weight: number;
  readonly provisional: boolean;
}

/** What is habitual for a user, without the decisions. */
export interface UserBody {
  readonly risk_level: string;
  readonly profile: { readonly logins: number; readonly last_login_at: string } | null;
  readonly devices: readonly HabitBody[];
  readonly countries: readonly HabitBody[];
  readonly places: readonly HabitBody[];
  readonly networks: readonly HabitBody[];
  readonly clients: readonly HabitBody[];
}

/** @throws Error when nothing is known about the user. */
export async function lookUp(api: ApiClient, userId: string): Promise<UserBody> {
  const { status, body } = await api.post<UserBody>('/v1/users/lookup', { user_id: userId });
  if (status !== 200) throw new Error(`lookup: ${status} ${JSON.stringify(body)}`);
  const { risk_level, profile, devices, countries, places, networks, clients } = body;
  return { risk_level, profile, devices, countries, places, networks, clients };
}
