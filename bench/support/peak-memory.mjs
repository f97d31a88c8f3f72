import { readFile } from 'node:fs/promises';

// Plain JavaScript, so that a process without a TypeScript loader can measure itself.

export async function peakBytes() {
  // VmHWM where there is /proc: `maxRSS` starts with what the parent had.
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kibibytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  return Number(kibibytes ?? process.resourceUsage().maxRSS) * 1024;
}
