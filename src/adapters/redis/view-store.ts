import type { SavedView, ViewStore } from '../../ports/view-store.ts';
import type { RedisClient } from './connect.ts';
import type { Keys } from './keys.ts';
import type { Scripts } from './scripts.ts';
import { createVersions, readVersioned, versionBytes, withVersion } from './versioned.ts';

/** Kept until somebody deletes them, so their life begins anew with every change, and is long. */
const LIFE_MS = 5 * 365 * 86_400_000;
const MAX_TRIES = 20;

const decode = (bytes: Buffer | null): readonly SavedView[] =>
  bytes === null ? [] : (JSON.parse(bytes.toString('utf8')) as readonly SavedView[]);

/** Saved views in Redis: one value a tenant, compared and set, since they are few and always read together. */
export function createRedisViewStore(options: {
  readonly redis: RedisClient;
  readonly keys: Keys;
  readonly scripts: Pick<Scripts, 'compareAndSet'>;
}): ViewStore {
  const { redis, keys, scripts } = options;
  const nextVersion = createVersions();
  const sameName =
    (view: SavedView) =>
    (other: SavedView): boolean =>
      other.id !== view.id && other.page === view.page && other.name === view.name;

  /** `plan` answers at once, or says what the views become. */
  async function change<T>(
    tenant: string,
    plan: (views: readonly SavedView[]) => { readonly answer: T; readonly views?: readonly SavedView[] },
  ): Promise<T> {
    const key = keys.views(tenant);
    let bytes = await redis.getBuffer(key);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = readVersioned(bytes, decode);
      const { answer, views } = plan(before.value);
      if (views === undefined) return answer;
      const value = withVersion(nextVersion(), Buffer.from(JSON.stringify(views)));
      const lost = await scripts.compareAndSet(key, versionBytes(before.version), value, LIFE_MS);
      if (lost === null) return answer;
      bytes = lost.value;
    }
    throw new Error('the views of a tenant changed under every write');
  }

  return {
    list: async (tenant) => readVersioned(await redis.getBuffer(keys.views(tenant)), decode).value,
    create: (view, limit) =>
      change<'created' | 'exists' | 'full'>(view.tenant, (views) => {
        if (views.length >= limit) return { answer: 'full' };
        if (views.some(sameName(view))) return { answer: 'exists' };
        return { answer: 'created', views: [...views, view] };
      }),
    replace: (view) =>
      change<SavedView | 'exists' | 'absent'>(view.tenant, (views) => {
        const before = views.find(({ id }) => id === view.id);
        if (before === undefined) return { answer: 'absent' };
        if (views.some(sameName(view))) return { answer: 'exists' };
        const after = { ...view, createdAt_ms: before.createdAt_ms };
        return { answer: after, views: views.map((other) => (other.id === view.id ? after : other)) };
      }),
    remove: (tenant, id) =>
      change(tenant, (views) => {
        const left = views.filter((view) => view.id !== id);
        return left.length === views.length ? { answer: false } : { answer: true, views: left };
      }),
    close: async () => undefined,
  };
}
