import { mkdirSync } from 'node:fs';
import { open } from 'lmdb';
import type { Logger } from 'pino';
import type { Clock } from '../../ports/clock.ts';
import type { ApiKey, KeyStore } from '../../ports/key-store.ts';

/** How long a key that another process revoked may live on here; the contract allows 2 s. */
const REREAD_AFTER_MS = 1_000;
const GENERATION = 'generation';

export interface KeyStoreConfig {
  /** Directory of the key database; made when absent. Several processes may have it open. */
  readonly path: string;
}

/**
 * API keys in LMDB, answered from a map in memory.
 *
 * Every change raises a generation number in the same transaction. A lookup reads that number at most once a second,
 * and the keys only when it moved: a revocation by the command line beside a running server is seen within a second at
 * the price of one LMDB read a second. lmdb's own `cache` must stay off: it serves what another process changed as live.
 */
export function createKeyStore(options: {
  readonly config: KeyStoreConfig;
  readonly clock: Clock;
  readonly log: Logger;
}): KeyStore {
  const { config, clock, log } = options;
  mkdirSync(config.path, { recursive: true, mode: 0o700 });
  const root = open({ path: config.path, maxDbs: 2, eventTurnBatching: false });
  const stored = root.openDB<ApiKey, string>({ name: 'keys' });
  const meta = root.openDB<number, string>({ name: 'meta' });

  let live = new Map<string, ApiKey>();
  let generation = -1;
  let readAt_ms = Number.NEGATIVE_INFINITY;

  function reread(now_ms: number): void {
    readAt_ms = now_ms;
    root.resetReadTxn();
    const current = meta.get(GENERATION) ?? 0;
    if (current === generation) return;
    const next = new Map<string, ApiKey>();
    for (const { value } of stored.getRange()) {
      if (value.revokedAt_ms === null) next.set(value.hash, value);
    }
    live = next;
    generation = current;
  }

  async function change<T>(write: () => T): Promise<T> {
    const result = await root.transaction(() => {
      meta.put(GENERATION, (meta.get(GENERATION) ?? 0) + 1);
      return write();
    });
    reread(clock());
    return result;
  }

  reread(clock());

  return {
    find(hash) {
      const now_ms = clock();
      // A clock that was set back must not keep a revoked key alive until it has caught up.
      if (now_ms - readAt_ms >= REREAD_AFTER_MS || now_ms < readAt_ms) {
        try {
          reread(now_ms);
        } catch (error) {
          // Callers keep being answered by the keys last seen: an unreadable store is no reason to lock everybody out.
          log.error({ err: error, code: 'key_store_unreadable' }, 'API keys could not be read again');
        }
      }
      return live.get(hash);
    },
    async list() {
      root.resetReadTxn();
      return [...stored.getRange()]
        .map(({ value }) => value)
        .sort((a, b) => a.createdAt_ms - b.createdAt_ms || (a.id < b.id ? -1 : 1));
    },
    async put(key) {
      await change(() => {
        stored.put(key.id, key);
      });
    },
    async revoke(id, at_ms) {
      return change(() => {
        const key = stored.get(id);
        if (key === undefined) return false;
        if (key.revokedAt_ms === null) stored.put(id, { ...key, revokedAt_ms: at_ms });
        return true;
      });
    },
    async close() {
      await root.close();
    },
  };
}
