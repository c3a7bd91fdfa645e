import { decisionLogContract } from '../../contracts/decision-log.ts';
import { openStore, testRedis } from '../../support/redis-store.ts';

for (const kind of ['single', 'cluster'] as const) {
  const redis = testRedis(kind);
  decisionLogContract(`Redis (${kind})`, () => {
    const prefix = redis.prefix();
    return {
      async open(clock) {
        const store = await openStore(redis, prefix, clock);
        return {
          ...store.decisionLog,
          get head() {
            return store.decisionLog.head;
          },
          close: () => store.close(),
        };
      },
    };
  });
}
