// A thread that runs the contract as one rank.
import { runRank } from '../../../src/collectives/index.js';
import { checkContract, type Outcome } from './contract.js';

await runRank<undefined, never, Outcome[]>(async ({ communicator, post }) => post(await checkContract(communicator)));
