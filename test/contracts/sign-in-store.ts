import { describe, expect, it } from 'vitest';
import type { DashboardSession, SignInStore } from '../../src/ports/sign-in-store.ts';

export interface SignInStoresUnderTest {
  /** Two processes' views of one store; the same one where a process is alone. */
  readonly open: () => Promise<readonly [SignInStore, SignInStore]>;
  readonly now: () => number;
}

const HOUR_MS = 3_600_000;

/** What every `SignInStore` promises. */
export function signInStoreContract(name: string, make: () => SignInStoresUnderTest): void {
  describe(`sign-in store, ${name}`, () => {
    const sessionUntil = (expiresAt_ms: number): DashboardSession => ({
      id: 'ses_1',
      tenant: 'default',
      scopes: ['decisions:read'],
      quota_rps: null,
      expiresAt_ms,
      apiKeyHash: 'hash-of-a-key',
    });

    it('a session that one process put is there for the other, and over for both when either ends it', async () => {
      const { open, now } = make();
      const [one, other] = await open();
      const session = sessionUntil(now() + HOUR_MS);
      expect(await other.session('cookie')).toBeUndefined();
      await one.putSession('cookie', session);
      expect(await other.session('cookie')).toEqual(session);
      await other.endSession('cookie');
      expect(await one.session('cookie')).toBeUndefined();
      await one.endSession('cookie');
    });

    it('a link is taken once, also when both ask at the same time', async () => {
      const { open, now } = make();
      const [one, other] = await open();
      const link = { tenant: 'default', expiresAt_ms: now() + HOUR_MS };
      await one.putLink('token', link);
      const taken = await Promise.all([one, other, one, other].map((store) => store.takeLink('token')));
      expect(taken.filter((found) => found !== undefined)).toEqual([link]);
    });
  });
}
