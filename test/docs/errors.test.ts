import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../support/shared-data.js';
import { readPage } from './support/page.js';

describe('the page of error codes', () => {
  it('has an entry for every code of the package, and none for another', async () => {
    const source = await readFile(join(projectDirectory, 'src/core/errors.ts'), 'utf8');
    const union = /export type VicunaErrorCode =([^;]+);/.exec(source)?.[1] ?? '';
    const codes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code).sort();
    const { text } = await readPage('docs/errors.md');
    const documented = [...text.matchAll(/^### (.+)$/gm)].map(([, code]) => code).sort();
    expect(codes.length).toBeGreaterThan(20);
    expect(documented).toEqual(codes);
  });
});
