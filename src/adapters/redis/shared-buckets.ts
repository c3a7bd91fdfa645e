import type { SharedBuckets } from '../../ports/shared-buckets.ts';
import type { Keys } from './keys.ts';
import type { Scripts } from './scripts.ts';

/** Buckets in Redis, by its own clock: those of the nodes may differ. Each lives until it is full again. */
export function createSharedBuckets(options: {
  readonly keys: Keys;
  readonly scripts: Pick<Scripts, 'spend'>;
}): SharedBuckets {
  const { keys, scripts } = options;
  return {
    spend: (bucket, spent, rate_rps, burst) => scripts.spend(keys.quota(bucket), spent, rate_rps, burst),
  };
}
