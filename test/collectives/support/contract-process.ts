// A process that runs the contract as one rank of an MPI job. What it found goes into a file of its own, whose presence is
// proof that it got to the end: mpirun mixes what several ranks print in the middle of a line.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { joinMpi } from '../../../src/collectives/index.js';
import { checkContract } from './contract.js';

const directory = process.argv[2]!;
const communicator = await joinMpi({ deadline: 30_000 });
const outcomes = await checkContract(communicator);
await communicator[Symbol.asyncDispose]();
writeFileSync(join(directory, `${communicator.rank}.json`), JSON.stringify(outcomes));
