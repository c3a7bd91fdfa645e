import { type OpenState, riskStateContract } from '../../contracts/risk-state.ts';
import { openStore, testRedis } from '../../support/redis-store.ts';

for (const kind of ['single', 'cluster'] as const) {
  const redis = testRedis(kind);
  riskStateContract(`Redis (${kind})`, () => {
    const prefix = redis.prefix();
    const open = async (clock: () => number): Promise<OpenState> => {
      const store = await openStore(redis, prefix, clock);
      return { log: store.decisionLog, state: store.state, close: () => store.close() };
    };
    return { open, openBeside: open, reopen: open };
  });
}
