import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SecretStore } from '../../src/ports/secret-store.ts';

const random = (): Uint8Array => randomBytes(32);
const never = (): Uint8Array => {
  throw new Error('made although it was there');
};

/** What every SecretStore promises. `open` gives the same place to another process. */
export function secretStoreContract(
  name: string,
  place: () => { open(): SecretStore | Promise<SecretStore> },
): void {
  describe(`${name} as a secret store`, () => {
    it('makes a secret once and gives the same bytes ever after, to every process', async () => {
      const at = place();
      const secrets = await at.open();
      const first = await secrets.get('user-hash', random);
      expect(first).toHaveLength(32);
      expect(Buffer.from(await (await at.open()).get('user-hash', never))).toEqual(Buffer.from(first));
      const value = random();
      await secrets.put('user-hash', value);
      expect(Buffer.from(await secrets.get('user-hash', never))).toEqual(Buffer.from(value));
    });

    it('gives makers who come together one secret', async () => {
      const at = place();
      const stores = await Promise.all(Array.from({ length: 8 }, () => at.open()));
      const all = await Promise.all(stores.map((secrets) => secrets.get('shared', random)));
      expect(new Set(all.map((value) => Buffer.from(value).toString('hex'))).size).toBe(1);
    });

    it('takes no name that could mean something else', async () => {
      const secrets = await place().open();
      for (const name of ['../x', 'a/b', '', '.hidden', 'A', 'x'.repeat(65)]) {
        await expect(secrets.get(name, random)).rejects.toThrow(RangeError);
      }
    });
  });
}
