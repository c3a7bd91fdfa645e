import { setTimeout as wait } from 'node:timers/promises';
import type { DecisionBody } from './api-client.ts';
import { type Ledger, newLedger } from './crash-ledger.ts';
import { BOOTSTRAP_KEY } from './gatehouse-process.ts';
import { type LeanAnswer, type LeanConnection, openLean } from './lean-http.ts';
import { DESKTOP, PHONE } from './logins.ts';

/** What the clients of a chaos run were told, and how often. */
export interface ChaosLedger extends Ledger {
  /** Answers that said `recorded: false`: decided without the state, or stored too late to say so. */
  unrecorded: number;
  /** Refusals that ask to be sent again: 503 to what cannot be answered without the state. */
  refused: number;
  /** Milliseconds of each answered decision. */
  readonly latencies_ms: number[];
  /** The last events that were sent with an id. */
  readonly recent: { readonly body: string; id: string | null }[];
}

export const newChaosLedger = (): ChaosLedger => ({
  ...newLedger(),
  unrecorded: 0,
  refused: 0,
  latencies_ms: [],
  recent: [],
});

/** Events that may be repeated. */
const RECENT = 100;

export interface ChaosClientsOptions {
  /** API nodes; they come and go. */
  readonly urls: readonly string[];
  readonly clients: number;
  readonly users: number;
  readonly ledger: ChaosLedger;
  readonly random: () => number;
  readonly isOver: () => boolean;
}

const HOMES = ['84.128', '93.192', '86.200'];
const ELSEWHERE = ['187.20', '73.150', '84.128', '93.192', '86.200'];
/** A tenth of the logins is of so few users, so that nodes meet on one profile. */
const BUSY_USERS = 10;
/** A node that is gone is tried again after so long, and one that does not record is spared for so long. */
const PAUSE_MS = 100;
/** Events that are sent again at a time. */
const RETRIES = 16;
/** Of one event; a machine that is late so often answers nothing in time. */
const MOST_RETRIES = 20;

/** Several auth servers at once, each with a connection of its own; one that breaks goes on with the next node. */
export async function loadNodes(options: ChaosClientsOptions): Promise<void> {
  const { urls, clients, ledger, isOver } = options;
  const client = async (name: number): Promise<void> => {
    let connection: LeanConnection | null = null;
    for (let node = name, sent = 0; !isOver(); ) {
      try {
        connection ??= await openLean(urls[node % urls.length] ?? '', BOOTSTRAP_KEY);
        if (!(await oneTurn(connection, options, `c${name}-${sent++}`))) await wait(PAUSE_MS);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        connection?.close();
        connection = null;
        node += 1;
        await wait(PAUSE_MS);
      }
    }
    connection?.close();
  };
  await Promise.all(Array.from({ length: clients }, (_, name) => client(name)));
  if (ledger.acknowledged.size === 0) ledger.violations.push('nothing was acknowledged');
}

/** Sends again what was not acknowledged, to every node at once: it must come to one decision, now or from before. */
export async function retryAtAllNodes(urls: readonly string[], ledger: ChaosLedger): Promise<number> {
  const unanswered = [...ledger.events].filter(([, { id }]) => id === null);
  const unreported = [...ledger.outcomes].filter(([, { acknowledged }]) => !acknowledged);
  const retried = unanswered.length;
  const retrier = async (): Promise<void> => {
    const nodes = await Promise.all(urls.map((url) => openLean(url, BOOTSTRAP_KEY)));
    for (let next = unanswered.pop(); next !== undefined; next = unanswered.pop()) {
      const [eventId, event] = next;
      const made = new Set<string>();
      for (let tries = 0, late = true; late && tries < MOST_RETRIES; tries++) {
        const answers = await Promise.all(nodes.map((node) => node.ask('POST', '/v1/risk', event.body)));
        const decisions = answers.map(({ body }) => JSON.parse(body) as DecisionBody);
        for (const { id, recorded } of decisions) if (recorded) made.add(id);
        // What came too late to be recorded for sure is sent again, as its caller would.
        late = decisions.some(({ recorded }) => !recorded);
      }
      const [id, other] = made;
      if (id === undefined || other !== undefined) {
        ledger.violations.push(
          `a retry of ${eventId} at all nodes made the decisions ${[...made].join(', ')}`,
        );
        continue;
      }
      event.id = id;
      ledger.acknowledged.add(id);
    }
    const [node] = nodes;
    for (let next = unreported.pop(); next !== undefined; next = unreported.pop()) {
      const [id, { userId }] = next;
      if (node !== undefined) await report(node, ledger, id, userId, true);
    }
    for (const open of nodes) open.close();
  };
  await Promise.all(Array.from({ length: RETRIES }, retrier));
  return retried;
}

/** Whether decisions are recorded now; when not, there is no use in asking at once again. @throws as `ask` */
async function oneTurn(
  node: LeanConnection,
  { ledger, random, users }: ChaosClientsOptions,
  name: string,
): Promise<boolean> {
  const kind = random();
  if (kind < 0.05) return repeatEarlier(node, ledger, random);
  const userId = `u_${Math.floor(random() * (random() < 0.1 ? BUSY_USERS : users))}`;
  if (kind < 0.1) {
    const attempt = { attempt_id: `att-${name}` };
    const tried = await decide(
      node,
      ledger,
      { ...login(userId, random), ...attempt, status: 'attempted' },
      null,
    );
    return (
      tried.recorded && (await decide(node, ledger, { ...login(userId, random), ...attempt }, null)).recorded
    );
  }
  if (kind < 0.15) return recordEvent(node, ledger, login(userId, random));
  const made = await decide(node, ledger, login(userId, random), kind < 0.4 ? `event-${name}` : null);
  // Friction, which a failed attempt gets, is not passed by a second factor.
  const passable = made.challenge?.methods?.includes('webauthn') === true;
  if (!passable || !made.recorded || random() < 0.3) return made.recorded;
  ledger.outcomes.set(made.id, { userId, acknowledged: false });
  return report(node, ledger, made.id, userId, false);
}

function login(userId: string, random: () => number): Record<string, unknown> {
  const own = random() < 0.85;
  const n = Number(userId.slice(2));
  return {
    status: random() < 0.1 ? 'failed' : 'succeeded',
    user: { id: userId, login: `${userId}@example.org`, challenge_methods: ['webauthn', 'totp'] },
    context: {
      ip: own
        ? `${HOMES[n % HOMES.length]}.${n >> 8}.${n & 255}`
        : `${ELSEWHERE[Math.floor(random() * ELSEWHERE.length)]}.${Math.floor(random() * 250)}.9`,
      user_agent: own ? DESKTOP : PHONE,
      headers: { 'accept-language': 'en-GB' },
      rtt_ms: 20 + (n % 60),
    },
    device: { id: own ? `own-device-${userId}` : `new-device-${random()}`, presented: true },
    authentication: { method: 'password', credential_compromised: random() < 0.05 },
  };
}

async function decide(
  node: LeanConnection,
  ledger: ChaosLedger,
  body: Record<string, unknown>,
  eventId: string | null,
): Promise<DecisionBody> {
  const text = JSON.stringify(eventId === null ? body : { ...body, event_id: eventId });
  const event = { body: text, id: null as string | null };
  if (eventId !== null) {
    ledger.events.set(eventId, event);
    ledger.recent.push(event);
    if (ledger.recent.length > RECENT) ledger.recent.shift();
  }
  const startedAt_ms = performance.now();
  const answer = await answered(ledger, node.ask('POST', '/v1/risk', text));
  ledger.latencies_ms.push(performance.now() - startedAt_ms);
  // Whatever is gone: a valid request is decided.
  if (answer.status !== 200) throw violation(ledger, `/v1/risk answered ${answer.status}: ${answer.body}`);
  const made = JSON.parse(answer.body) as DecisionBody;
  if (made.recorded) {
    ledger.acknowledged.add(made.id);
    event.id = made.id;
  } else {
    ledger.unanswered += 1;
    ledger.unrecorded += 1;
  }
  return made;
}

async function recordEvent(
  node: LeanConnection,
  ledger: ChaosLedger,
  body: Record<string, unknown>,
): Promise<boolean> {
  const answer = await answered(ledger, node.ask('POST', '/v1/events', JSON.stringify(body)));
  if (answer.status === 202) {
    ledger.acknowledged.add((JSON.parse(answer.body) as { readonly id: string }).id);
    return true;
  }
  if (answer.status !== 503) throw violation(ledger, `/v1/events answered ${answer.status}: ${answer.body}`);
  // It may have been stored all the same.
  ledger.unanswered += 1;
  ledger.refused += 1;
  return false;
}

async function repeatEarlier(
  node: LeanConnection,
  ledger: ChaosLedger,
  random: () => number,
): Promise<boolean> {
  const event = ledger.recent[Math.floor(random() * ledger.recent.length)];
  if (event === undefined || event.id === null) return true;
  const expected = event.id;
  // Nothing new can come of it, so an answer that never comes leaves nothing open.
  const answer = await node.ask('POST', '/v1/risk', event.body);
  if (answer.status === 503) {
    ledger.refused += 1;
    return false;
  }
  const made = JSON.parse(answer.body) as DecisionBody;
  // Without the state it is judged anew, and says that this is not recorded.
  if (answer.status !== 200 || (made.recorded && made.id !== expected)) {
    throw violation(ledger, `a repeat of ${expected} got ${answer.status}: ${answer.body}`);
  }
  return made.recorded;
}

async function report(
  node: LeanConnection,
  ledger: ChaosLedger,
  id: string,
  userId: string,
  late: boolean,
): Promise<boolean> {
  const path = `/v1/challenges/${id.replace('dec_', 'chl_')}/outcome`;
  const body = JSON.stringify({ status: 'succeeded', method: 'webauthn', user: { id: userId } });
  const answer = await node.ask('POST', path, body);
  const outcome = ledger.outcomes.get(id);
  if (answer.status === 200 && outcome !== undefined) {
    outcome.acknowledged = true;
    return true;
  }
  // The first try was not stored, and the challenge has expired since.
  if (late && answer.status === 410) return true;
  if (answer.status !== 503 || late) {
    throw violation(ledger, `the outcome of ${id} answered ${answer.status}: ${answer.body}`);
  }
  ledger.refused += 1;
  return false;
}

function violation(ledger: ChaosLedger, what: string): Error {
  ledger.violations.push(what);
  return new Error(what);
}

/** Notes when the connection broke before the answer: the request may have been recorded. */
async function answered(ledger: ChaosLedger, request: Promise<LeanAnswer>): Promise<LeanAnswer> {
  try {
    return await request;
  } catch (error) {
    ledger.unanswered += 1;
    throw error;
  }
}
