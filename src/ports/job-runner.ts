/** A kind of job: what it is given, and how often and how patiently it is tried. */
export interface JobDefinition<Data> {
  /** Refuses what was not written by this version. */
  readonly parse: (data: unknown) => Data;
  /** Tries in all. */
  readonly attempts: number;
  /** Pause before the second try; each later one is twice as long as the one before. */
  readonly backoff_ms: number;
  /** How many of them run at a time in one process. */
  readonly concurrency: number;
  /** Two jobs with one id are one job, until it is done. Letters, digits, “-” and “_”. */
  readonly idOf: (data: Data) => string;
  /** For jobs that come again by themselves. */
  readonly every_ms: number | null;
  /** A job that is added begins not before this has passed; at once when absent. */
  readonly delay_ms?: number;
}

/** Of any data: a catalog holds jobs of many kinds. */
export type AnyJob = Omit<JobDefinition<unknown>, 'idOf'> & { readonly idOf: (data: never) => string };
export type JobCatalog = Readonly<Record<string, AnyJob>>;

export type DataOf<Catalog extends JobCatalog, Name extends keyof Catalog> = ReturnType<
  Catalog[Name]['parse']
>;

export type JobHandlers<Catalog extends JobCatalog> = {
  readonly [Name in keyof Catalog]: (data: DataOf<Catalog, Name>) => Promise<void>;
};

export interface FailedJob {
  readonly job: string;
  readonly id: string;
  readonly attempts: number;
  /** Message of the last failure, for the operator. */
  readonly reason: string;
}

export interface JobCounts {
  /** Under way, due, or due later. */
  readonly waiting: number;
  /** Tried as often as they may be. */
  readonly failed: number;
  /** How long the oldest due job waits for somebody to begin it; 0 when none does. */
  readonly lag_ms: number;
  /** Tries that failed in this process since it started. */
  readonly failures: number;
}

/**
 * What happens later. A job whose `add` resolved survives a kill of every process and runs at least once; handlers
 * must bear to run again. One that failed as often as it may stays to be seen and sent again.
 */
export interface JobRunner<Catalog extends JobCatalog> {
  add<Name extends keyof Catalog & string>(job: Name, data: DataOf<Catalog, Name>): Promise<void>;
  /** Runs a job again and again; said twice, or by several processes, it is still one. */
  schedule<Name extends keyof Catalog & string>(
    job: Name,
    data: DataOf<Catalog, Name>,
    /** Instead of the catalog's. */
    every_ms?: number,
  ): Promise<void>;
  /** It comes no more; also when it never did. */
  unschedule<Name extends keyof Catalog & string>(job: Name): Promise<void>;
  failed(limit: number): Promise<readonly FailedJob[]>;
  /** Gives a failed job all of its tries again. False when it is not among the failed ones. */
  resend(job: string, id: string): Promise<boolean>;
  counts(): Promise<Readonly<Record<string, JobCounts>>>;
  /** Waits for the jobs under way. */
  close(): Promise<void>;
}
