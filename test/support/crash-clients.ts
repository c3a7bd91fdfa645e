import { type Answer, type ApiClient, createApiClient, type DecisionBody } from './api-client.ts';
import type { Ledger } from './crash-ledger.ts';
import { DESKTOP, PHONE } from './logins.ts';

const USERS = 200;
const PREFIXES = ['84.128', '93.192', '86.200', '187.20', '73.150'];

/** Several auth servers at once, each sending the next request when its last was answered, until the server is gone. */
export async function loadUntilGone(
  url: string,
  clients: number,
  ledger: Ledger,
  random: () => number,
  prefix: string,
): Promise<void> {
  const api = createApiClient(url);
  let sent = 0;
  const client = async (): Promise<void> => {
    let alive = true;
    while (alive) alive = await oneRequest(api, ledger, random, `${prefix}-${sent++}`);
  };
  await Promise.all(Array.from({ length: clients }, client));
}

/** Sends again whatever was not answered, twice at the same time: it must come to one decision, now or from before. */
export async function retryUnanswered(url: string, ledger: Ledger): Promise<number> {
  const api = createApiClient(url);
  let retried = 0;
  for (const [eventId, event] of ledger.events) {
    if (event.id !== null) continue;
    retried += 1;
    const answers = await Promise.all([api.risk(event.body), api.risk(event.body)]);
    const ids = new Set(answers.map(({ id }) => id));
    const [id] = ids;
    if (ids.size !== 1 || id === undefined) {
      ledger.violations.push(`two concurrent retries of ${eventId} got ${ids.size} decisions`);
      continue;
    }
    event.id = id;
    if (answers.every(({ recorded }) => recorded)) ledger.acknowledged.add(id);
  }
  for (const [id, outcome] of ledger.outcomes) {
    if (!outcome.acknowledged) await report(api, ledger, id, outcome.userId);
  }
  return retried;
}

/** After a start: what was acknowledged last is there by id, and acknowledged event ids give their first decision. */
export async function checkByHttp(url: string, ledger: Ledger): Promise<void> {
  const api = createApiClient(url);
  for (const id of [...ledger.acknowledged].slice(-50)) {
    const { status } = await api.get(`/v1/decisions/${id}`);
    if (status !== 200) ledger.violations.push(`${id} was acknowledged and answers ${status} by id`);
  }
  const known = [...ledger.events].filter(([, { id }]) => id !== null).slice(-50);
  for (const [eventId, { body, id }] of known) {
    const again = await api.post<DecisionBody>('/v1/risk', body);
    if (again.body.id !== id || again.headers.get('idempotent-replayed') !== 'true') {
      ledger.violations.push(`a repeat of ${eventId} after a crash was decided anew`);
    }
  }
}

/** False when the server is gone. */
async function oneRequest(
  api: ApiClient,
  ledger: Ledger,
  random: () => number,
  name: string,
): Promise<boolean> {
  const kind = random();
  if (kind < 0.08) return repeatEarlier(api, ledger, random);
  const userId = `u_${Math.floor(random() * USERS)}`;
  if (kind < 0.16) {
    const attempt = { attempt_id: `att-${name}` };
    const tried = await decide(
      api,
      ledger,
      { ...login(userId, random), ...attempt, status: 'attempted' },
      null,
    );
    if (tried === null) return false;
    return (await decide(api, ledger, { ...login(userId, random), ...attempt }, null)) !== null;
  }
  if (kind < 0.22) return recordEvent(api, ledger, login(userId, random));
  const made = await decide(api, ledger, login(userId, random), kind < 0.6 ? `event-${name}` : null);
  if (made === null) return false;
  // Friction, which a failed attempt gets, is not passed by a second factor.
  const passable = made.challenge?.methods?.includes('webauthn') === true;
  if (!passable || !made.recorded || random() < 0.4) return true;
  ledger.outcomes.set(made.id, { userId, acknowledged: false });
  return report(api, ledger, made.id, userId);
}

function login(userId: string, random: () => number): Record<string, unknown> {
  const own = random() < 0.8;
  const n = Number(userId.slice(2));
  return {
    status: random() < 0.1 ? 'failed' : 'succeeded',
    user: { id: userId, login: `${userId}@example.org`, challenge_methods: ['webauthn', 'totp'] },
    context: {
      ip: own
        ? `${PREFIXES[n % 3]}.${n}.7`
        : `${PREFIXES[Math.floor(random() * 5)]}.${Math.floor(random() * 250)}.9`,
      user_agent: own ? DESKTOP : PHONE,
    },
    device: { id: own ? `own-device-${userId}` : `new-device-${random()}`, presented: true },
    authentication: { method: 'password', credential_compromised: random() < 0.1 },
  };
}

async function decide(
  api: ApiClient,
  ledger: Ledger,
  body: Record<string, unknown>,
  eventId: string | null,
): Promise<DecisionBody | null> {
  const text = JSON.stringify(eventId === null ? body : { ...body, event_id: eventId });
  const event = { body: text, id: null as string | null };
  if (eventId !== null) ledger.events.set(eventId, event);
  const answer = await answered(ledger, api.post<DecisionBody>('/v1/risk', text));
  if (answer === null) return null;
  if (answer.status !== 200) {
    ledger.violations.push(`/v1/risk answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return null;
  }
  if (answer.body.recorded) {
    ledger.acknowledged.add(answer.body.id);
    event.id = answer.body.id;
  } else {
    ledger.unanswered += 1;
  }
  return answer.body;
}

async function recordEvent(api: ApiClient, ledger: Ledger, body: Record<string, unknown>): Promise<boolean> {
  const answer = await answered(ledger, api.post<{ id: string }>('/v1/events', body));
  if (answer?.status === 202) ledger.acknowledged.add(answer.body.id);
  else if (answer !== null) ledger.violations.push(`/v1/events answered ${answer.status}`);
  return answer !== null;
}

async function repeatEarlier(api: ApiClient, ledger: Ledger, random: () => number): Promise<boolean> {
  const earlier = [...ledger.events.values()].slice(-100);
  const event = earlier[Math.floor(random() * earlier.length)];
  if (event === undefined || event.id === null) return true;
  const expected = event.id;
  // Nothing new can come of it, so an answer that never comes leaves nothing open.
  const answer = await api.post<DecisionBody>('/v1/risk', event.body).catch(() => null);
  if (answer !== null && answer.body.id !== expected) {
    ledger.violations.push(`a repeat got ${answer.body.id} instead of ${expected}`);
  }
  return answer !== null;
}

async function report(api: ApiClient, ledger: Ledger, id: string, userId: string): Promise<boolean> {
  const answer = await api
    .post(`/v1/challenges/${id.replace('dec_', 'chl_')}/outcome`, {
      status: 'succeeded',
      method: 'webauthn',
      user: { id: userId },
    })
    .catch(() => null);
  if (answer === null) return false;
  const outcome = ledger.outcomes.get(id);
  if (answer.status === 200 && outcome !== undefined) outcome.acknowledged = true;
  else if (answer.status !== 200) {
    ledger.violations.push(`the outcome of ${id} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return true;
}

/** `null` when the connection broke before the answer: the request may have been recorded. */
async function answered<Body>(ledger: Ledger, request: Promise<Answer<Body>>): Promise<Answer<Body> | null> {
  try {
    return await request;
  } catch {
    ledger.unanswered += 1;
    return null;
  }
}
