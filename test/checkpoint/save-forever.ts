// Writes a directory over and over, each time with the next number in both of its files, until it is killed.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDirectoryAtomically } from '../../src/checkpoint/index.js';

const target = process.argv[2]!;
const options = { overwrite: true, owns: () => true, mayReplace: async () => true };
for (let version = 0; ; version++) {
  await writeDirectoryAtomically(target, options, async (directory) => {
    for (const name of ['first', 'second']) await writeFile(join(directory, name), `${version} `.repeat(20_000));
  });
  if (version === 0) process.stdout.write('ready');
}
