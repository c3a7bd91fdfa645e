import { randomUUID } from 'node:crypto';
import type { BaseLogger } from 'pino';
import type { RedisClient } from './connect.ts';
import { sortEffects } from './effect-keys.ts';
import { type Keys, LIFE_MS, SHARDS } from './keys.ts';
import type { LogStreams } from './log-streams.ts';
import { decisionOf } from './reconcile.ts';
import type { Scripts } from './scripts.ts';
import {
  decodeTenantSubjects,
  encodeTenantSubjects,
  foldTenantEffects,
  type TenantSubjects,
} from './tenant-subjects.ts';
import { createVersions, readVersioned, versionBytes, withVersion } from './versioned.ts';

/** Folds what all logins of a tenant have in common from the log; one worker at a time does. */
export interface TenantFolder {
  /** Folds what is new, if it is this worker's turn. */
  fold(): Promise<void>;
  /** Lets another worker go on at once. */
  close(): Promise<void>;
}

const LEASE_MS = 10_000;
const CHUNK = 500;

interface Held {
  version: Buffer | null;
  readonly subjects: TenantSubjects;
  changed: boolean;
}

export function createTenantFolder(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly streams: LogStreams;
  readonly scripts: Pick<Scripts, 'compareAndSet' | 'lease' | 'release'>;
  readonly log: Pick<BaseLogger, 'info' | 'warn'>;
}): TenantFolder {
  const { redis, keys, streams, scripts, log } = options;
  const self = randomUUID();
  const nextVersion = createVersions();
  let tenants = new Map<string, Promise<Held>>();
  /** Position up to which each shard is folded; `null`: not known, another worker may have gone on. */
  let folded: number[] | null = null;

  async function load(tenant: string): Promise<Held> {
    const bytes = await redis.getBuffer(keys.tenant(tenant));
    const { version, value } = readVersioned(bytes, decodeTenantSubjects);
    return { version, subjects: value, changed: false };
  }

  /** Shards are folded side by side: all of them must meet the same tenant. */
  const held = (tenant: string): Promise<Held> => {
    const known = tenants.get(tenant);
    if (known !== undefined) return known;
    const fresh = load(tenant);
    tenants.set(tenant, fresh);
    return fresh;
  };

  async function foldShard(shard: number, places: number[]): Promise<void> {
    for (;;) {
      const records = await streams.read(shard, places[shard] ?? 0, CHUNK);
      for (const record of records) {
        const { ofTenant } = sortEffects(keys, record, await decisionOf(streams, record));
        if (ofTenant.length > 0) {
          const tenant = await held(record.tenant);
          foldTenantEffects(tenant.subjects, ofTenant, record.position);
          tenant.changed = true;
        }
        places[shard] = record.position;
      }
      if (records.length < CHUNK) return;
    }
  }

  /** False when another worker has written meanwhile. */
  async function write(): Promise<boolean> {
    for (const [tenant, loaded] of tenants) {
      const entry = await loaded;
      if (!entry.changed) continue;
      const version = nextVersion();
      const lost = await scripts.compareAndSet(
        keys.tenant(tenant),
        versionBytes(entry.version),
        withVersion(version, encodeTenantSubjects(entry.subjects)),
        LIFE_MS.tenant,
      );
      if (lost !== null) return false;
      entry.version = version;
      entry.changed = false;
    }
    return true;
  }

  const forget = (): void => {
    tenants = new Map();
    folded = null;
  };

  return {
    async fold() {
      try {
        if (!(await scripts.lease(keys.tenantsLeader, self, LEASE_MS))) {
          forget();
          return;
        }
        if (folded === null) {
          log.info('this worker folds what the logins of tenants have in common');
          folded = parsePlaces(await redis.get(keys.tenantsFolded));
        }
        const places = [...folded];
        // The reads of all shards go out together; each shard keeps its order.
        await Promise.all(places.map((_, shard) => foldShard(shard, places)));
        if (!(await write())) {
          log.warn('another worker folds tenants too; leaving it to that one');
          forget();
          return;
        }
        if (places.some((place, shard) => place !== folded?.[shard])) {
          // After the tenants: what is folded again after a kill is passed over by each tenant's own places.
          await redis.set(keys.tenantsFolded, JSON.stringify(places));
        }
        folded = places;
      } catch (error) {
        // What was folded in memory may be ahead of what was written.
        forget();
        throw error;
      }
    },
    async close() {
      forget();
      await scripts.release(keys.tenantsLeader, self);
    },
  };
}

/** Places as they are stored; 0 for all: nothing is folded yet. */
export function parsePlaces(text: string | null): number[] {
  const places: unknown = text === null ? [] : JSON.parse(text);
  return Array.from({ length: SHARDS }, (_, shard) =>
    Array.isArray(places) && typeof places[shard] === 'number' ? places[shard] : 0,
  );
}
