import { readdirSync, readlinkSync } from 'node:fs';

/** Files under a directory that this process holds open; `undefined` where the system does not say (no /proc). */
export function openFilesUnder(directory: string): string[] | undefined {
  try {
    return readdirSync('/proc/self/fd')
      .map((descriptor) => {
        try {
          return readlinkSync(`/proc/self/fd/${descriptor}`);
        } catch {
          return '';
        }
      })
      .filter((path) => path.startsWith(directory));
  } catch {
    return undefined;
  }
}
