/** How the state that tenants' logins have in common stands. */
export interface PopulationState {
  /** Folds and stores what is new, if it is this process's turn. */
  snapshot(): Promise<void>;
  /** Age of the oldest record that no stored snapshot holds, in milliseconds; 0 when all are held. */
  behind_ms(): Promise<number>;
}

/** Longer than another worker takes to go on after one that was killed. */
const BEHIND_MS = 60_000;

/**
 * Stores what all logins of a tenant have in common, for nodes that start. It is folded all the time besides; this job
 * is what fails, and shows, when nobody does.
 */
export function createPopulationSnapshots(state: PopulationState): () => Promise<void> {
  return async () => {
    await state.snapshot();
    const behind_ms = await state.behind_ms();
    if (behind_ms > BEHIND_MS) {
      throw new Error(`population snapshots are ${Math.round(behind_ms / 1_000)} s behind the log`);
    }
  };
}
