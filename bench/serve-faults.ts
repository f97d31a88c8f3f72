// Every fault fifty times, on real processes: what was promised held each time, or this stops with the round that broke it.
// Run: npx tsx bench/serve-faults.ts [--rounds 50] [--only name]
import { parseArgs } from 'node:util';
import {
  clientsVanish,
  FaultWorld,
  killBeforeFirstToken,
  killDuringStream,
  natsRestarts,
  ROTATION_BOUND,
  standStill,
  terminate,
} from '../test/serve/support/faults.js';
import { gatewayRestarts } from '../test/serve/support/gateway-restarts.js';
import { namespacesMissing, networkCut, openTwoHosts } from '../test/serve/support/namespaces.js';
import { natsServer } from '../test/serve/support/nats-server.js';
import { buildServeProgram, type ServeProgram } from '../test/serve/support/processes.js';
import { until } from '../test/serve/support/until.js';
import { summarise } from './support/measure.js';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '50' }, only: { type: 'string', default: '' } },
});
const count = Number(values.rounds);

type Rounds = (program: ServeProgram) => Promise<number[]>;

const inWorld = (kind: 'web-socket' | 'nats', fault: (world: FaultWorld) => Promise<number>): Rounds => {
  return async (program) => {
    await using world = await FaultWorld.open(program, kind);
    const figures = await repeat(() => fault(world));
    // Nothing is left over, or this waits in vain.
    const left = () => {
      const { models, workers } = world.gateway.status();
      return models.reduce((sum, { queued, running }) => sum + queued + running, 0) + workers.length;
    };
    await Promise.race([until(() => left() === 0), tooLong(count)]);
    return figures;
  };
};

const faults: Readonly<Record<string, { readonly what: string; readonly run: Rounds; readonly bound?: number }>> = {
  before: {
    what: 'worker killed before the first token; until all 8 requests were answered elsewhere',
    run: inWorld('web-socket', killBeforeFirstToken),
  },
  during: {
    what: 'worker killed during a stream; until the reader had the error',
    run: inWorld('web-socket', killDuringStream),
  },
  stopped: {
    what: 'worker stopped (SIGSTOP); until it was out of rotation',
    run: inWorld('web-socket', standStill),
    bound: ROTATION_BOUND,
  },
  terminated: {
    what: 'worker told to end (SIGTERM) amid 8 replies; until they were finished and it had left',
    run: inWorld('web-socket', terminate),
  },
  vanish: { what: '24 readers vanish; until no model worked for them', run: inWorld('web-socket', clientsVanish) },
  gateway: {
    what: 'gateway killed and started; until 8 requests to the new one were answered',
    run: (program) => repeat(() => gatewayRestarts(program, 2)),
  },
  'nats-before': {
    what: 'NATS: worker killed before the first token; until all 8 requests were answered elsewhere',
    run: inWorld('nats', killBeforeFirstToken),
  },
  'nats-stopped': {
    what: 'NATS: worker stopped (SIGSTOP); until it was out of rotation',
    run: inWorld('nats', standStill),
    bound: ROTATION_BOUND,
  },
  nats: {
    what: 'NATS server killed and started; from its return until 8 waiting requests were answered',
    run: inWorld('nats', natsRestarts),
  },
  cut: {
    what: 'network cut between hosts, worker behind NAT; until it was out of rotation',
    run: cutNetwork,
    bound: ROTATION_BOUND,
  },
};

await using program = await buildServeProgram();
for (const [name, { what, run, bound }] of Object.entries(faults)) {
  if (values.only !== '' && values.only !== name) continue;
  const missing = name.startsWith('nats') && natsServer === undefined ? 'nats-server is not installed' : undefined;
  if (missing !== undefined) {
    console.log(`${what}: skipped, ${missing}`);
    continue;
  }
  const figures = await run(program);
  if (figures.length === 0) continue;
  const { minimum, median } = summarise(figures);
  const maximum = Math.max(...figures);
  console.log(
    `${what}: ${figures.length} of ${count} rounds kept every promise; ` +
      `${minimum.toFixed(0)} ms at least, ${median.toFixed(0)} ms median, ${maximum.toFixed(0)} ms at most`,
  );
  if (bound !== undefined && maximum > bound) throw new Error(`${name}: took longer than ${bound} ms.`);
}

async function repeat(round: (index: number) => Promise<number>): Promise<number[]> {
  const figures: number[] = [];
  while (figures.length < count) {
    const figure = await Promise.race([round(figures.length), tooLong(figures.length)]);
    figures.push(figure);
  }
  return figures;
}

/** A promise that is never kept must not keep the bench. */
function tooLong(round: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`Round ${round} did not end in 60 s.`)), 60_000).unref();
  });
}

async function cutNetwork(program: ServeProgram): Promise<number[]> {
  const missing = namespacesMissing();
  if (missing !== undefined) {
    console.log(`network cut: skipped, ${missing}`);
    return [];
  }
  await using hosts = await openTwoHosts(program);
  return await repeat((round) => networkCut(hosts, round));
}
