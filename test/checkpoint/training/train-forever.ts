// Resumes and saves step after step, at so many ranks, until it is killed; says which steps are committed.
import { latest, onAll, openWorld, save } from './support.js';

const [directory, ranks] = [process.argv[2]!, Number(process.argv[3])];
const world = await openWorld(directory, ranks, 2);
const resumed = await latest(world);
for (let step = (resumed?.state.step ?? 0) + 1; ; step++) {
  await save(world, step);
  await onAll(world.ranks, (checkpoints) => checkpoints.advance());
  process.stdout.write(`${step}\n`);
}
