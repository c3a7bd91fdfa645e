import { randomUUID } from 'node:crypto';
import type { BaseLogger } from 'pino';
import type { RedisClient } from './connect.ts';
import { sortEffects } from './effect-keys.ts';
import { type Keys, LIFE_MS, SHARDS, shardOfPosition } from './keys.ts';
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
/** Of each shard: records of all shards are held at once. */
const CHUNK = 200;

interface Held {
  version: bigint | null;
  readonly subjects: TenantSubjects;
  changed: boolean;
}

export function createTenantFolder(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly streams: LogStreams;
  readonly scripts: Pick<Scripts, 'compareAndSetWhenFull' | 'put' | 'lease' | 'release'>;
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

  const held = (tenant: string): Promise<Held> => {
    const known = tenants.get(tenant);
    if (known !== undefined) return known;
    const fresh = load(tenant);
    tenants.set(tenant, fresh);
    return fresh;
  };

  /**
   * Folds all shards in the order of their records: after a pause, one shard after the other would make minutes of
   * logins look late, which campaigns do not count.
   */
  async function foldNew(places: number[]): Promise<void> {
    for (;;) {
      // The reads of all shards go out together.
      const parts = await Promise.all(places.map((place, shard) => streams.read(shard, place, CHUNK)));
      // Beyond the end of a chunk that is full, its shard has records that are not read yet.
      const ends = parts.flatMap((part) => (part.length < CHUNK ? [] : [part.at(-1)?.position ?? 0]));
      const upTo = Math.min(...ends);
      const records = parts
        .flat()
        .filter(({ position }) => position <= upTo)
        .sort((one, other) => one.position - other.position);
      const decisions = await Promise.all(records.map((record) => decisionOf(streams, record)));
      for (const [i, record] of records.entries()) {
        const { ofTenant } = sortEffects(keys, record, decisions[i]);
        if (ofTenant.length > 0) {
          const tenant = await held(record.tenant);
          foldTenantEffects(tenant.subjects, ofTenant, record.position);
          tenant.changed = true;
        }
        places[shardOfPosition(record.position)] = record.position;
      }
      if (ends.length === 0) return;
    }
  }

  /** False when another worker has written meanwhile. */
  async function write(): Promise<boolean> {
    for (const [tenant, loaded] of tenants) {
      const entry = await loaded;
      if (!entry.changed) continue;
      const version = nextVersion();
      const lost = await scripts.compareAndSetWhenFull(
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
        await foldNew(places);
        if (!(await write())) {
          log.warn('another worker folds tenants too; leaving it to that one');
          forget();
          return;
        }
        if (places.some((place, shard) => place !== folded?.[shard])) {
          // After the tenants: what is folded again after a kill is passed over by each tenant's own places.
          await scripts.put(keys.tenantsFolded, JSON.stringify(places));
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
