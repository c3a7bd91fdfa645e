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
 * The embedded mode's end-to-end suites once more on two kinds of Redis take three minutes more: they have a
 * command of their own (`npm run test:scaled-out`). Contracts, outages and chaos on Redis are tested every time.
 */
const SCALED_OUT = ['test/e2e/scaled-out.test.ts', 'test/e2e/cluster.test.ts'];
const scaledOut = process.env.GATEHOUSE_TEST_SCALED_OUT === '1';

/**
 * Tests that start no store and no process. Nothing they import has side effects, so they share a process: starting one
 * and compiling the same modules for each file took longer than most of these tests.
 */
const LOGIC = [
  'test/{app,contracts,contracts-http,core,dashboards,deploy,http}/**/*.test.{ts,tsx}',
  'test/adapters/{client-parser,ip-intelligence,replay-files}/**/*.test.ts',
  'test/*.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for comes at once on a free machine; a second is no time on one that is busy.
    expect: { poll: { timeout: 10_000 } },
    // Two cores: more forks only make each other slow, and chDB needs memory of its own.
    maxWorkers: 2,
    pool: 'forks',
    sequence: { sequencer: LongFirst },
    projects: scaledOut
      ? [
          {
            extends: true,
            // Seven processes each, which must see each other's events in time.
            test: { name: 'scaled-out', include: SCALED_OUT, fileParallelism: false },
          },
        ]
      : [
          {
            extends: true,
            test: { name: 'whole', include: ['test/**/*.test.{ts,tsx}'], exclude: [...SCALED_OUT, ...LOGIC] },
          },
          {
            extends: true,
            test: { name: 'logic', include: LOGIC, isolate: false, sequence: { groupOrder: 1 } },
          },
        ],
  },
});
