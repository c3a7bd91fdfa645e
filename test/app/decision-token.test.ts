import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint, createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretStore } from '../../src/adapters/embedded/secret-store.ts';
import { createDecisionTokens, type DecisionTokens, decisionClaims } from '../../src/app/decision-token.ts';
import type { SecretStore } from '../../src/ports/secret-store.ts';
import { decisionRecord } from '../support/log-records.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const CONFIG = {
  issuer: 'gatehouse',
  rotation_ms: 30 * DAY_MS,
  publishAhead_ms: DAY_MS,
  overlap_ms: 2 * DAY_MS,
};
const CLAIMS = decisionClaims(decisionRecord({ position: 1 }), null, null);

let directory: string;
let secrets: SecretStore;
let now_ms: number;
const clock = (): number => now_ms;
const log = pino({ level: 'silent' });

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gatehouse-tokens-'));
  secrets = createSecretStore({ config: { path: directory }, log });
  now_ms = Date.UTC(2026, 0, 1);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const create = (): Promise<DecisionTokens> => createDecisionTokens({ config: CONFIG, secrets, clock, log });
const kidOf = (token: string): string | undefined => decodeProtectedHeader(token).kid;
const kids = async (tokens: DecisionTokens): Promise<string[]> =>
  (await tokens.jwks()).keys.map(({ kid }) => kid);
const verify = async (tokens: DecisionTokens, token: string) =>
  jwtVerify(token, createLocalJWKSet({ keys: [...(await tokens.jwks()).keys] }), {
    currentDate: new Date(now_ms),
  });

describe('decision-token keys', () => {
  it('are published without their private part, named by their RFC 7638 thumbprint', async () => {
    const tokens = await create();
    const [key] = (await tokens.jwks()).keys;
    expect(Object.keys(key ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(key?.kid).toBe(await calculateJwkThumbprint({ ...key }));
    expect(kidOf(await tokens.issue(CLAIMS))).toBe(key?.kid);
  });

  it('stay over a restart', async () => {
    const before = await create();
    const token = await before.issue(CLAIMS);
    const after = await create();
    await expect(verify(after, token)).resolves.toBeDefined();
    expect(await kids(after)).toEqual(await kids(before));
  });

  it('rotate: a key is published a day before it signs, and two days after it stopped', async () => {
    const tokens = await create();
    const [first] = await kids(tokens);

    now_ms += 29 * DAY_MS - MINUTE_MS;
    expect(await kids(tokens)).toEqual([first]);

    now_ms += MINUTE_MS;
    const announced = await kids(tokens);
    expect(announced).toEqual([first, expect.any(String)]);
    const second = announced[1];
    expect(kidOf(await tokens.issue(CLAIMS))).toBe(first);

    now_ms += DAY_MS - 1;
    const last = await tokens.issue(CLAIMS);
    expect(kidOf(last)).toBe(first);

    now_ms += 1;
    expect(kidOf(await tokens.issue(CLAIMS))).toBe(second);
    // A token of the last moment is good for all of its life.
    now_ms += 50_000;
    await expect(verify(tokens, last)).resolves.toBeDefined();

    now_ms += 2 * DAY_MS - 50_000 - MINUTE_MS;
    expect(await kids(tokens)).toEqual([first, second]);
    now_ms += MINUTE_MS;
    expect(await kids(tokens)).toEqual([second]);
  });

  it('after a long stop, the old key signs on until the new one was published long enough', async () => {
    const [first] = await kids(await create());
    now_ms += 90 * DAY_MS;
    const tokens = await create();
    const [, second] = await kids(tokens);
    expect(kidOf(await tokens.issue(CLAIMS))).toBe(first);
    now_ms += DAY_MS;
    expect(kidOf(await tokens.issue(CLAIMS))).toBe(second);
  });

  it('of one process are known to another on the same secrets within a minute', async () => {
    const one = await create();
    const two = await create();
    now_ms += 29 * DAY_MS;
    const rotated = await kids(one);
    now_ms += 60_000;
    expect(await kids(two)).toEqual(rotated);
  });

  it('go on signing when the store fails', async () => {
    let broken = false;
    const flaky: SecretStore = {
      get: (name, make) => (broken ? Promise.reject(new Error('disk gone')) : secrets.get(name, make)),
      put: (name, value) => (broken ? Promise.reject(new Error('disk gone')) : secrets.put(name, value)),
    };
    const tokens = await createDecisionTokens({ config: CONFIG, secrets: flaky, clock, log });
    broken = true;
    now_ms += 40 * DAY_MS;
    await expect(verify(tokens, await tokens.issue(CLAIMS))).resolves.toBeDefined();
  });

  it('may not be withdrawn before the tokens that they signed', async () => {
    await expect(
      createDecisionTokens({ config: { ...CONFIG, overlap_ms: 59_000 }, secrets, clock, log }),
    ).rejects.toThrow(RangeError);
  });
});

describe('claims', () => {
  it('leave a user and a session out that nobody named', () => {
    const claims = decisionClaims(decisionRecord({ position: 1, userId: null, userKey: null }), null, null);
    expect(claims).not.toHaveProperty('sub');
    expect(claims).not.toHaveProperty('sid');
  });

  it('of a challenge that is still pending are not final', () => {
    const decision = decisionRecord({ position: 1, action: 'challenge' });
    expect(decisionClaims(decision, null, null)).toMatchObject({ action: 'challenge', final: false });
  });
});
