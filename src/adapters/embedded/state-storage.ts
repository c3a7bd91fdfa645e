import { type Database, open, type RootDatabase } from 'lmdb';
import { Packr } from 'msgpackr';
import type { Profile } from '../../core/profile.ts';
import { decodeProfile, encodeProfile } from '../../core/profile-codec.ts';
import type { Annotations, IdempotentDecision } from '../../ports/risk-state.ts';
import { written } from './lmdb-write.ts';
import type { ShardSnapshot } from './subject-cache.ts';

/** A row with the position of the last record that is folded into it, so that a record is never folded in twice. */
export interface ProfileRow {
  readonly profile: Profile | null;
  readonly position: number;
}

/** Rows that changed since the last write. */
export interface StateChanges {
  readonly profiles: ReadonlyMap<string, ProfileRow>;
  readonly annotations: ReadonlyMap<string, Annotations>;
  readonly idempotency: ReadonlyMap<string, IdempotentDecision>;
  readonly tombstones: ReadonlyMap<string, number>;
  /** Every record up to here is folded into the rows once this write is done. */
  readonly applied: number;
}

/** The state's rows and snapshots in LMDB. Everything in it can be folded again from the log above `applied()`. */
export interface StateStorage {
  profile(key: string): ProfileRow | undefined;
  annotations(decisionId: string): Annotations | undefined;
  idempotent(key: string): IdempotentDecision | undefined;
  tombstones(): ReadonlyMap<string, number>;
  write(changes: StateChanges): Promise<void>;
  applied(): number;
  shards(): Iterable<{ readonly shard: number; readonly snapshot: ShardSnapshot }>;
  shardFloor(): number;
  encodeShard(snapshot: ShardSnapshot): Uint8Array;
  writeShard(shard: number, bytes: Uint8Array, floor: number): Promise<void>;
  writeShardFloor(floor: number): Promise<void>;
  /** Forgets event ids from before the last two days. */
  expireIdempotency(now_ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Rows a turn of the event loop: encoding thousands at once would make logins wait. */
const ROWS_A_TURN = 200;
const DAY_MS = 86_400_000;
/** Today's, yesterday's, and one being emptied: an id stays findable for at least 24 h and at most 48 h. */
const GENERATIONS = 3;

export function createStateStorage(options: { readonly path: string }): StateStorage {
  const root: RootDatabase = open({
    path: options.path,
    maxDbs: 16,
    encoding: 'binary',
    // Batches by event turn make promises that nobody can catch: a full disk would end the process.
    eventTurnBatching: false,
  });
  const bytes = (name: string): Database<Uint8Array, string> => root.openDB({ name, encoding: 'binary' });
  const profiles = bytes('profiles');
  const annotations = bytes('annotations');
  const tombstones = bytes('tombstones');
  const meta = bytes('meta');
  const shardsDb = bytes('shards');
  const generations = Array.from({ length: GENERATIONS }, (_, g) => bytes(`idempotency-${g}`));
  const packr = new Packr({ useRecords: true });
  let expiredDay = -1;

  const generationOf = (at_ms: number): Database<Uint8Array, string> => {
    const db = generations[Math.floor(at_ms / DAY_MS) % GENERATIONS];
    if (db === undefined) throw new Error('idempotency generation out of range');
    return db;
  };
  const number = (key: string): number => {
    const value = meta.get(key);
    return value === undefined ? 0 : Number(packr.unpack(value));
  };

  return {
    profile(key) {
      const value = profiles.get(key);
      if (value === undefined) return undefined;
      const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
      const body = value.subarray(8);
      return { position: view.getFloat64(0), profile: body.byteLength === 0 ? null : decodeProfile(body) };
    },
    annotations(decisionId) {
      const value = annotations.get(decisionId);
      return value === undefined ? undefined : (packr.unpack(value) as Annotations);
    },
    idempotent(key) {
      for (const db of generations) {
        const value = db.get(key);
        if (value !== undefined) return packr.unpack(value) as IdempotentDecision;
      }
      return undefined;
    },
    tombstones() {
      const found = new Map<string, number>();
      for (const { key, value } of tombstones.getRange({})) found.set(key, Number(packr.unpack(value)));
      return found;
    },

    async write(changes) {
      const writes: Promise<unknown>[] = [];
      const put = async (db: Database<Uint8Array, string>, key: string, value: Uint8Array): Promise<void> => {
        const write = written(db.put(key, value));
        // Awaited below; until then a failure must not count as unhandled.
        write.catch(() => undefined);
        writes.push(write);
        if (writes.length % ROWS_A_TURN === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      };
      for (const [key, row] of changes.profiles) await put(profiles, key, encodeRow(row));
      for (const [key, value] of changes.annotations) await put(annotations, key, packr.pack(value));
      for (const [key, value] of changes.idempotency) {
        await put(generationOf(value.position / 1000), key, packr.pack(value));
      }
      for (const [key, value] of changes.tombstones) await put(tombstones, key, packr.pack(value));
      // `applied` never runs ahead of its rows.
      await Promise.all(writes);
      await written(meta.put('applied', packr.pack(changes.applied)));
    },
    applied: () => number('applied'),

    *shards() {
      for (const { key, value } of shardsDb.getRange({})) {
        yield { shard: Number(key), snapshot: packr.unpack(value) as ShardSnapshot };
      }
    },
    shardFloor: () => number('shard-floor'),
    encodeShard: (snapshot) => packr.pack(snapshot),
    async writeShard(shard, bytes, floor) {
      await written(shardsDb.put(String(shard), bytes));
      await written(meta.put('shard-floor', packr.pack(floor)));
    },
    async writeShardFloor(floor) {
      await written(meta.put('shard-floor', packr.pack(floor)));
    },

    async expireIdempotency(now_ms) {
      const day = Math.floor(now_ms / DAY_MS);
      if (day === expiredDay) return;
      expiredDay = day;
      await generations[(day + 1) % GENERATIONS]?.clearAsync();
    },

    async close() {
      await root.flushed;
      await root.close();
    },
  };
}

function encodeRow(row: ProfileRow): Buffer {
  const body = row.profile === null ? new Uint8Array(0) : encodeProfile(row.profile);
  const value = Buffer.alloc(8 + body.byteLength);
  value.writeDoubleBE(row.position, 0);
  value.set(body, 8);
  return value;
}
