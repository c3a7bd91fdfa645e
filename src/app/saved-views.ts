import type { Clock } from '../ports/clock.ts';
import type { SavedView, ViewStore } from '../ports/view-store.ts';
import { AppError } from './errors.ts';

/** More than people find their way in; a list comes whole. */
export const MAX_VIEWS = 100;

export interface SavedViews {
  /** By page and name. */
  list(tenant: string): Promise<readonly SavedView[]>;
  /** @throws AppError `view_exists`, `view_limit` */
  create(tenant: string, draft: ViewDraft): Promise<SavedView>;
  /** @throws AppError `view_exists`, `not_found` */
  replace(tenant: string, id: string, draft: ViewDraft): Promise<SavedView>;
  /** @throws AppError `not_found` */
  remove(tenant: string, id: string): Promise<void>;
}

export type ViewDraft = Pick<SavedView, 'name' | 'page' | 'state'>;

export function createSavedViews(dependencies: {
  readonly store: ViewStore;
  readonly clock: Clock;
  readonly newUuid: () => string;
}): SavedViews {
  const { store, clock, newUuid } = dependencies;
  const exists = (): AppError => new AppError('view_exists', 'The page has a view of this name already.');
  const absent = (): AppError => new AppError('not_found', 'There is no such view.');
  return {
    async list(tenant) {
      const views = await store.list(tenant);
      return views.toSorted((a, b) => compare(a.page, b.page) || compare(a.name, b.name));
    },
    async create(tenant, { name, page, state }) {
      const now_ms = clock();
      const id = `vw_${newUuid()}`;
      const view = { id, tenant, name, page, state, createdAt_ms: now_ms, updatedAt_ms: now_ms };
      const done = await store.create(view, MAX_VIEWS);
      if (done === 'exists') throw exists();
      if (done === 'full') {
        throw new AppError('view_limit', `A tenant may have up to ${MAX_VIEWS} views: delete one first.`);
      }
      return view;
    },
    async replace(tenant, id, { name, page, state }) {
      const now_ms = clock();
      const done = await store.replace({
        id,
        tenant,
        name,
        page,
        state,
        createdAt_ms: now_ms,
        updatedAt_ms: now_ms,
      });
      if (done === 'exists') throw exists();
      if (done === 'absent') throw absent();
      return done;
    },
    async remove(tenant, id) {
      if (!(await store.remove(tenant, id))) throw absent();
    },
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
