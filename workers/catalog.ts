import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { JobCatalog } from '../src/ports/job-runner.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const ErasureSweep = Type.Object(
  {
    tenant: Type.String({ minLength: 1 }),
    user_key: Type.String({ minLength: 1 }),
    /** Names that were theirs, as keyed hashes. */
    login_keys: Type.Array(Type.String({ minLength: 1 })),
    /** The tombstone's. */
    position: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
);
const Nothing = Type.Object({}, { additionalProperties: false });

/** Everything that happens later, by name: what each job is given, and how patiently it is tried. */
export const JOBS = {
  /**
   * Erases a user in analytics once more, when every part of the log has been carried beyond the tombstone: attempts
   * that named the user only by what was typed stand in other parts and may come after it. It waits a minute, by which
   * clocks of different nodes never differ.
   */
  'erasure-sweep': {
    parse: (data: unknown) => Value.Parse(ErasureSweep, data),
    attempts: 20,
    backoff_ms: 5_000,
    concurrency: 1,
    idOf: ({ tenant, position }: { readonly tenant: string; readonly position: number }) =>
      `${Buffer.from(tenant).toString('base64url')}-${position}`,
    every_ms: null,
    delay_ms: MINUTE_MS,
  },
  /** Makes the tables' expiry what the configuration says, also after somebody changed it by hand. */
  retention: {
    parse: (data: unknown) => Value.Parse(Nothing, data),
    attempts: 5,
    backoff_ms: MINUTE_MS,
    concurrency: 1,
    idOf: () => 'retention',
    every_ms: DAY_MS,
  },
  /** Makes every node read its network lists again; how often, the configuration says. */
  'feed-refresh': {
    parse: (data: unknown) => Value.Parse(Nothing, data),
    attempts: 3,
    backoff_ms: 5_000,
    concurrency: 1,
    idOf: () => 'feed-refresh',
    every_ms: HOUR_MS,
  },
  /** Stores what all logins of a tenant have in common, and fails when that falls behind. */
  'population-snapshots': {
    parse: (data: unknown) => Value.Parse(Nothing, data),
    attempts: 3,
    backoff_ms: 5_000,
    concurrency: 1,
    idOf: () => 'population-snapshots',
    every_ms: MINUTE_MS,
  },
} as const satisfies JobCatalog;

export type Jobs = typeof JOBS;
