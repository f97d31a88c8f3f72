// Runs the benches: `npm run bench` for all, `npm run bench -- clean import` for some. Each is one claim in one file.
// What follows the names and begins with dashes goes to them: `npm run bench -- train --size large --threads 1`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -3));
const given = process.argv.slice(2);
const firstOption = given.findIndex((word) => word.startsWith('--'));
const wanted = firstOption < 0 ? given : given.slice(0, firstOption);
const options = firstOption < 0 ? [] : given.slice(firstOption);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0 || (options.length > 0 && wanted.length === 0)) {
  console.error(
    unknown.length > 0
      ? `No bench is called ${unknown.join(', ')}. There are: ${known.join(', ')}.`
      : `${options[0]}: name the benches that take it. There are: ${known.join(', ')}.`,
  );
  process.exit(2);
}
let failed = 0;
for (const name of wanted.length > 0 ? wanted : known) {
  console.log(`\n== ${name}`);
  const file = join(folder, `${name}.ts`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', file, ...options], { stdio: 'inherit' });
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
