/** A named state of a page, kept for a tenant. */
export interface SavedView {
  /** `vw_…` */
  readonly id: string;
  readonly tenant: string;
  readonly page: string;
  readonly name: string;
  /** The query of the page's address. */
  readonly state: string;
  readonly createdAt_ms: number;
  readonly updatedAt_ms: number;
}

/** Saved views, durable when a call has resolved. Names are unique on a page; changes are atomic. */
export interface ViewStore {
  list(tenant: string): Promise<readonly SavedView[]>;
  /** `full`: the tenant has `limit` views already. */
  create(view: SavedView, limit: number): Promise<'created' | 'exists' | 'full'>;
  /** Keeps `createdAt_ms`. `absent`: the tenant has no view of this id. */
  replace(view: SavedView): Promise<SavedView | 'exists' | 'absent'>;
  /** False when the tenant has no view of this id. */
  remove(tenant: string, id: string): Promise<boolean>;
  close(): Promise<void>;
}
