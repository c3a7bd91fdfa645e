import type { DataOf } from '../src/ports/job-runner.ts';
import type { Jobs } from './catalog.ts';

/** How far the log has come, and how far it is carried into analytics, by parts. */
export interface CarriedLog {
  heads(): Promise<readonly number[]>;
  carried(): Promise<readonly number[]>;
}

/** What the sweep asks of analytics: rows of a user, or with a name that was theirs, up to a position. */
export type EraseUpTo = (
  tenant: string,
  userKey: string,
  position: number,
  loginKeys: readonly string[],
) => Promise<unknown>;

/**
 * Erases a user in analytics once more, when everything that was logged before the tombstone is there. Fails, and is
 * tried again, until it is.
 */
export function createErasureSweep(dependencies: {
  readonly log: CarriedLog;
  readonly eraseUpTo: EraseUpTo;
}): (data: DataOf<Jobs, 'erasure-sweep'>) => Promise<void> {
  const { log, eraseUpTo } = dependencies;
  return async ({ tenant, user_key, login_keys, position }) => {
    // Before the places: what comes later is above the tombstone.
    const heads = await log.heads();
    const carried = await log.carried();
    const behind = heads.filter((head, part) => (carried[part] ?? 0) < Math.min(head, position)).length;
    if (behind > 0) {
      throw new Error(`${behind} parts of the log are not carried beyond the tombstone yet`);
    }
    await eraseUpTo(tenant, user_key, position, login_keys);
  };
}
