import type { IdHasher } from '../app/hash-ids.ts';
import type { ParseAddress } from '../app/parse-event.ts';
import { parseTime } from '../app/parse-time.ts';
import type { FieldError } from '../contracts/http/problem-answer.ts';
import type { DecisionFilterRequest } from '../contracts/http/search-request.ts';
import type { AnyOf, DecisionFilter } from '../ports/analytics.ts';

/** What turning a body into a filter needs; what is wrong goes to `errors`, with pointers below `pointer`. */
export interface FilterContext {
  readonly tenant: string;
  readonly hasher: IdHasher;
  readonly parseAddress: ParseAddress;
  readonly errors: FieldError[];
  readonly pointer: string;
}

/** What cells of a campaign without a browser ask for; no family is called so. */
const NO_BROWSER = 'none';

/** Ids of people, devices and sessions are searched by the hash under which they are kept. */
export function filterOf(body: DecisionFilterRequest, context: FilterContext): DecisionFilter {
  const { tenant, hasher, parseAddress, errors, pointer } = context;
  const ipOf = (value: string | null | undefined): string | undefined => {
    if (value === null || value === undefined) return undefined;
    const address = parseAddress(value);
    if (address === null)
      errors.push({ pointer: `${pointer}/ip`, detail: 'must be an IPv4 or IPv6 address' });
    return address?.ip;
  };
  const keyOf = (kind: 'user' | 'device' | 'session', id: string | null | undefined): string | undefined =>
    id === null || id === undefined ? undefined : hasher.hash(kind, tenant, id);
  return given({
    userKey: keyOf('user', body.user_id),
    ip: ipOf(body.ip),
    network: body.network,
    tlsFingerprint: body.tls_fingerprint,
    loginKey: body.login_key,
    deviceKey: keyOf('device', body.device_id) ?? body.device_key,
    sessionKey: keyOf('session', body.session_id),
    eventId: body.event_id,
    attemptId: body.attempt_id,
    action: anyOf(body.action, body.actions),
    level: anyOf(body.level, body.levels),
    reason: anyOf(body.reason, body.reasons),
    country: anyOf(
      body.country?.toUpperCase(),
      body.countries?.map((code) => code.toUpperCase()),
    ),
    asn: body.asn,
    application: body.application,
    type: anyOf(body.type, body.types),
    status: anyOf(body.status, body.statuses),
    source: anyOf(body.source, body.sources),
    browser: body.browser === NO_BROWSER ? '' : body.browser,
    os: body.os,
    method: body.method,
    mode: body.mode,
    degraded: body.degraded,
    scoreMin: body.score_min,
    scoreMax: body.score_max,
    resolution: body.resolution,
    verdict: body.verdict,
    text: body.text,
    from_ms: timeOf(body.from, `${pointer}/from`, errors),
    to_ms: timeOf(body.to, `${pointer}/to`, errors),
  });
}

/** A time that may be absent; one that is none goes to `errors`. */
export function timeOf(
  value: string | null | undefined,
  pointer: string,
  errors: FieldError[],
): number | undefined {
  if (value === null || value === undefined) return undefined;
  const time_ms = parseTime(value);
  if (time_ms === null) errors.push({ pointer, detail: 'must be an RFC 3339 time with an offset' });
  return time_ms ?? undefined;
}

/** Where both are given both must hold. */
function anyOf(
  one: string | null | undefined,
  many: readonly string[] | null | undefined,
): AnyOf | undefined {
  const several = many === null || many === undefined || many.length === 0 ? undefined : many;
  if (one === null || one === undefined) return several;
  return several === undefined || several.includes(one) ? one : [];
}

type Given<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Only what was given: `null` means absent on the wire, and an absent filter is no key at all. */
function given<T extends object>(values: T): Given<T> {
  const kept: Given<T> = {};
  for (const name of Object.keys(values) as (keyof T)[]) {
    const value = values[name];
    if (value !== null && value !== undefined) kept[name] = value;
  }
  return kept;
}
