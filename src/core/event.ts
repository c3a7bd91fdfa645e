export const EVENT_TYPES = [
  'login',
  'registration',
  'password_reset',
  'account_recovery',
  'mfa_enrollment',
  'credential_change',
  'session',
  'logout',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const EVENT_STATUSES = ['succeeded', 'failed', 'attempted'] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

/** Challenge methods that Gatehouse knows, strongest first; callers may add their own as `x_…`. */
export const CHALLENGE_METHODS = [
  'webauthn',
  'push_number_match',
  'totp',
  'push',
  'sms',
  'voice',
  'email_otp',
  'email_link',
  'recovery_code',
] as const;

/** What an auth server reported, parsed, cut to size and with its personal identifiers hashed where only a key is needed. */
export interface LoginEvent {
  readonly tenant: string;
  readonly eventId: string | null;
  /** Joins the events of one try: attempted → failed or succeeded → challenge. */
  readonly attemptId: string | null;
  readonly type: EventType;
  readonly status: EventStatus;
  /** When it happened, by the caller: every window, decay and travel uses this. */
  readonly occurredAt_ms: number;
  /** When Gatehouse received it, by Gatehouse's clock: idempotency, challenges, keys and retention use this. */
  readonly recordedAt_ms: number;
  readonly user: UserClaim;
  readonly context: Context;
  /** `null`: the caller does not collect devices, or sent none. */
  readonly device: DeviceClaim | null;
  readonly session: SessionClaim | null;
  readonly applicationId: string;
  readonly authentication: Authentication;
  readonly properties: Readonly<Record<string, unknown>> | null;
  /** What the caller did by itself (`/v1/events` only). */
  readonly disposition: 'accepted' | 'rejected' | null;
}

export interface UserClaim {
  /** The caller's own id; shown to analysts, never part of a store key. */
  readonly id: string | null;
  /** Keyed hash of tenant and id (128 bits, base64url): the only form that enters a store key. */
  readonly key: string | null;
  /** Keyed hash of what was typed as login name; the text itself is never kept (people type passwords there). */
  readonly loginKey: string | null;
  readonly registeredAt_ms: number | null;
  /** `null`: unknown which methods the user has; `[]`: none. */
  readonly challengeMethods: readonly string[] | null;
}

export interface Context {
  /** Canonical text form of the end user's address. */
  readonly ip: string;
  readonly userAgent: string | null;
  /** Lower-case names, only `accept*`, `sec-ch-ua*`, `sec-fetch-*`, `dnt`; `null` when the caller sent none. */
  readonly headers: Readonly<Record<string, string>> | null;
  readonly rtt_ms: number | null;
  readonly tlsFingerprint: string | null;
}

export interface DeviceClaim {
  /** Keyed hash of tenant and device id; `null` when the caller sent a device without an id (no cookie came). */
  readonly key: string | null;
  /** `false`: no cookie came with the request and the id is newly issued. `null`: the caller did not say. */
  readonly presented: boolean | null;
  /** Keyed hash of the browser fingerprint: may raise risk, never lower it. */
  readonly fingerprintKey: string | null;
  /** Possession of a hardware-bound key was proved in this request. `null`: the caller does not bind devices. */
  readonly bound: boolean | null;
}

export interface SessionClaim {
  readonly key: string | null;
  readonly createdAt_ms: number | null;
  readonly authenticatedAt_ms: number | null;
}

export interface Authentication {
  readonly method: string | null;
  readonly amr: readonly string[];
  readonly acr: string | null;
  readonly idp: { readonly id: string; readonly kind: string | null } | null;
  readonly credentialCompromised: boolean;
}
