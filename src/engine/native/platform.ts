import { closeSync, openSync, readSync } from 'node:fs';

/** Name of this platform, as the folders of binaries are called: `linux-x64`, `linux-x64-musl`, `win32-x64`. */
export function platformName(): string {
  const { platform, arch } = process;
  return `${platform}-${arch}${platform === 'linux' && usesMusl() ? '-musl' : ''}`;
}

/** Node on Alpine Linux and the like names the loader of musl, their C library, near the start of its file. */
function usesMusl(): boolean {
  const start = Buffer.alloc(4096);
  const file = openSync(process.execPath, 'r');
  try {
    readSync(file, start, 0, start.length, 0);
  } finally {
    closeSync(file);
  }
  return start.includes('/ld-musl-');
}
