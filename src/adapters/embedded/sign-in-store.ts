import { LRUCache } from 'lru-cache';
import type { DashboardSession, SignInLink, SignInStore } from '../../ports/sign-in-store.ts';

/** Links and sessions at once; the oldest give way, so that a leaked key cannot fill the memory. */
const LINKS_MAX = 1_000;
const SESSIONS_MAX = 10_000;

/** In memory: a restart signs everybody out, and nothing on disk opens a session. */
export function createMemorySignInStore(): SignInStore {
  const links = new LRUCache<string, SignInLink>({ max: LINKS_MAX });
  const sessions = new LRUCache<string, DashboardSession>({ max: SESSIONS_MAX });
  return {
    async putLink(hash, link) {
      links.set(hash, link);
    },
    async takeLink(hash) {
      const found = links.get(hash);
      links.delete(hash);
      return found;
    },
    async putSession(hash, session) {
      sessions.set(hash, session);
    },
    session: async (hash) => sessions.get(hash),
    async endSession(hash) {
      sessions.delete(hash);
    },
  };
}
