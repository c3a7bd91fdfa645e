import { LRUCache } from 'lru-cache';
import type { Clock } from '../ports/clock.ts';
import type { SharedBuckets } from '../ports/shared-buckets.ts';

export interface QuotaConfig {
  /** Requests a second for a key that names no quota of its own. */
  readonly default_rps: number;
  /** How many seconds of quota may be used at once. */
  readonly burst_s: number;
  /** Dry runs a second and at once: a dry run is an oracle that tells an attacker what would pass. */
  readonly dryRun_rps: number;
  readonly dryRunBurst: number;
  /** Failed credentials a second and at once, for each remote address. */
  readonly failure_rps: number;
  readonly failureBurst: number;
}

/**
 * `default_rps` is there to stop a caller that runs wild, not to shape honest load: it lies above what one process
 * decides. Dry runs serve people and policy tests, so ten a second suffice; an attacker who stole a key with both
 * scopes learns little at that rate and leaves an audit trail. A misconfigured client retries a bad key a few times a
 * second.
 */
export const DEFAULT_QUOTA: QuotaConfig = Object.freeze({
  default_rps: 20_000,
  burst_s: 2,
  dryRun_rps: 10,
  dryRunBurst: 60,
  failure_rps: 5,
  failureBurst: 20,
});

/** Remote addresses remembered; an attacker with more of them than this gains the cost of a 401 instead of a 429. */
const ADDRESSES_MAX = 10_000;
/** Keys and sessions remembered; who falls out starts with a full bucket. */
const CALLERS_MAX = 50_000;

/** Who is counted: an API key or a dashboards session. */
export interface QuotaHolder {
  readonly id: string;
  readonly quota_rps: number | null;
}

/** Token buckets by the clock handed in. Each call takes one token: 0, or the whole seconds to wait (at least 1). */
export interface Quota {
  request(holder: QuotaHolder): number;
  dryRun(holder: QuotaHolder): number;
  /**
   * Counts a failed credential of a remote address. Only failures are ever refused by it: a good key behind the same
   * address (a NAT, a proxy) is not locked out by its neighbours.
   */
  failure(address: string): number;
}

interface Bucket {
  tokens: number;
  at_ms: number;
  /** Taken here since the shared bucket was told. */
  spent: number;
  syncing: boolean;
}

/** How old what a node knows of the others' use may be. In that time it gives out at most its own share too many. */
const SYNC_MS = 100;

/**
 * Decides from memory at once. With buckets that are shared, each node tells ten times a second what it gave out and
 * learns what is left; while they do not answer, it goes on alone. Failures of an address are counted by each node.
 */
export function createQuota(options: {
  readonly config: QuotaConfig;
  readonly clock: Clock;
  readonly shared?: SharedBuckets;
}): Quota {
  const { config, clock, shared } = options;
  const requests = new LRUCache<string, Bucket>({ max: CALLERS_MAX });
  const dryRuns = new LRUCache<string, Bucket>({ max: CALLERS_MAX });
  const failures = new LRUCache<string, Bucket>({ max: ADDRESSES_MAX });

  /** Tells the shared bucket, once at a time, and takes over what it holds. */
  function sync(bucket: Bucket, name: string, rate_rps: number, burst: number, wait_ms: number): void {
    if (shared === undefined || bucket.syncing) return;
    bucket.syncing = true;
    const timer = setTimeout(() => {
      const told = Math.min(bucket.spent, burst);
      bucket.spent = 0;
      shared.spend(name, told, rate_rps, burst).then(
        (left) => {
          bucket.tokens = left - bucket.spent;
          bucket.at_ms = clock();
          bucket.syncing = false;
        },
        () => {
          // Told again with the next request; until then this node's own count holds.
          bucket.spent += told;
          bucket.syncing = false;
        },
      );
    }, wait_ms);
    timer.unref();
  }

  /** `name` of the kind of bucket where it is shared. */
  function take(
    buckets: LRUCache<string, Bucket>,
    id: string,
    rate_rps: number,
    burst: number,
    name: string | null,
  ): number {
    const now_ms = clock();
    const bucket = buckets.get(id);
    if (bucket === undefined) {
      const fresh: Bucket = { tokens: burst - 1, at_ms: now_ms, spent: 1, syncing: false };
      buckets.set(id, fresh);
      if (name !== null) sync(fresh, `${name}:${id}`, rate_rps, burst, 0);
      return 0;
    }
    if (name !== null) sync(bucket, `${name}:${id}`, rate_rps, burst, SYNC_MS);
    // A clock that was set back refills nothing.
    const elapsed_ms = Math.max(0, now_ms - bucket.at_ms);
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsed_ms / 1_000) * rate_rps);
    bucket.at_ms = now_ms;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      bucket.spent += 1;
      return 0;
    }
    return Math.max(1, Math.ceil((1 - bucket.tokens) / rate_rps));
  }

  return {
    request(holder) {
      const rate_rps = holder.quota_rps ?? config.default_rps;
      return take(requests, holder.id, rate_rps, Math.max(1, rate_rps * config.burst_s), 'r');
    },
    dryRun: (holder) => take(dryRuns, holder.id, config.dryRun_rps, config.dryRunBurst, 'd'),
    failure: (address) => take(failures, address, config.failure_rps, config.failureBurst, null),
  };
}
