import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two workers: the suite is sized for a two-core machine, and the numeric tests keep a core busy each.
    maxWorkers: 2,
    pool: 'forks',
  },
});
