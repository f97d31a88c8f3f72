import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseSkyPilotTask } from '../../src/cloud/index.js';

const root = new URL('../../', import.meta.url);
const pages = (await readdir(new URL('docs/', root))).filter((name) => name.endsWith('.md'));
const read = (name: string) => readFile(new URL(`docs/${name}`, root), 'utf8');

describe('documents in the docs', () => {
  it('are SkyPilot’s', async () => {
    let documents = 0;
    for (const page of pages)
      for (const [, yaml = ''] of (await read(page)).matchAll(/^```yaml\n(.*?)^```$/gms)) {
        await expect(parseSkyPilotTask(yaml), page).resolves.toHaveProperty('run');
        documents++;
      }
    expect(documents).toBeGreaterThan(1);
  });

  it('and the tables are those of the example', { timeout: 120_000 }, async () => {
    const example = ['--import', 'tsx', 'examples/06-spot-plan.ts'];
    const { stdout } = await promisify(execFile)(process.execPath, example, { cwd: root });
    const page = (await read('spot.md')).split('\n');
    const rows = stdout.split('\n').filter((line) => line.startsWith('|'));
    expect(rows.length).toBeGreaterThan(15);
    for (const row of rows) expect(page).toContain(row);
  });
});
