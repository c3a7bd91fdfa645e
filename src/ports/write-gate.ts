/**
 * Whether the permission to write still holds, as far as this process can know. A process that was stopped for a while
 * may find that somebody else has written since: it must not write any more, and look again instead.
 */
export type Held = () => boolean;

/**
 * Who may write to analytics beside whom. Inserts may run beside inserts: views add up what each of them brings. A
 * repair compares rows with rollups and adds the difference, so nothing may be inserted meanwhile, by no process.
 */
export interface WriteGate {
  /** Runs beside other work of this kind. */
  together<T>(work: (held: Held) => Promise<T>): Promise<T>;
  /** Runs while nobody else writes; every other writer waits, or is known to be gone. */
  alone<T>(work: (held: Held) => Promise<T>): Promise<T>;
}
