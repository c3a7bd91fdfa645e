import { REDIS_SILENT, type RedisConnection } from './connect.ts';
import { within } from './deadline.ts';
import { type Keys, SHARDS } from './keys.ts';

/** Whether decisions can be recorded now, and why not. */
export interface RedisState {
  readonly ok: boolean;
  /** One sentence for the operator. */
  readonly problem: string | null;
  readonly reason: RedisReason | null;
}

export type RedisReason =
  /** No connection, or no answer in time. */
  | 'redis_silent'
  /** `maxmemory` is reached under `noeviction`. */
  | 'redis_out_of_memory'
  /** A replica: after a failover, or a wrong address. */
  | 'redis_read_only'
  /** Its append-only file or its snapshot cannot be written. */
  | 'redis_cannot_persist'
  /** Fewer replicas than `min-replicas-to-write`. */
  | 'redis_lacks_replicas'
  /** The account may not write. */
  | 'redis_forbidden'
  | 'redis_refuses_writes';

/** How long a look waits for an answer. */
const WAIT_MS = 500;
/** The probe's key goes by itself when nobody looks any more. */
const LIFE_MS = 60_000;
/**
 * After READONLY the connection is made anew each time, in case the address leads elsewhere by now: what was said stands
 * that long, or the reason would change with every look.
 */
const REMEMBERED_MS = 2_000;

const OK: RedisState = Object.freeze({ ok: true, problem: null, reason: null });
const EFFECT = 'decisions are judged and not recorded';

/** By the first word of the refusal. */
const REFUSALS: Readonly<Record<string, { readonly reason: RedisReason; readonly problem: string }>> = {
  OOM: {
    reason: 'redis_out_of_memory',
    problem: `Redis is full (maxmemory) and refuses writes: ${EFFECT}. Give it more memory, or keep the log shorter.`,
  },
  READONLY: {
    reason: 'redis_read_only',
    problem: `Redis is a replica and refuses writes: ${EFFECT}. REDIS_URL must lead to the primary.`,
  },
  MISCONF: {
    reason: 'redis_cannot_persist',
    problem: `Redis cannot write its files and refuses writes: ${EFFECT}. Look at the space on its disk and at its log.`,
  },
  NOREPLICAS: {
    reason: 'redis_lacks_replicas',
    problem: `Redis lacks replicas (min-replicas-to-write) and refuses writes: ${EFFECT}.`,
  },
  NOPERM: {
    reason: 'redis_forbidden',
    problem: `The account in REDIS_URL may not write Gatehouse's keys: ${EFFECT}.`,
  },
};

/**
 * Looks whether Redis takes writes, by writing: a server that is full, a replica or without a disk answers every
 * question and refuses every record. One key of its own on a server alone; in a cluster one beside each part of the log,
 * so that every primary is asked.
 */
export function createWriteProbe(options: {
  readonly redis: RedisConnection;
  readonly keys: Pick<Keys, 'probe'>;
}): () => Promise<RedisState> {
  const { redis, keys } = options;
  const shards = redis.cluster ? Array.from({ length: SHARDS }, (_, shard) => shard) : [0];
  let refused: { readonly state: RedisState; readonly at_ms: number } | null = null;

  const silent = (): RedisState => {
    if (refused !== null && performance.now() - refused.at_ms < REMEMBERED_MS) return refused.state;
    return { ok: false, problem: redis.status().problem ?? REDIS_SILENT, reason: 'redis_silent' };
  };
  const write = async (shard: number): Promise<RedisState> => {
    try {
      await redis.client.set(keys.probe(shard), '1', 'PX', LIFE_MS);
      return OK;
    } catch (error) {
      return refusalOf(error) ?? silent();
    }
  };

  return async () => {
    if (!redis.status().ok) return silent();
    const states = await within(Promise.all(shards.map(write)), WAIT_MS);
    if (typeof states === 'symbol') return silent();
    const bad =
      states.find(({ ok, reason }) => !ok && reason !== 'redis_silent') ?? states.find(({ ok }) => !ok);
    if (bad === undefined) refused = null;
    else if (bad.reason !== 'redis_silent') refused = { state: bad, at_ms: performance.now() };
    return bad ?? OK;
  };
}

/** `null`: it was no answer of Redis. */
function refusalOf(error: unknown): RedisState | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null;
  const [code = ''] = error.message.split(' ', 1);
  const known = REFUSALS[code] ?? {
    reason: 'redis_refuses_writes',
    problem: `Redis refuses writes (${code}): ${EFFECT}.`,
  };
  return { ok: false, ...known };
}
