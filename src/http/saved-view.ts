import type { SavedViewAnswer } from '../contracts/http/saved-view.ts';
import type { SavedView } from '../ports/view-store.ts';

export const renderView = (view: SavedView): SavedViewAnswer => ({
  id: view.id,
  name: view.name,
  page: view.page,
  state: view.state,
  created_at: new Date(view.createdAt_ms).toISOString(),
  updated_at: new Date(view.updatedAt_ms).toISOString(),
});
