// A thread that takes new arrays all the time, and drops them. It collects garbage itself, which nothing else makes V8 do.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runRank } from '../../../src/collectives/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const BYTES = 8 << 20;

await runRank<number, never, never>(async ({ communicator, data }) => {
  for (let step = 0; step < data / BYTES; step++) {
    const values = communicator.allocate(BYTES / 4).fill(1);
    await communicator.allReduce(values);
    if (step % 4 === 3) collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
});
