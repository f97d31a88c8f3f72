// Real processes that are killed, stopped, cut off and started again. bench/serve-faults.ts does each of these fifty times.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clientsVanish,
  FaultWorld,
  killBeforeFirstToken,
  killDuringStream,
  natsRestarts,
  ROTATION_BOUND,
  standStill,
  terminate,
} from './support/faults.js';
import { askGateway, gatewayRestarts } from './support/gateway-restarts.js';
import { namespacesMissing, networkCut, openTwoHosts } from './support/namespaces.js';
import { natsServer, natsSkipped } from './support/nats-server.js';
import { buildServeProgram, type ServeProgram } from './support/processes.js';

const ROUNDS = 2;
let program: ServeProgram;
beforeAll(async () => {
  program = await buildServeProgram();
});
afterAll(async () => program[Symbol.asyncDispose]());

async function rounds(kind: 'web-socket' | 'nats', fault: (world: FaultWorld) => Promise<number>): Promise<number[]> {
  await using world = await FaultWorld.open(program, kind);
  const figures: number[] = [];
  for (let round = 0; round < ROUNDS; round++) figures.push(await fault(world));
  return figures;
}

for (const kind of ['web-socket', 'nats'] as const)
  describe.skipIf(kind === 'nats' && natsServer === undefined)(
    `A fault, with workers on ${kind}${kind === 'nats' ? natsSkipped : ''}`,
    () => {
      it('requests that have not begun are answered by another worker when theirs is killed', async () => {
        await rounds(kind, killBeforeFirstToken);
      });

      it('a reply that has begun ends with an error that names the worker when it is killed', async () => {
        await rounds(kind, killDuringStream);
      });

      it('a worker that stands still is out of rotation in 3 s, and back when it goes on', async () => {
        expect(Math.max(...(await rounds(kind, standStill)))).toBeLessThan(ROTATION_BOUND);
      });

      it('a worker that is told to end finishes what it has', async () => {
        await rounds(kind, terminate);
      });

      it('readers who vanish leave no model at work and no place taken', async () => {
        await rounds(kind, clientsVanish);
      });
    },
  );

describe('A gateway', () => {
  it('that is killed and started anew answers as soon as its workers are back', async () => {
    await gatewayRestarts(program, 2);
  });
});

describe.skipIf(natsServer === undefined)(`A NATS server${natsSkipped}`, () => {
  it('that is killed and started anew delays what has not begun, and nothing is lost', async () => {
    await rounds('nats', natsRestarts);
  });
});

const missing = namespacesMissing();
describe.skipIf(missing !== undefined)(
  `Two hosts, the worker behind NAT${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    it('work together, also after the network was cut', async () => {
      await using hosts = await openTwoHosts(program);
      await askGateway(hosts.gateway, 'across', 50);
      for (let round = 0; round < ROUNDS; round++) expect(await networkCut(hosts, round)).toBeLessThan(ROTATION_BOUND);
    });
  },
);
