import { mkdirSync } from 'node:fs';
import { open } from 'lmdb';
import type { SavedView, ViewStore } from '../../ports/view-store.ts';
import { written } from './lmdb-write.ts';

/** Saved views in LMDB: one value a tenant, since they are few and always read together. */
export function createViewStore(options: { readonly path: string }): ViewStore {
  mkdirSync(options.path, { recursive: true, mode: 0o700 });
  const root = open<readonly SavedView[], string>({
    path: options.path,
    encoding: 'msgpack',
    eventTurnBatching: false,
  });
  const of = (tenant: string): readonly SavedView[] => root.get(tenant) ?? [];
  const sameName =
    (view: SavedView) =>
    (other: SavedView): boolean =>
      other.id !== view.id && other.page === view.page && other.name === view.name;

  return {
    list: async (tenant) => of(tenant),
    create: (view, limit) =>
      written(
        root.transaction(() => {
          const views = of(view.tenant);
          if (views.length >= limit) return 'full';
          if (views.some(sameName(view))) return 'exists';
          root.put(view.tenant, [...views, view]);
          return 'created';
        }),
      ),
    replace: (view) =>
      written(
        root.transaction((): SavedView | 'exists' | 'absent' => {
          const views = of(view.tenant);
          const before = views.find(({ id }) => id === view.id);
          if (before === undefined) return 'absent';
          if (views.some(sameName(view))) return 'exists';
          const after = { ...view, createdAt_ms: before.createdAt_ms };
          root.put(
            view.tenant,
            views.map((other) => (other.id === view.id ? after : other)),
          );
          return after;
        }),
      ),
    remove: (tenant, id) =>
      written(
        root.transaction(() => {
          const views = of(tenant);
          const left = views.filter((view) => view.id !== id);
          if (left.length === views.length) return false;
          root.put(tenant, left);
          return true;
        }),
      ),
    close: () => root.close(),
  };
}
