import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeDirectoryAtomically } from '../../src/checkpoint/index.js';
import { VicunaError } from '../../src/core/index.js';
import { temporaryFolder } from './files.js';

const folder = temporaryFolder();
let count = 0;
/** An own parent for each test, so that what is left behind beside the target shows. */
async function parent(): Promise<string> {
  const directory = join(folder, `parent-${count++}`);
  await mkdir(directory);
  return directory;
}

const options = {
  overwrite: false,
  owns: (name: string) => name === 'weights' || name === 'stale-shard',
  mayReplace: async (directory: string) => (await readdir(directory)).includes('ours'),
};
const fill = (text: string) => async (directory: string) => {
  await writeFile(join(directory, 'weights'), text);
  await writeFile(join(directory, 'ours'), '');
};

describe('writing a directory', () => {
  it('makes it, and the directories above it', async () => {
    const target = join(await parent(), 'a/b/model');
    await writeDirectoryAtomically(target, options, fill('new'));
    expect(await readFile(join(target, 'weights'), 'utf8')).toBe('new');
    expect(await readdir(join(target, '..'))).toEqual(['model']);
  });

  it('takes an empty directory, relative paths and a slash at the end', async () => {
    const place = await parent();
    await mkdir(join(place, 'model'));
    await writeDirectoryAtomically(`${place}/model/`, options, fill('new'));
    expect(await readdir(place)).toEqual(['model']);
  });

  it('replaces one that was written here, keeps what it does not own and drops what it does', async () => {
    const place = await parent();
    const target = join(place, 'model');
    await writeDirectoryAtomically(target, options, fill('old'));
    await writeFile(join(target, 'stale-shard'), '');
    await writeFile(join(target, 'notes.md'), 'mine');
    await mkdir(join(target, 'logs'));
    await writeFile(join(target, 'logs/1'), 'mine too');
    await writeDirectoryAtomically(target, options, fill('new'));
    expect((await readdir(target)).sort()).toEqual(['logs', 'notes.md', 'ours', 'weights']);
    expect(await readFile(join(target, 'weights'), 'utf8')).toBe('new');
    expect(await readFile(join(target, 'logs/1'), 'utf8')).toBe('mine too');
    expect(await readdir(place)).toEqual(['model']);
  });

  it('refuses one that holds something else, unless told to overwrite, and even then deletes nothing foreign', async () => {
    const place = await parent();
    const target = join(place, 'photos');
    await mkdir(target);
    await writeFile(join(target, 'cat.jpg'), 'cat');
    const error: unknown = await writeDirectoryAtomically(target, options, fill('new')).catch((reason) => reason);
    expect(VicunaError.isInstance(error) && error.code).toBe('file-unwritable');
    expect(String(error)).toMatch(/not empty \(cat\.jpg\).*overwrite: true/);
    expect(await readdir(target)).toEqual(['cat.jpg']);
    await writeDirectoryAtomically(target, { ...options, overwrite: true }, fill('new'));
    expect((await readdir(target)).sort()).toEqual(['cat.jpg', 'ours', 'weights']);
    expect(await readdir(place)).toEqual(['photos']);
  });

  it('leaves everything as it was when filling fails, with the very error', async () => {
    const place = await parent();
    const target = join(place, 'model');
    await writeDirectoryAtomically(target, options, fill('old'));
    const reason = new Error('enough');
    const failing = async (directory: string) => {
      await writeFile(join(directory, 'weights'), 'half');
      throw reason;
    };
    await expect(writeDirectoryAtomically(target, options, failing)).rejects.toBe(reason);
    expect(await readFile(join(target, 'weights'), 'utf8')).toBe('old');
    expect(await readdir(place)).toEqual(['model']);
  });

  it('says what stands in the way', async () => {
    const place = await parent();
    await writeFile(join(place, 'file'), '');
    const error: unknown = await writeDirectoryAtomically(join(place, 'file'), options, fill('')).catch(
      (reason) => reason,
    );
    expect(String(error)).toMatch(/file cannot be written: .*not a directory/);
  });
});
