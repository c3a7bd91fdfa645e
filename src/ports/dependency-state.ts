/** One thing that decisions or reads depend on. */
export interface DependencyState {
  readonly name: string;
  readonly ok: boolean;
  /** One sentence for the operator when not ok. */
  readonly problem: string | null;
  /** A stable code of the problem, for alerts; `null` when ok, absent where a dependency has but one problem. */
  readonly reason?: string | null;
  /** False for what decisions can do without: its failure degrades and does not take the node out of service. */
  readonly required?: boolean;
  /** What waits on its way there; `null` where it is not known. */
  readonly lag?: { readonly records: number | null; readonly ms: number | null };
}
