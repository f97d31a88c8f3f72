import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real file system of a few megabytes. */
export interface SmallDisk {
  readonly path: string;
  freeBytes(): Promise<number>;
  /** Leaves so many bytes free. @returns gives the others back */
  fill(leaving: number): Promise<() => Promise<void>>;
  resize(megabytes: number): void;
  unmount(): Promise<void>;
}

/** @returns `undefined` where this process may not mount one. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'vicuna-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', path], { stdio: 'ignore' });
  } catch {
    await rm(path, { recursive: true });
    return undefined;
  }
  const freeBytes = async () => {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  };
  return {
    path,
    freeBytes,
    async fill(leaving) {
      const ballast = join(path, 'ballast');
      await writeFile(ballast, Buffer.alloc((await freeBytes()) - leaving));
      // What a file system says of its room is not exact to the page.
      if (leaving === 0) await appendForever(ballast);
      return () => rm(ballast);
    },
    resize(to) {
      execFileSync('mount', ['-o', `remount,size=${to}m`, path]);
    },
    async unmount() {
      execFileSync('umount', [path]);
      await rmdir(path);
    },
  };
}

async function appendForever(path: string): Promise<void> {
  const page = Buffer.alloc(4096);
  for (;;) {
    try {
      await appendFile(path, page);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}
