import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RankLaunch } from './launch.js';

/**
 * Finds the file that ranks run: an entry of the build of its own, since bundling moves files. From sources it is the
 * TypeScript beside the caller, and the threads are given the loader for it, which Node 20 does not hand on to them.
 *
 * @param name - of the file, without its ending; the name of the build's entry too.
 * @param caller - `import.meta.url` of the caller.
 * @returns to be spread into {@link launchRanks}'s argument.
 * @internal
 */
export function workerFile(name: string, caller: string): Pick<RankLaunch, 'worker' | 'execArgv'> {
  if (caller.endsWith('.ts')) {
    // `require` finds the variant for CommonJS, which cannot register from here; the one for modules lies beside it.
    const loader = pathToFileURL(
      createRequire(caller)
        .resolve('tsx/esm/api')
        .replace(/\.cjs$/, '.mjs'),
    ).href;
    const preload = `import { register } from ${JSON.stringify(loader)}; register();`;
    return {
      worker: new URL(`./${name}.ts`, caller),
      execArgv: ['--import', `data:text/javascript,${encodeURIComponent(preload)}`],
    };
  }
  let folder = dirname(fileURLToPath(caller));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return { worker: pathToFileURL(join(folder, 'dist', `${name}.js`)) };
}
