// A process that runs the contract as one rank of an MPI job; the last line it prints is proof that it got to the end.
import { joinMpi } from '../../../src/collectives/index.js';
import { checkContract } from './contract.js';

const communicator = await joinMpi({ deadline: 30_000 });
const outcomes = await checkContract(communicator);
await communicator[Symbol.asyncDispose]();
process.stdout.write(`${JSON.stringify({ rank: communicator.rank, outcomes })}\n`);
