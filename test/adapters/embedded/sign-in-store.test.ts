import { createMemorySignInStore } from '../../../src/adapters/embedded/sign-in-store.ts';
import { signInStoreContract } from '../../contracts/sign-in-store.ts';

signInStoreContract('memory', () => ({
  async open() {
    const store = createMemorySignInStore();
    return [store, store];
  },
  now: Date.now,
}));
