// A process that works with the others for a while; then rank 1 does what the first argument says.
import { joinMpi } from '../../../src/collectives/index.js';

const [misbehaviour] = process.argv.slice(2);
const communicator = await joinMpi({ deadline: 2000 });
const values = communicator.allocate(100_000);
for (let step = 0; step < 20; step++) {
  if (step === 10 && communicator.rank === 1) {
    if (misbehaviour === 'throw') throw new RangeError('no more numbers');
    if (misbehaviour === 'exit 3') process.exit(3);
    if (misbehaviour === 'exit 0') process.exit(0);
    if (misbehaviour === 'leave') await communicator[Symbol.asyncDispose]();
    if (misbehaviour === 'loop') for (;;);
    if (misbehaviour === 'SIGKILL' || misbehaviour === 'SIGSTOP') process.kill(process.pid, misbehaviour);
    if (misbehaviour === 'another length') await communicator.allReduce(values.subarray(1));
    if (misbehaviour === 'another operation') await communicator.broadcast(values, 0);
  }
  await communicator.allReduce(values);
}
await communicator[Symbol.asyncDispose]();
process.stdout.write(`rank ${communicator.rank} is done\n`);
