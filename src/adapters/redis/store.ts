import type { BaseLogger } from 'pino';
import { positionOfId } from '../../core/decision-id.ts';
import { subjects } from '../../core/effects.ts';
import type { DecisionRecord, LogRecord } from '../../core/record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DecisionLog } from '../../ports/decision-log.ts';
import type { RiskState } from '../../ports/risk-state.ts';
import type { ViewStore } from '../../ports/view-store.ts';
import { decodeAnnotations } from './annotations.ts';
import { type ClockWatch, createClockWatch } from './clock-watch.ts';
import { createCommit, parseEventEntry } from './commit.ts';
import type { RedisConnection } from './connect.ts';
import { FAILED, LATE, within } from './deadline.ts';
import { createRedisDecisionLog } from './decision-log.ts';
import { createEntityWriter, readEntity } from './entity-writer.ts';
import { type Keys, LIFE_MS, shardOfLane, shardOfPosition } from './keys.ts';
import { createLogStreams, type LogStreams } from './log-streams.ts';
import { createOpenEffects } from './open-effects.ts';
import { defineScripts } from './scripts.ts';
import { createStateReader } from './state-reader.ts';
import { createTenantSnapshots } from './tenant-snapshots.ts';
import { readVersioned } from './versioned.ts';
import { createRedisViewStore } from './view-store.ts';

export interface RedisStoreOptions {
  readonly redis: RedisConnection;
  readonly keys: Keys;
  readonly clock: Clock;
  /** Of this process, when it has one already. */
  readonly watch?: ClockWatch;
  readonly log: Pick<BaseLogger, 'info' | 'warn' | 'error'>;
  /** How long a decision waits for the state before it is judged without. */
  readonly readWait_ms: number;
}

/** The decision log and the state that is its fold. They are opened together, because they are written together. */
export interface RedisStore {
  readonly decisionLog: DecisionLog;
  readonly state: RiskState;
  readonly streams: LogStreams;
  readonly views: ViewStore;
  close(): Promise<void>;
}

/** Asked at once. More means that Redis has stopped answering; the commit looks again. */
const MOST_ASKED = 4_096;

interface Promised {
  readonly decision: DecisionRecord | undefined;
  readonly profileVersion: number | undefined;
}

/**
 * Log and state on Redis. A decision takes two round trips: one reads everything, one stores the record and all that
 * lives in its shard. Effects on other subjects follow at once; only those of an attempt are waited for, because the
 * attempt's next event may come to another process.
 */
export async function createRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const { redis, keys, clock, log, readWait_ms } = options;
  const { client } = redis;
  const scripts = defineScripts(client);
  const streams = createLogStreams({ redis: client, keys });
  const writer = createEntityWriter(scripts);
  const tenants = createTenantSnapshots({ redis: client, keys, log });
  const open = createOpenEffects({ redis: client, keys, writer, log });
  const watch = options.watch ?? createClockWatch({ client, clock });
  await watch.look();
  /** Questions about event ids that Redis has not answered. */
  let asked = 0;
  /** What `apply` announced and `append` has not stored yet. */
  const promised = new Map<number, Promised>();

  const commit = createCommit({
    redis: client,
    keys,
    scripts,
    writer,
    positions: {
      behind: (shard, last) => decisionLog.positions.behind(shard, last),
      ahead: (shard, last, redis_ms) => decisionLog.positions.ahead(shard, last, redis_ms),
    },
  });
  const decisionLog = createRedisDecisionLog({
    redis,
    keys,
    streams,
    heads: await streams.heads(),
    store(record) {
      const { decision, profileVersion } = promised.get(record.position) ?? {};
      promised.delete(record.position);
      return commit({ record, decision, profileVersion });
    },
    onStored(record, { outside, ofTenant }) {
      if (ofTenant.length > 0) tenants.add(record.tenant, ofTenant, record.position);
      if (outside.size === 0) return undefined;
      const carriedOut = open.carryOut(outside, record.position);
      return record.kind === 'decision' && record.event.attemptId !== null ? carriedOut : undefined;
    },
    clock,
    watch,
    log,
  });
  const read = createStateReader({ redis, keys, writer, tenants, watch, readWait_ms });
  const userOf = async (tenant: string, userKey: string) =>
    readEntity(await client.getBuffer(keys.user(subjects.user(tenant, userKey)))).value.user;
  const notesKey = (decisionId: string): string =>
    keys.annotations(shardOfPosition(positionOfId(decisionId) ?? 0), decisionId);

  const state: RiskState = {
    read,
    async idempotent({ key, bodyHash, lane, now_ms }) {
      if (asked >= MOST_ASKED) return undefined;
      // The first body that an event id came with claims it, wherever its user's shard is.
      const claim = client.set(keys.claim(key), bodyHash, 'PX', LIFE_MS.idempotency, 'NX', 'GET');
      const first = client.getBuffer(keys.idempotency(shardOfLane(lane), key));
      asked += 1;
      void Promise.allSettled([claim, first]).then(() => {
        asked -= 1;
      });
      const [claimed, entry] = await Promise.all([within(claim, readWait_ms), within(first, readWait_ms)]);
      if (typeof claimed === 'string' && claimed !== bodyHash) return { position: 0, bodyHash: claimed };
      // Not known now: the commit looks again.
      if (entry === LATE || entry === FAILED) return undefined;
      const found = parseEventEntry(entry);
      if (found === null || now_ms - found.position / 1_000 >= LIFE_MS.idempotency) return undefined;
      return found;
    },
    annotations: async (decisionId) =>
      readVersioned(await client.getBuffer(notesKey(decisionId)), decodeAnnotations).value,
    apply(record: LogRecord, decision, profileVersion) {
      promised.set(record.position, { decision, profileVersion });
    },
    withdraw(record) {
      promised.delete(record.position);
    },
    profile: async (tenant, userKey) => (await userOf(tenant, userKey))?.profile ?? null,
    profileVersion: async (tenant, userKey) => (await userOf(tenant, userKey))?.position ?? 0,
    async forget(decisionIds) {
      await Promise.all(decisionIds.map((id) => client.del(notesKey(id))));
    },
    async flush() {
      await writer.idle();
      await open.flush();
    },
    async close() {
      if (options.watch === undefined) watch.close();
      tenants.close();
      await open.close();
    },
  };

  return {
    decisionLog,
    state,
    streams,
    views: createRedisViewStore({ redis: client, keys, scripts }),
    async close() {
      await decisionLog.close();
      await state.close();
    },
  };
}
