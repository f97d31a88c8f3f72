import { readFile } from 'node:fs/promises';

/** Largest resident size of this process so far. VmHWM where there is /proc: `maxRSS` starts with what the parent had. */
export async function peakMegabytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return Number(kilobytes ?? process.resourceUsage().maxRSS) / 1000;
}
