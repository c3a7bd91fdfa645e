import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: more forks only make each other slow, and chDB needs memory of its own.
    maxWorkers: 2,
    pool: 'forks',
  },
});
