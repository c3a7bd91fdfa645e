import type { BaseLogger } from 'pino';
import { positionOfId } from '../../core/decision-id.ts';
import type { DecisionRecord, LogRecord } from '../../core/record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RedisClient } from './connect.ts';
import { sortEffects } from './effect-keys.ts';
import type { EntityWriter } from './entity-writer.ts';
import { type Keys, SHARDS, shardOfPosition } from './keys.ts';
import type { LogStreams } from './log-streams.ts';

export interface ReconcileOptions {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly streams: LogStreams;
  readonly writer: EntityWriter;
  readonly clock: Clock;
  readonly log: Pick<BaseLogger, 'info'>;
}

/** A living process confirms within a second; what is older was left behind. */
const LEFT_BEHIND_MS = 5_000;
const A_SHARD = 200;

/**
 * Carries out what killed processes left undone: effects of stored records that nobody confirmed. Entities know what
 * they hold, so that doing it again changes nothing, whoever else does it at the same time.
 *
 * @returns how many records it looked at
 */
export async function reconcile(options: ReconcileOptions): Promise<number> {
  const { redis, keys, clock } = options;
  const until = String((clock() - LEFT_BEHIND_MS) * 1_000);
  const shards = await Promise.all(
    Array.from({ length: SHARDS }, async (_, shard) =>
      redis.zrangebyscore(keys.open(shard), '-inf', until, 'LIMIT', 0, A_SHARD),
    ),
  );
  let done = 0;
  for (const [shard, positions] of shards.entries()) {
    const [first, ...more] = positions;
    if (first === undefined) continue;
    await Promise.all(positions.map((position) => carryOut(options, Number(position))));
    await redis.zrem(keys.open(shard), first, ...more);
    done += positions.length;
  }
  if (done > 0) options.log.info({ records: done }, 'effects that a stopped process left were carried out');
  return done;
}

async function carryOut(options: ReconcileOptions, position: number): Promise<void> {
  const { keys, streams, writer } = options;
  const record = await streams.at(shardOfPosition(position), position);
  // Erased or trimmed: then there is nothing to carry out.
  if (record === undefined) return;
  const { outside } = sortEffects(keys, record, await decisionOf(streams, record));
  await Promise.all([...outside].map(([key, effects]) => writer.apply(key, effects, position)));
}

/** The decision that an outcome speaks of, as long as the log holds it. */
export async function decisionOf(
  streams: Pick<LogStreams, 'at'>,
  record: LogRecord,
): Promise<DecisionRecord | undefined> {
  if (record.kind !== 'outcome') return undefined;
  const position = positionOfId(record.decisionId);
  if (position === undefined) return undefined;
  const decision = await streams.at(shardOfPosition(position), position);
  return decision?.kind === 'decision' ? decision : undefined;
}
