import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundlePages } from '../../scripts/build-pages.mjs';
import { projectDirectory } from '../support/shared-data.js';

test('what runs in a browser is what its sources say (else: npm run build:pages)', async () => {
  const pages = await bundlePages();
  expect(pages.map(({ path }) => path)).toContain('src/report/html/page.generated.ts');
  for (const { path, content } of pages) {
    const stale = readFileSync(join(projectDirectory, path), 'utf8') !== content;
    expect(stale, `${path} is stale: npm run build:pages`).toBe(false);
  }
});
