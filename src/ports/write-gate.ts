/**
 * Who may write to analytics beside whom. Inserts may run beside inserts: views add up what each of them brings. A
 * repair compares rows with rollups and adds the difference, so nothing may be inserted meanwhile, by no process.
 */
export interface WriteGate {
  /** Runs beside other work of this kind. */
  together<T>(work: () => Promise<T>): Promise<T>;
  /** Runs while nobody else writes; every other writer waits, or is known to be gone. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}
