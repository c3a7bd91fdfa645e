import type { BaseLogger } from 'pino';
import type { Effect } from '../../core/effects.ts';
import type { RedisClient } from './connect.ts';
import { type Keys, shardOfPosition } from './keys.ts';
import {
  decodeTenantSubjects,
  emptyTenantSubjects,
  foldTenantEffects,
  type TenantSubjects,
} from './tenant-subjects.ts';
import { readVersioned, versionOf } from './versioned.ts';

/** What an API node knows of its tenants: the worker's snapshot, and on it what this node stored since. */
export interface TenantSnapshots {
  /** The newest known state of a tenant; loads it in the background when this is the first question for it. */
  of(tenant: string): TenantSubjects;
  /** Effects of a record that this node stored. */
  add(tenant: string, effects: readonly Effect[], position: number): void;
  /** Loads the snapshots of all tenants that were asked for. */
  refresh(): Promise<void>;
  close(): void;
}

interface Held {
  snapshot: TenantSubjects;
  /** Of what the worker stored, as it was loaded last; `null`: nothing was there. */
  version: bigint | null;
  /** Stored here and perhaps not in the snapshot, in the order of positions. */
  own: { readonly effects: readonly Effect[]; readonly position: number }[];
}

const REFRESH_MS = 3_000;
/** While no worker folds, a node's own logins pile up here; the oldest are given up. */
const MOST_OWN = 20_000;
/** Given up at once: to take one from the front of so long an array moves all the others. */
const GIVEN_UP = 1_000;

export function createTenantSnapshots(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly log: Pick<BaseLogger, 'warn'>;
}): TenantSnapshots {
  const { redis, keys, log } = options;
  const held = new Map<string, Held>();

  async function load(tenant: string, into: Held): Promise<void> {
    const bytes = await redis.getBuffer(keys.tenant(tenant));
    // While no worker folds, this node's own logins are many, and what is held has them all.
    if (bytes === null || versionOf(bytes) === into.version) return;
    const { version, value } = readVersioned(bytes, decodeTenantSubjects);
    into.own = into.own.filter(({ position }) => position > (value.folded[shardOfPosition(position)] ?? 0));
    for (const { effects, position } of into.own) foldTenantEffects(value, effects, position);
    into.snapshot = value;
    into.version = version;
  }

  const hold = (tenant: string): Held => {
    const known = held.get(tenant);
    if (known !== undefined) return known;
    const fresh: Held = { snapshot: emptyTenantSubjects(), version: null, own: [] };
    held.set(tenant, fresh);
    load(tenant, fresh).catch((error: unknown) =>
      log.warn({ err: error }, 'the snapshot of a tenant could not be read; it will be tried again'),
    );
    return fresh;
  };

  async function refresh(): Promise<void> {
    await Promise.all([...held].map(([tenant, entry]) => load(tenant, entry)));
  }

  const timer = setInterval(() => {
    refresh().catch((error: unknown) =>
      log.warn({ err: error }, 'snapshots of tenants could not be read; they will be tried again'),
    );
  }, REFRESH_MS);
  timer.unref();

  return {
    of: (tenant) => hold(tenant).snapshot,
    add(tenant, effects, position) {
      const entry = hold(tenant);
      entry.own.push({ effects, position });
      if (entry.own.length > MOST_OWN) entry.own.splice(0, GIVEN_UP);
      foldTenantEffects(entry.snapshot, effects, position);
    },
    refresh,
    close: () => clearInterval(timer),
  };
}
