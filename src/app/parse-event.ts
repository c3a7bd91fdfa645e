import type { EventsRequest } from '../contracts/http/events-request.ts';
import { FIRST_FACTOR_METHODS } from '../contracts/http/first-factor-methods.ts';

import type { FieldError } from '../contracts/http/problem-answer.ts';
import { MAX_PROPERTIES_BYTES, type RiskRequest } from '../contracts/http/risk-request.ts';
import {
  type Authentication,
  CHALLENGE_METHODS,
  type Context,
  type DeviceClaim,
  type LoginEvent,
  type SessionClaim,
  type UserClaim,
} from '../core/event.ts';
import type { AddressKind } from '../core/facts.ts';
import type { Warning } from '../core/record.ts';
import { cleanText } from './clean-text.ts';
import { type IdHasher, MAX_LOGIN_LENGTH } from './hash-ids.ts';
import { parseTime } from './parse-time.ts';

/** Canonical text of an address, or `null` for what is none (zones, ports and spaces included). */
export type ParseAddress = (text: string) => { readonly ip: string; readonly kind: AddressKind } | null;

export interface ParseEventOptions {
  readonly tenant: string;
  readonly kind: 'risk' | 'events';
  /** The clock of receipt. `null` in replays: then the clock is `occurred_at`, which must be there. */
  readonly now_ms: number | null;
  /** Whether the caller may send events older than 24 h. */
  readonly canImport: boolean;
  readonly hasher: IdHasher;
  readonly parseAddress: ParseAddress;
}

export type ParsedEvent =
  | { readonly ok: true; readonly event: LoginEvent; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

export const DEFAULT_APPLICATION = 'default';

/** How far the clocks of callers run ahead of ours. */
const MAX_AHEAD_MS = 5 * 60_000;
/** Older events rewrite history, which takes the scope `import`. */
const MAX_BACK_MS = 24 * 3_600_000;

// Longer values carry no more meaning; what is kept ends up in every record of the log.
const MAX_USER_AGENT = 1_024;
const MAX_HEADER_VALUE = 512;
const MAX_HEADER_NAME = 64;
const MAX_HEADERS = 24;
const MAX_HEADERS_TOTAL = 4_096;
const MAX_TLS_FINGERPRINT = 128;
const MAX_AMR = 16;
const MAX_AMR_LENGTH = 64;
const MAX_ACR = 256;
/** Ids beyond this are still told apart, being hashed whole, but no sound issuer makes them. */
const MAX_ID = 1_024;
/** Nobody waits ten minutes for an answer to one packet. */
const MAX_RTT_MS = 600_000;

const KEPT_HEADER = /^(?:accept(?:-[a-z0-9-]+)?|sec-ch-ua(?:-[a-z0-9-]+)?|sec-fetch-[a-z0-9-]+|dnt)$/;
const SECRET_HEADERS: ReadonlySet<string> = new Set(['cookie', 'authorization']);
const CUSTOM_METHOD = /^x_[A-Za-z0-9_.-]{1,62}$/;
const FACTORS: ReadonlySet<string> = new Set(FIRST_FACTOR_METHODS);
const CHALLENGES: ReadonlySet<string> = new Set(CHALLENGE_METHODS);
const NO_TEXTS: readonly string[] = Object.freeze([]);
const NO_WARNINGS: readonly Warning[] = Object.freeze([]);

/**
 * A validated body to the event that is judged: times parsed, the address in canonical form, identifiers hashed,
 * everything cut to the size that is kept.
 *
 * What the caller's own code made wrong is refused with a pointer. What an end user can influence never is: it is
 * cut, cleaned or left out, and named in `warnings`, or attackers could make the caller fail open.
 */
export function parseEvent(body: RiskRequest | EventsRequest, options: ParseEventOptions): ParsedEvent {
  const notes = new Notes();
  const status = body.status ?? 'succeeded';
  const occurredAt_ms = occurredAt(body.occurred_at, options, notes);
  const ip = address(body.context.ip, options.parseAddress, notes);
  const user = userClaim(body.user, options, notes);
  if (status === 'succeeded' && user.id === null) {
    notes.refuse('/user/id', 'is required when status is succeeded');
  }
  const context: Context = {
    ip,
    userAgent: text(body.context.user_agent, MAX_USER_AGENT, '/context/user_agent', notes),
    headers: keptHeaders(body.context.headers, notes),
    rtt_ms: roundTrip(body.context.rtt_ms, notes),
    tlsFingerprint: text(
      body.context.tls_fingerprint,
      MAX_TLS_FINGERPRINT,
      '/context/tls_fingerprint',
      notes,
    ),
  };
  const event: LoginEvent = {
    tenant: options.tenant,
    eventId: body.event_id ?? null,
    attemptId: body.attempt_id ?? null,
    type: body.type ?? 'login',
    status,
    occurredAt_ms,
    recordedAt_ms: options.now_ms ?? occurredAt_ms,
    user,
    context,
    device: deviceClaim(body.device, options, notes),
    session: sessionClaim(body.session, options, notes),
    applicationId: body.application?.id ?? DEFAULT_APPLICATION,
    authentication: authentication(body.authentication, notes),
    properties: properties(body.properties, notes),
    disposition: options.kind === 'events' && 'disposition' in body ? (body.disposition ?? null) : null,
  };
  return notes.errors === null
    ? { ok: true, event, warnings: notes.warnings ?? NO_WARNINGS }
    : { ok: false, errors: notes.errors };
}

/** What is wrong with a body and what was changed in it. */
class Notes {
  errors: FieldError[] | null = null;
  warnings: Warning[] | null = null;

  refuse(pointer: string, detail: string): void {
    this.errors ??= [];
    this.errors.push({ pointer, detail });
  }

  warn(pointer: string, code: 'truncated' | 'cleaned' | 'dropped' | 'invalid' | 'overlong'): void {
    this.warnings ??= [];
    this.warnings.push({ pointer, code });
  }
}

function occurredAt(
  given: string | null | undefined,
  { now_ms, canImport }: ParseEventOptions,
  notes: Notes,
): number {
  const at = '/occurred_at';
  if (given === null || given === undefined) {
    if (now_ms === null) notes.refuse(at, 'is required in a replay');
    return now_ms ?? 0;
  }
  const time_ms = time(given, at, notes);
  if (time_ms === null) return 0;
  if (now_ms === null) return time_ms;
  if (time_ms > now_ms + MAX_AHEAD_MS) {
    notes.refuse(at, 'is more than 5 minutes in the future');
  } else if (time_ms < now_ms - MAX_BACK_MS && !canImport) {
    notes.refuse(at, 'is more than 24 hours ago; older events need the scope import');
  }
  return time_ms;
}

function time(given: string | null | undefined, pointer: string, notes: Notes): number | null {
  if (given === null || given === undefined) return null;
  const time_ms = parseTime(given);
  if (time_ms === null) {
    notes.refuse(pointer, 'must be an RFC 3339 time with an offset, since 1970, like 2026-11-23T01:28:40Z');
  }
  return time_ms;
}

function address(given: string, parseAddress: ParseAddress, notes: Notes): string {
  const parsed = parseAddress(given);
  if (parsed !== null) return parsed.ip;
  notes.refuse('/context/ip', 'must be an IPv4 or IPv6 address, without zone, port or spaces');
  return '';
}

function userClaim(
  given: RiskRequest['user'],
  { tenant, hasher }: ParseEventOptions,
  notes: Notes,
): UserClaim {
  const id = given?.id ?? null;
  // Both stand for bytes that were lost on the way: two users would become one.
  if (id !== null && /[\ufffd\p{Cs}]/u.test(id)) {
    notes.refuse('/user/id', 'has characters that are not valid Unicode');
  }
  const login = given?.login ?? null;
  if (login !== null && login.length > MAX_LOGIN_LENGTH) notes.warn('/user/login', 'truncated');
  return {
    id,
    key: id === null ? null : hasher.hash('user', tenant, id),
    loginKey: login === null ? null : hasher.hashLogin(tenant, login),
    registeredAt_ms: time(given?.registered_at, '/user/registered_at', notes),
    challengeMethods: challengeMethods(given?.challenge_methods, notes),
  };
}

/**
 * Methods of a later version are left out. When nothing is left, what the user has is unknown, which is not `[]`:
 * a user with none may be refused.
 */
function challengeMethods(
  given: readonly string[] | null | undefined,
  notes: Notes,
): readonly string[] | null {
  if (given === null || given === undefined) return null;
  const known: string[] = [];
  given.forEach((method, i) => {
    if (!CHALLENGES.has(method) && !CUSTOM_METHOD.test(method)) {
      notes.warn(`/user/challenge_methods/${i}`, 'dropped');
    } else if (!known.includes(method)) {
      known.push(method);
    }
  });
  return known.length === 0 && given.length > 0 ? null : known;
}

/** Text that is kept as such; an empty one is none. */
function text(given: string | null | undefined, max: number, pointer: string, notes: Notes): string | null {
  if (given === null || given === undefined || given === '') return null;
  let kept = given;
  if (given.length > max) {
    // Not through the middle of a surrogate pair.
    kept = given.slice(0, /[\ud800-\udbff]/.test(given.charAt(max - 1)) ? max - 1 : max);
    notes.warn(pointer, 'truncated');
  }
  const clean = cleanText(kept);
  if (clean !== kept) notes.warn(pointer, 'cleaned');
  return clean;
}

function keptHeaders(
  given: Readonly<Record<string, string | null>> | null | undefined,
  notes: Notes,
): Readonly<Record<string, string>> | null {
  if (given === null || given === undefined) return null;
  const kept: Record<string, string> = {};
  let count = 0;
  let total = 0;
  let dropped = false;
  for (const [name, value] of Object.entries(given)) {
    if (value === null) continue;
    const lower = name.length <= MAX_HEADER_NAME ? name.toLowerCase() : '';
    if (!KEPT_HEADER.test(lower)) {
      if (SECRET_HEADERS.has(lower)) notes.warn(`/context/headers/${name}`, 'dropped');
      else dropped = true;
      continue;
    }
    const size = Math.min(value.length, MAX_HEADER_VALUE);
    if (count === MAX_HEADERS || total + size > MAX_HEADERS_TOTAL || Object.hasOwn(kept, lower)) {
      dropped = true;
      continue;
    }
    const clean = text(value, MAX_HEADER_VALUE, `/context/headers/${name}`, notes);
    if (clean === null) continue;
    kept[lower] = clean;
    count += 1;
    total += size;
  }
  // One warning for all of them: a caller that forwards everything would else get a dozen with each login.
  if (dropped) notes.warn('/context/headers', 'dropped');
  return count === 0 ? null : kept;
}

function roundTrip(given: number | null | undefined, notes: Notes): number | null {
  if (given === null || given === undefined) return null;
  if (given >= 0 && given <= MAX_RTT_MS) return given;
  notes.warn('/context/rtt_ms', 'invalid');
  return null;
}

function deviceClaim(
  given: RiskRequest['device'],
  { tenant, hasher }: ParseEventOptions,
  notes: Notes,
): DeviceClaim | null {
  if (given === null || given === undefined) return null;
  const id = hashable(given.id, '/device/id', notes);
  const fingerprint = hashable(given.fingerprint, '/device/fingerprint', notes);
  return {
    key: id === null ? null : hasher.hash('device', tenant, id),
    presented: given.presented ?? null,
    fingerprintKey: fingerprint === null ? null : hasher.hash('fingerprint', tenant, fingerprint),
    bound: given.bound ?? null,
  };
}

function sessionClaim(
  given: RiskRequest['session'],
  { tenant, hasher }: ParseEventOptions,
  notes: Notes,
): SessionClaim | null {
  if (given === null || given === undefined) return null;
  const id = hashable(given.id, '/session/id', notes);
  return {
    key: id === null ? null : hasher.hash('session', tenant, id),
    createdAt_ms: time(given.created_at, '/session/created_at', notes),
    authenticatedAt_ms: time(given.authenticated_at, '/session/authenticated_at', notes),
  };
}

/** An id of which only the hash is kept: hashed whole, so that no two become one; its size is bounded by the body's. */
function hashable(given: string | null | undefined, pointer: string, notes: Notes): string | null {
  if (given === null || given === undefined || given === '') return null;
  if (given.length > MAX_ID) notes.warn(pointer, 'overlong');
  return given;
}

const NO_AUTHENTICATION: Authentication = Object.freeze({
  method: null,
  amr: NO_TEXTS,
  acr: null,
  idp: null,
  credentialCompromised: false,
});

function authentication(given: RiskRequest['authentication'], notes: Notes): Authentication {
  if (given === null || given === undefined) return NO_AUTHENTICATION;
  const method = given.method ?? null;
  if (method !== null && !FACTORS.has(method) && !CUSTOM_METHOD.test(method)) {
    notes.refuse(
      '/authentication/method',
      `must be one of ${FIRST_FACTOR_METHODS.join(', ')}, or a name of your own beginning with x_`,
    );
  }
  const idp = given.idp ?? null;
  return {
    method,
    amr: references(given.amr, notes),
    acr: contextClass(given.acr, notes),
    idp: idp === null ? null : { id: idp.id, kind: idp.kind ?? null },
    credentialCompromised: given.credential_compromised ?? false,
  };
}

/** A reference is used whole or not at all: the beginning of one may be the name of another. */
function references(given: readonly string[] | null | undefined, notes: Notes): readonly string[] {
  if (given === null || given === undefined || given.length === 0) return NO_TEXTS;
  const kept = given.slice(0, MAX_AMR).filter((value) => value !== '' && value.length <= MAX_AMR_LENGTH);
  if (kept.length < given.length) notes.warn('/authentication/amr', 'dropped');
  return kept;
}

function contextClass(given: string | null | undefined, notes: Notes): string | null {
  if (given === null || given === undefined || given === '') return null;
  if (given.length <= MAX_ACR) return given;
  notes.warn('/authentication/acr', 'dropped');
  return null;
}

function properties(
  given: Readonly<Record<string, unknown>> | null | undefined,
  notes: Notes,
): Readonly<Record<string, unknown>> | null {
  if (given === null || given === undefined || Object.keys(given).length === 0) return null;
  const json = serialize(given);
  if (json === null || Buffer.byteLength(json) > MAX_PROPERTIES_BYTES) {
    notes.refuse('/properties', `must be at most ${MAX_PROPERTIES_BYTES} bytes as JSON`);
    return null;
  }
  if (!json.includes('"__proto__"')) return given;
  // Later readers copy objects by assignment, where this one name would set a prototype.
  notes.warn('/properties', 'dropped');
  return JSON.parse(json, (name, value: unknown) => (name === '__proto__' ? undefined : value)) as Record<
    string,
    unknown
  >;
}

/** `null` for what nests too deep to be serialized, which is longer than any size that is accepted. */
function serialize(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
