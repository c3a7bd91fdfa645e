import { generateKeyPairSync } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, importJWK, SignJWT } from 'jose';
import type { Logger } from 'pino';
import {
  DECISION_TOKEN_LIFETIME_s,
  DECISION_TOKEN_TYPE,
  type JwksAnswer,
} from '../contracts/http/decision-token.ts';
import type { DecisionRecord, OutcomeRecord } from '../core/record.ts';
import type { Clock } from '../ports/clock.ts';
import type { SecretStore } from '../ports/secret-store.ts';

const ALGORITHM = 'ES256';
const SECRET_NAME = 'decision-token-keys';
/** Other processes on the same secrets rotate too; what they made is seen within a minute, long before it signs. */
const REREAD_AFTER_MS = 60_000;

export interface DecisionTokenConfig {
  /** The `iss` claim. */
  readonly issuer: string;
  /** How long one key signs. */
  readonly rotation_ms: number;
  /** How long a key is published before it signs, so that verifiers which cache the JWKS know it in time. */
  readonly publishAhead_ms: number;
  /** How long a key stays published after it stopped signing; at least the life of a token. */
  readonly overlap_ms: number;
}

const DAY_MS = 86_400_000;

export const DEFAULT_DECISION_TOKEN_CONFIG: DecisionTokenConfig = Object.freeze({
  issuer: 'gatehouse',
  rotation_ms: 30 * DAY_MS,
  publishAhead_ms: DAY_MS,
  overlap_ms: DAY_MS,
});

/**
 * What a token says. It holds no address, mail, score or reason: it travels through browsers.
 * Absent values are left out for the claims that JWT or OIDC register (`sub`, `sid`) and `null` for our own.
 */
export interface DecisionClaims {
  readonly aud: string;
  readonly tenant: string;
  readonly sub?: string;
  readonly sid?: string;
  /** The decision's id. */
  readonly jti: string;
  readonly event_id: string | null;
  readonly type: string;
  readonly status: string;
  readonly action: 'allow' | 'challenge' | 'block';
  readonly final: boolean;
  readonly mode: 'enforce' | 'monitor';
  readonly chl: string | null;
  readonly acr_values: string | null;
  readonly policy: string;
  readonly req: string | null;
}

export interface DecisionTokens {
  /** A compact JWS that lives for 60 s from now. */
  issue(claims: DecisionClaims): Promise<string>;
  /** The public keys (a JWK Set, RFC 7517, section 5): the next one and the retired ones included. */
  jwks(): Promise<JwksAnswer>;
}

/**
 * The claims about a decision, and about its challenge's outcome once there is one.
 *
 * `final` is only true when nothing remains to be done: the act was verified (`succeeded`) and no challenge is open. A
 * holder who checks nothing but `final` and `action: "allow"` can therefore not be tricked with the token of a login
 * whose password was never checked.
 */
export function decisionClaims(
  decision: DecisionRecord,
  outcome: OutcomeRecord | null,
  sessionId: string | null,
): DecisionClaims {
  const { event, verdict, policy } = decision;
  const settled = outcome !== null && outcome.resolution !== 'pending';
  const action = settled ? outcome.finalAction : verdict.action;
  return {
    aud: event.applicationId,
    tenant: decision.tenant,
    ...(event.user.id === null ? {} : { sub: event.user.id }),
    ...(sessionId === null ? {} : { sid: sessionId }),
    jti: decision.id,
    event_id: event.eventId,
    type: event.type,
    status: event.status,
    action,
    final: event.status === 'succeeded' && action !== 'challenge',
    mode: policy.mode,
    chl: decision.challenge?.id ?? null,
    acr_values: verdict.challenge?.acrValues ?? null,
    policy: `${policy.id}@${policy.version}`,
    req: decision.requestHash,
  };
}

/** A P-256 private key in the terms of RFC 7518, section 6.2. */
interface PrivateJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
  readonly d: string;
}

/** A key as stored, and the time from which it signs. */
interface StoredKey {
  readonly active_from_ms: number;
  readonly jwk: PrivateJwk;
}

interface SigningKey extends StoredKey {
  readonly kid: string;
  readonly signer: CryptoKey;
  readonly published: JwksAnswer['keys'][number];
}

/**
 * Signs decision tokens (ES256, RFC 7518 section 3.4) with keys that rotate by themselves. A key is published before
 * it signs and for a while after; its `kid` is its RFC 7638 thumbprint. The keys live in the secret store, so processes
 * on one store sign with the same ones and a restart changes nothing.
 *
 * When the store fails, the keys at hand go on signing and the failure is logged.
 */
export async function createDecisionTokens(options: {
  readonly config: DecisionTokenConfig;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: Logger;
}): Promise<DecisionTokens> {
  const { config, secrets, clock, log } = options;
  if (config.overlap_ms < DECISION_TOKEN_LIFETIME_s * 1_000) {
    throw new RangeError('A decision-token key must stay published for at least as long as its tokens live.');
  }

  let ring: readonly SigningKey[] = await open(await load());
  let readAt_ms = clock();
  let refreshing: Promise<void> | null = null;
  await refresh();

  async function load(): Promise<readonly StoredKey[]> {
    const bytes = await secrets.get(SECRET_NAME, () => encode([makeKey(clock())]));
    return decode(bytes);
  }

  async function refresh(): Promise<void> {
    readAt_ms = clock();
    try {
      const stored = await load();
      const wanted = rotate(stored, clock(), config);
      if (wanted !== stored) {
        await secrets.put(SECRET_NAME, encode(wanted));
        // Another process may have written at the same time: what the store holds now counts for both.
        ring = await open(await load());
        log.info({ code: 'decision_token_keys_rotated', keys: ring.length }, 'decision-token keys rotated');
      } else if (!sameKeys(stored, ring)) {
        ring = await open(stored);
      }
    } catch (error) {
      log.error({ err: error, code: 'decision_token_keys_unavailable' }, 'decision-token keys not refreshed');
    }
  }

  /** Waits for a refresh when one is due, so that time alone decides which key signs and what is published. */
  async function current(): Promise<readonly SigningKey[]> {
    const elapsed_ms = clock() - readAt_ms;
    if (refreshing === null && (elapsed_ms >= REREAD_AFTER_MS || elapsed_ms < 0)) {
      refreshing = refresh().finally(() => {
        refreshing = null;
      });
    }
    if (refreshing !== null) await refreshing;
    return ring;
  }

  return {
    async issue(claims) {
      const now_ms = clock();
      const key = signingKey(await current(), now_ms);
      const now_s = Math.floor(now_ms / 1_000);
      return new SignJWT({
        iss: config.issuer,
        ...claims,
        iat: now_s,
        exp: now_s + DECISION_TOKEN_LIFETIME_s,
      })
        .setProtectedHeader({ alg: ALGORITHM, typ: DECISION_TOKEN_TYPE, kid: key.kid })
        .sign(key.signer);
    },
    async jwks() {
      return { keys: (await current()).map((key) => key.published) };
    },
  };
}

/** The youngest key whose time has come; before all of them (a clock set back) the oldest. */
function signingKey<K extends StoredKey>(ring: readonly K[], now_ms: number): K {
  const key = ring.findLast(({ active_from_ms }) => active_from_ms <= now_ms) ?? ring[0];
  if (key === undefined) throw new Error('the secret store holds no decision-token key');
  return key;
}

/** The same array when nothing is due. */
function rotate(
  ring: readonly StoredKey[],
  now_ms: number,
  config: DecisionTokenConfig,
): readonly StoredKey[] {
  let next = ring;
  const newest = ring.at(-1);
  if (newest === undefined) return [makeKey(now_ms)];
  if (
    newest.active_from_ms <= now_ms &&
    now_ms >= newest.active_from_ms + config.rotation_ms - config.publishAhead_ms
  ) {
    // After a long stop the old key signs a little longer: the new one is still published before its first use.
    next = [
      ...ring,
      makeKey(Math.max(newest.active_from_ms + config.rotation_ms, now_ms + config.publishAhead_ms)),
    ];
  }
  const expired = (successor: StoredKey | undefined): boolean =>
    successor !== undefined && successor.active_from_ms + config.overlap_ms <= now_ms;
  return next.some((_, index) => expired(next[index + 1]))
    ? next.filter((_, index) => !expired(next[index + 1]))
    : next;
}

function makeKey(active_from_ms: number): StoredKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = privateKey.export({ format: 'jwk' });
  if (!isPrivateJwk(jwk)) throw new Error('a P-256 key was exported without its parts');
  return { active_from_ms, jwk };
}

async function open(stored: readonly StoredKey[]): Promise<readonly SigningKey[]> {
  return Promise.all(
    stored.map(async ({ active_from_ms, jwk }) => {
      const kid = await calculateJwkThumbprint(jwk);
      const signer = await importJWK(jwk, ALGORITHM);
      if (signer instanceof Uint8Array) throw new Error('a decision-token key is not an EC key');
      return {
        active_from_ms,
        jwk,
        kid,
        signer,
        published: { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y, kid, use: 'sig', alg: ALGORITHM },
      };
    }),
  );
}

function sameKeys(stored: readonly StoredKey[], ring: readonly SigningKey[]): boolean {
  return stored.length === ring.length && stored.every((key, index) => key.jwk.x === ring[index]?.jwk.x);
}

function encode(ring: readonly StoredKey[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ keys: ring }));
}

function decode(bytes: Uint8Array): readonly StoredKey[] {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!isRing(value)) throw new Error(`the secret “${SECRET_NAME}” is not a set of decision-token keys`);
  return value.keys.toSorted((a, b) => a.active_from_ms - b.active_from_ms);
}

function isRing(value: unknown): value is { keys: StoredKey[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'keys' in value &&
    Array.isArray(value.keys) &&
    value.keys.every(
      (key: unknown) =>
        typeof key === 'object' &&
        key !== null &&
        'active_from_ms' in key &&
        typeof key.active_from_ms === 'number' &&
        'jwk' in key &&
        isPrivateJwk(key.jwk),
    )
  );
}

function isPrivateJwk(value: unknown): value is PrivateJwk {
  if (typeof value !== 'object' || value === null) return false;
  const parts: Readonly<Record<string, unknown>> = { ...value };
  return ['kty', 'crv', 'x', 'y', 'd'].every((part) => typeof parts[part] === 'string');
}
