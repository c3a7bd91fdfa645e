import { LRUCache } from 'lru-cache';
import type { Effect } from '../../core/effects.ts';
import { applyEffects, decodeEntity, type Entity, encodeEntity, lifeOf } from './entities.ts';
import type { Scripts } from './scripts.ts';
import { createVersions, readVersioned, type Versioned, versionBytes, withVersion } from './versioned.ts';

/**
 * Carries effects out on entities, one key at a time: each write is compared and set, and effects that meet on one key
 * of this process share a write. So a busy address costs one write a round trip, however many logins it sees.
 */
export interface EntityWriter {
  /**
   * What stands in bytes that were read just now: the base of the next write, which costs one more round trip where it
   * is wrong. It becomes the writer's, who changes it when it writes: to be looked at at once and not kept. That there is
   * nothing is only remembered where somebody `take`s it, for a write begins with nothing anyway.
   */
  read(key: string, bytes: Buffer | null, isTaken: boolean): Entity;
  /** The newest version known here, handed over: whoever takes it may change it. */
  take(key: string): Versioned<Entity> | undefined;
  /** A version that is on its way to Redis by other means: the base of writes that follow, before it has arrived. */
  sent(key: string, entity: Versioned<Entity>): void;
  /** What became of a version that was sent. */
  arrived(key: string, ok: boolean): void;
  /** Resolves when the effects of the record are in the entity. @throws when Redis does not take them. */
  apply(key: string, effects: readonly Effect[], position: number): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** Who reads a key while a write is under way may write on top of that one. */
interface UnderWay {
  isAwaited: boolean;
}

interface Queue extends UnderWay {
  readonly waiting: Waiting[];
}

interface Sent extends UnderWay {
  count: number;
}

interface Waiting {
  readonly effects: readonly Effect[];
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Entities that were read a moment ago and may be written now; a decision needs about five, so these are of the last two
 * hundred. What is kept for longer than a decision takes is copied by the collector for nothing: the next decision reads
 * anew, and one whose base is gone costs one more round trip.
 */
const BASES = 1_024;
/** Each lost race means that another process won it, so this many in a row is no contention but a fault. */
const MAX_TRIES = 50;

export const readEntity = (bytes: Buffer | null): Versioned<Entity> => readVersioned(bytes, decodeEntity);

export function createEntityWriter(scripts: Pick<Scripts, 'compareAndSet'>): EntityWriter {
  const bases = new LRUCache<string, Versioned<Entity>>({ max: BASES });
  const queues = new Map<string, Queue>();
  /** Versions of a key that went out by other means. */
  const onTheirWay = new Map<string, Sent>();
  const idlers: (() => void)[] = [];
  const nextVersion = createVersions();

  const take = (key: string): Versioned<Entity> | undefined => {
    const base = bases.peek(key);
    bases.delete(key);
    return base;
  };

  async function write(key: string, queue: Queue): Promise<void> {
    let base = take(key);
    while (queue.waiting.length > 0) {
      const batch = queue.waiting.splice(0);
      try {
        base = await writeBatch(key, batch, base ?? readEntity(null));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        base = undefined;
        for (const { reject } of batch) reject(error);
      }
    }
    queues.delete(key);
    if (queue.isAwaited && base !== undefined) bases.set(key, base);
    if (queues.size === 0) for (const idle of idlers.splice(0)) idle();
  }

  async function writeBatch(
    key: string,
    batch: readonly Waiting[],
    from: Versioned<Entity>,
  ): Promise<Versioned<Entity>> {
    let base = from;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { value } = base;
      for (const { effects, position } of batch) applyEffects(value, effects, position);
      const version = nextVersion();
      const lost = await scripts.compareAndSet(
        key,
        versionBytes(base.version),
        withVersion(version, encodeEntity(value)),
        lifeOf(value),
      );
      if (lost === null) return { version, value };
      base = readEntity(lost.value);
    }
    throw new Error('an entity changed under every write');
  }

  return {
    read(key, bytes, isTaken) {
      const entity = readEntity(bytes);
      const queue = queues.get(key);
      const sent = onTheirWay.get(key);
      // A write under way knows better.
      if (queue !== undefined) queue.isAwaited = true;
      if (sent !== undefined) sent.isAwaited = true;
      if (queue !== undefined || sent !== undefined) return entity.value;
      if (entity.version !== null || isTaken) bases.set(key, entity);
      else bases.delete(key);
      return entity.value;
    },
    take,
    sent(key, entity) {
      bases.set(key, entity);
      const sent = onTheirWay.get(key);
      if (sent === undefined) onTheirWay.set(key, { count: 1, isAwaited: false });
      else sent.count += 1;
    },
    arrived(key, ok) {
      const sent = onTheirWay.get(key);
      if (sent === undefined) return;
      sent.count -= 1;
      if (sent.count === 0) onTheirWay.delete(key);
      if (!ok || (sent.count === 0 && !sent.isAwaited)) bases.delete(key);
    },
    apply(key, effects, position) {
      return new Promise((resolve, reject) => {
        const waiting = { effects, position, resolve, reject };
        const queue = queues.get(key);
        if (queue !== undefined) {
          queue.waiting.push(waiting);
          return;
        }
        const fresh: Queue = { waiting: [waiting], isAwaited: false };
        queues.set(key, fresh);
        void write(key, fresh);
      });
    },
    idle() {
      if (queues.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        idlers.push(resolve);
      });
    },
  };
}
