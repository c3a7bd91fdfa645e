import { setTimeout as wait } from 'node:timers/promises';
import pino from 'pino';
import { createClickHouse } from '../../src/adapters/clickhouse/create-clickhouse.ts';
import type { Database } from '../../src/adapters/clickhouse/database.ts';
import { connectQueue, type RedisClient, untilReady } from '../../src/adapters/redis/connect.ts';
import type { Entity } from '../../src/adapters/redis/entities.ts';
import { readEntity } from '../../src/adapters/redis/entity-writer.ts';
import { createKeys, type Keys, SHARDS } from '../../src/adapters/redis/keys.ts';
import { createLogStreams, type LogStreams } from '../../src/adapters/redis/log-streams.ts';
import { PANELS } from '../../src/analytics/panels/index.ts';
import { changesProfile, effectsOf, type ProfileEffect, subjects } from '../../src/core/effects.ts';
import { forgetDevice, learn, noteTrouble } from '../../src/core/learn.ts';
import type { Profile } from '../../src/core/profile.ts';
import { encodeProfile } from '../../src/core/profile-codec.ts';
import type { DecisionRecord, LogRecord } from '../../src/core/record.ts';
import { checkRows, complaints, type Ledger, type StoredCounts } from './crash-ledger.ts';

export interface ChaosCheck {
  readonly stored: StoredCounts;
  /** Decisions in the log of which nobody was told. */
  readonly unacknowledged: number;
  readonly profiles: number;
  /** Of those, profiles of users all of whose decisions were acknowledged. */
  readonly profilesAcknowledged: number;
  readonly drained_ms: number;
}

/** What the log says, folded as if nothing had ever happened to any process. */
interface Replayed {
  /** By user key. */
  readonly profiles: Map<string, { readonly tenant: string; readonly profile: Profile | null }>;
  /** Decision ids. */
  readonly decisions: Set<string>;
  /** Ids of decisions with an outcome. */
  readonly outcomes: Set<string>;
  /** Keys of users with a decision that nobody was told of. */
  readonly doubtful: Set<string>;
}

const PAGE = 1_000;
const POLL_MS = 250;
const READY_WITHIN_MS = 60_000;
const silent = pino({ level: 'silent' });

/**
 * Waits until nothing is under way any more, and holds the stores against the ledger and each other: the log has what
 * was acknowledged, ClickHouse has what the log has, once, every rollup is what its raw rows give, and every profile is
 * the fold of the log. Differences are added to the violations.
 */
export async function checkStores(options: {
  readonly redisUrl: string;
  readonly clickhouseUrl: string;
  readonly ledger: Ledger;
  readonly within_ms: number;
}): Promise<ChaosCheck> {
  const { ledger } = options;
  // Reads the whole log beside workers that still catch up: it waits, where a node would answer without Redis.
  const redis = connectQueue({ config: { url: options.redisUrl, cluster: false }, log: silent });
  const clickhouse = createClickHouse({
    connection: { kind: 'server', url: options.clickhouseUrl },
    panels: PANELS,
    clock: Date.now,
    log: silent,
  });
  try {
    await untilReady(redis, READY_WITHIN_MS);
    const keys = createKeys();
    const streams = createLogStreams({ redis, keys });
    const drained_ms = await drained(redis, keys, streams, options.within_ms);
    const complain = complaints(ledger, 'in the log');
    const log = await replay(streams, ledger);
    complain(
      'acknowledged decisions are lost',
      [...ledger.acknowledged].filter((id) => !log.decisions.has(id)),
    );
    complain(
      'acknowledged outcomes are lost',
      [...ledger.outcomes].flatMap(([id, said]) => (said.acknowledged && !log.outcomes.has(id) ? [id] : [])),
    );
    complain('profiles differ from the replay of the log', await differing(redis, keys, log));
    const parked = await redis.zcard(keys.sinkState.parkedOrder);
    complain('rows are parked', parked > 0 ? [String(parked)] : []);
    const stored = await checkRows(clickhouse.database, ledger, 'in ClickHouse');
    await sameDecisions(clickhouse.database, log, ledger);
    return {
      stored,
      unacknowledged: [...log.decisions].filter((id) => !ledger.acknowledged.has(id)).length,
      profiles: log.profiles.size,
      profilesAcknowledged: [...log.profiles.keys()].filter((user) => !log.doubtful.has(user)).length,
      drained_ms,
    };
  } finally {
    await clickhouse.close();
    redis.disconnect();
  }
}

/** Milliseconds until analytics holds the whole log and nothing waits for a worker. @throws when it takes too long */
async function drained(
  redis: RedisClient,
  keys: Keys,
  streams: LogStreams,
  within_ms: number,
): Promise<number> {
  const startedAt_ms = performance.now();
  for (;;) {
    const [heads, sunk, open] = await Promise.all([
      streams.heads(),
      streams.sinkPositions(),
      Promise.all(Array.from({ length: SHARDS }, (_, shard) => redis.zcard(keys.open(shard)))),
    ]);
    const behind = heads.filter((head, shard) => (sunk[shard] ?? 0) < head).length;
    const left = open.reduce((sum, each) => sum + each, 0);
    const took_ms = performance.now() - startedAt_ms;
    if (behind === 0 && left === 0) return took_ms;
    if (took_ms > within_ms) {
      throw new Error(`not drained within ${within_ms} ms: ${behind} shards behind, ${left} effects open`);
    }
    await wait(POLL_MS);
  }
}

/** Folds shard after shard: all that a profile is made of is in one. */
async function replay(streams: LogStreams, ledger: Ledger): Promise<Replayed> {
  const all: Replayed = {
    profiles: new Map(),
    decisions: new Set(),
    outcomes: new Set(),
    doubtful: new Set(),
  };
  for (let shard = 0; shard < SHARDS; shard++) {
    const challenged = new Map<string, DecisionRecord>();
    for (let after = 0; ; ) {
      const records = await streams.read(shard, after, PAGE);
      for (const record of records) {
        fold(all, record, record.kind === 'outcome' ? challenged.get(record.decisionId) : undefined);
        if (record.kind === 'outcome') all.outcomes.add(record.decisionId);
        if (record.kind !== 'decision') continue;
        all.decisions.add(record.id);
        if (record.challenge !== null) challenged.set(record.id, record);
        const { key } = record.event.user;
        if (key !== null && !ledger.acknowledged.has(record.id)) all.doubtful.add(key);
      }
      if (records.length < PAGE) break;
      after = records.at(-1)?.position ?? after;
    }
  }
  return all;
}

function fold({ profiles }: Replayed, record: LogRecord, decision: DecisionRecord | undefined): void {
  const user = record.kind === 'decision' ? record.event.user.key : record.userKey;
  if (user === null) return;
  for (const effect of effectsOf(record, decision)) {
    if (!changesProfile(effect)) continue;
    const before = profiles.get(user)?.profile ?? null;
    profiles.set(user, { tenant: record.tenant, profile: changed(before, effect) });
  }
}

function changed(before: Profile | null, effect: ProfileEffect): Profile | null {
  if (effect.kind === 'learn') return learn(before, effect.lesson);
  if (before === null) return null;
  return effect.kind === 'trouble' ? noteTrouble(before, effect.at_ms) : forgetDevice(before, effect.device);
}

/** Users whose profile in Redis is not what the replay made of them, to the byte. */
async function differing(redis: RedisClient, keys: Keys, { profiles }: Replayed): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [user, { tenant, profile }] of profiles) {
    const kept = readEntity(await redis.getBuffer(keys.user(subjects.user(tenant, user)))).value;
    if (!sameProfile(kept, profile)) {
      found.push(`${user} (${kept.user?.profile?.logins} logins kept, ${profile?.logins} by the log)`);
    }
  }
  return found;
}

function sameProfile({ user }: Entity, profile: Profile | null): boolean {
  const kept = user?.profile ?? null;
  if (kept === null || profile === null) return kept === profile;
  return Buffer.compare(encodeProfile(kept), encodeProfile(profile)) === 0;
}

/** ClickHouse has the decisions of the log, neither fewer nor others. */
async function sameDecisions(database: Database, log: Replayed, ledger: Ledger): Promise<void> {
  const complain = complaints(ledger, 'between the log and ClickHouse');
  const rows = await database.query<{ id: string }>('write', 'SELECT id FROM decisions');
  const stored = new Set(rows.map(({ id }) => id));
  complain(
    'decisions of the log are missing',
    [...log.decisions].filter((id) => !stored.has(id)),
  );
  complain(
    'decisions are not in the log',
    [...stored].filter((id) => !log.decisions.has(id)),
  );
}
