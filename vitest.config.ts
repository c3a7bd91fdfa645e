import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Whole products and browsers first: a minute of waiting at the end would leave the other core idle. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number =>
      moduleId.includes('/test/e2e/') ? 0 : moduleId.includes('/test/adapters/') ? 1 : 2;
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

/**
 * The embedded mode's end-to-end suites once more on two kinds of Redis take eight minutes of two cores: they have a
 * command of their own (`npm run test:scaled-out`). Contracts, outages and chaos on Redis are tested every time.
 */
const SCALED_OUT = ['test/e2e/scaled-out.test.ts', 'test/e2e/cluster.test.ts'];
const scaledOut = process.env.GATEHOUSE_TEST_SCALED_OUT === '1';

export default defineConfig({
  test: {
    include: scaledOut ? SCALED_OUT : ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: scaledOut ? [] : SCALED_OUT,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: more forks only make each other slow, and chDB needs memory of its own.
    maxWorkers: 2,
    // Seven processes each, which must see each other's events in time.
    fileParallelism: !scaledOut,
    pool: 'forks',
    sequence: { sequencer: LongFirst },
  },
});
