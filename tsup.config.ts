import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'testing/index': 'src/testing/index.ts',
    cli: 'src/cli/main.ts',
    'prepare-worker': 'src/data/prepare/prepare-worker.ts',
    'rank-worker': 'src/train/ranks/rank-worker.ts',
  },
  format: ['esm', 'cjs'],
  target: 'node20',
  platform: 'node',
  dts: true,
  splitting: true,
  clean: true,
  shims: true,
});
