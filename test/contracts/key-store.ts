import { describe, expect, it } from 'vitest';
import { makeApiKey } from '../../src/app/api-keys.ts';
import type { ApiKey, KeyStore } from '../../src/ports/key-store.ts';
import { eventually } from '../support/api-client.ts';

/** A place that several processes keep their keys in. */
export interface KeyPlace {
  /** As one more process would open it. */
  open(): KeyStore | Promise<KeyStore>;
  /** Lets the clock of the stores go on, where it is not the real one. */
  pass(time_ms: number): void;
}

const NOW_MS = Date.UTC(2026, 0, 1);
/** What API.md promises for a revoked key. */
const REVOKED_WITHIN_MS = 2_000;

const made = (): ApiKey => makeApiKey({ tenant: 'default', scopes: ['risk:write'] }, NOW_MS).record;

/** What every KeyStore promises, whatever it is made of. */
export function keyStoreContract(name: string, place: () => KeyPlace): void {
  describe(`${name} as a key store`, () => {
    it('finds a stored key by its hash, after a restart too', async () => {
      const at = place();
      const keys = await at.open();
      const key = made();
      await keys.put(key);
      expect(keys.find(key.hash)).toEqual(key);
      await keys.close();
      const again = await at.open();
      expect(again.find(key.hash)).toEqual(key);
      expect(again.find('another hash')).toBeUndefined();
      await again.close();
    });

    it('a revoked key is gone at once here, and stays listed with its time', async () => {
      const keys = await place().open();
      const key = made();
      await keys.put(key);
      expect(await keys.revoke(key.id, NOW_MS + 5)).toBe(true);
      expect(keys.find(key.hash)).toBeUndefined();
      expect(await keys.revoke(key.id, NOW_MS + 9)).toBe(true);
      expect(await keys.list()).toEqual([{ ...key, revokedAt_ms: NOW_MS + 5 }]);
      expect(await keys.revoke('key_unknown', NOW_MS)).toBe(false);
      await keys.close();
    });

    it('what another process made or revoked holds here within 2 s', async () => {
      const at = place();
      const here = await at.open();
      const there = await at.open();
      const [one, two] = [made(), made()];
      await here.put(one);
      await here.put(two);
      at.pass(REVOKED_WITHIN_MS);
      await eventually(
        async () => there.find(two.hash),
        (found) => found !== undefined,
        REVOKED_WITHIN_MS,
      );
      await here.revoke(one.id, NOW_MS);
      at.pass(REVOKED_WITHIN_MS);
      await eventually(
        async () => there.find(one.hash),
        (found) => found === undefined,
        REVOKED_WITHIN_MS,
      );
      expect(there.find(two.hash)).toEqual(two);
      await here.close();
      await there.close();
    });
  });
}
