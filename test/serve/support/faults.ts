// What goes wrong with processes and networks, each as one round that throws where a promise was broken. The suite runs a
// few rounds of each; bench/serve-faults.ts runs fifty and says how long things took.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import {
  createGateway,
  type Gateway,
  type GatewayBus,
  type GatewayEvent,
  natsGatewayBus,
  webSocketGatewayBus,
} from '../../../src/serve/index.js';
import { listen, token } from './buses.js';
import { ask, type CountingOptions, replyTo, tokenOf } from './counting-model.js';
import { type NatsServer, startNatsServer } from './nats-server.js';
import type { ServeProcess, ServeProgram } from './processes.js';
import type { BusAddress } from './program.js';
import { until } from './until.js';

/** Milliseconds after which a worker that is gone must be out of rotation. */
export const ROTATION_BOUND = 3_000;
const CAPACITY = 8;

/** A gateway in this process; workers are processes. */
export class FaultWorld implements AsyncDisposable {
  readonly program: ServeProgram;
  readonly gateway: Gateway;
  readonly events: GatewayEvent[];
  readonly address: BusAddress;
  readonly nats: NatsServer | undefined;
  readonly #close: () => Promise<void>;
  #count = 0;

  private constructor(
    fields: Pick<FaultWorld, 'program' | 'gateway' | 'events' | 'address' | 'nats'>,
    close: () => Promise<void>,
  ) {
    this.program = fields.program;
    this.gateway = fields.gateway;
    this.events = fields.events;
    this.address = fields.address;
    this.nats = fields.nats;
    this.#close = close;
  }

  static async open(program: ServeProgram, kind: 'web-socket' | 'nats'): Promise<FaultWorld> {
    const events: GatewayEvent[] = [];
    const onEvent = (event: GatewayEvent) => {
      // The latest are enough, and benches run long.
      if (events.push(event) > 2_000) events.splice(0, 1_000);
    };
    const start = (bus: GatewayBus) => createGateway({}, { buses: [bus], onEvent });
    if (kind === 'nats') {
      const nats = await startNatsServer();
      const address = { kind, servers: nats.url } as const;
      const backoff = { minimumDelay: 50, maximumDelay: 500 };
      const gateway = await start(await natsGatewayBus({ servers: nats.url, tokens: [token], backoff }));
      return new FaultWorld({ program, gateway, events, address, nats }, async () => {
        await gateway[Symbol.asyncDispose]();
        await nats[Symbol.asyncDispose]();
      });
    }
    const server = createServer((_, response) => response.writeHead(404).end());
    const port = await listen(server);
    const bus = await webSocketGatewayBus({ tokens: [token] });
    bus.attach(server);
    const gateway = await start(bus);
    return new FaultWorld({ program, gateway, events, address: { kind, port }, nats: undefined }, async () => {
      await gateway[Symbol.asyncDispose]();
      server.close();
      server.closeAllConnections();
    });
  }

  /** A name that no other request or worker has. */
  name(word: string): string {
    return `${word}-${++this.#count}`;
  }

  async worker(model: CountingOptions, capacity = CAPACITY): Promise<ServeProcess & { readonly id: string }> {
    const id = this.name('worker');
    const { address: bus } = this;
    const started = await this.program.start({ role: 'worker', id, bus, token, capacity, model });
    await until(() => this.isConnected(id));
    return Object.assign(started, { id });
  }

  /**
   * Kills a worker and waits until the gateway knows. Over NATS only its silence tells: until then it would be given requests
   * of the next round, each of which costs one of their attempts.
   */
  async end(worker: ServeProcess & { readonly id: string }): Promise<void> {
    await worker.kill('SIGKILL');
    await until(() => !this.isConnected(worker.id));
  }

  isConnected(id: string): boolean {
    return this.gateway.status().workers.some((worker) => worker.id === id);
  }

  /** Requests that a worker has. */
  running(id: string): number {
    return this.gateway.status().workers.find((worker) => worker.id === id)?.running ?? 0;
  }

  /** @throws where the reply is not the one that belongs to the request. */
  async request(tokens: number): Promise<void> {
    const name = this.name('request');
    const { text } = await this.gateway.model('counting')!.chat(ask(name, tokens)).result;
    assert.equal(text, replyTo(name, tokens));
  }

  requests(count: number, tokens: number): Promise<unknown> {
    return Promise.all(Array.from({ length: count }, () => this.request(tokens)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

/** A worker that has requests and begins none: `count` of them wait there. */
async function stuckWorker(world: FaultWorld, count: number) {
  const stuck = await world.worker({ prefill: 600_000 });
  const waiting = world.requests(count, 20);
  await until(() => world.running(stuck.id) === count);
  return { stuck, waiting };
}

/** @returns milliseconds until all that waited on the killed worker was answered by another. */
export async function killBeforeFirstToken(world: FaultWorld): Promise<number> {
  const { stuck, waiting } = await stuckWorker(world, CAPACITY);
  const other = await world.worker({});
  const killed = performance.now();
  await stuck.kill('SIGKILL');
  await waiting;
  const took = performance.now() - killed;
  await until(() => world.running(other.id) === 0);
  assert.equal((await other.state()).running, 0);
  await world.end(other);
  return took;
}

/** @returns milliseconds until the reader knew. */
export async function killDuringStream(world: FaultWorld): Promise<number> {
  const worker = await world.worker({ interval: 1 });
  const name = world.name('request');
  const run = world.gateway.model('counting')!.chat(ask(name, 1_000_000));
  let count = 0;
  let killed = 0;
  const reading = (async () => {
    for await (const { text } of run) {
      assert.equal(text, tokenOf(name, count++));
      if (count < 20 || killed > 0) continue;
      killed = performance.now();
      void worker.kill('SIGKILL');
    }
  })();
  await assert.rejects(reading, { code: 'worker-lost', worker: worker.id });
  const took = performance.now() - killed;
  await until(() => !world.isConnected(worker.id));
  return took;
}

/** @returns milliseconds until a worker that stands still was out of rotation. */
export async function standStill(world: FaultWorld): Promise<number> {
  const { stuck, waiting } = await stuckWorker(world, CAPACITY);
  const other = await world.worker({});
  const stopped = performance.now();
  await stuck.kill('SIGSTOP');
  await until(() => !world.isConnected(stuck.id));
  const took = performance.now() - stopped;
  await waiting;
  assert.ok(
    world.events.some(
      (event) => event.type === 'worker-leave' && event.worker === stuck.id && event.cause === 'silence',
    ),
  );
  // It comes back as if nothing had been, without what it had.
  await stuck.kill('SIGCONT');
  await until(() => world.isConnected(stuck.id));
  await until(() => world.running(stuck.id) === 0);
  while ((await stuck.state()).running > 0);
  await world.end(stuck);
  await world.end(other);
  return took;
}

/** @returns milliseconds until no model works for nobody. */
export async function clientsVanish(world: FaultWorld): Promise<number> {
  const worker = await world.worker({ interval: 1 });
  const model = world.gateway.model('counting')!;
  const readers = Array.from({ length: 3 * CAPACITY }, async (_, index) => {
    const abort = new AbortController();
    let count = 0;
    const run = model.chat(ask(world.name('request'), 1_000_000), { signal: abort.signal });
    // Some leave while they wait, some before the first token, some amid the reply.
    if (index % 3 === 0) setTimeout(() => abort.abort(), index);
    try {
      for await (const _ of run) if (++count > index) break;
    } catch {
      assert.ok(abort.signal.aborted);
    }
  });
  await Promise.all(readers);
  const left = performance.now();
  await until(() => world.running(worker.id) === 0);
  while ((await worker.state()).running > 0);
  const took = performance.now() - left;
  const [status] = world.gateway.status().models;
  assert.deepEqual({ queued: status?.queued, running: status?.running }, { queued: 0, running: 0 });
  await world.requests(CAPACITY, 3);
  await world.end(worker);
  return took;
}

/** @returns milliseconds from SIGTERM, sent twice, until the worker had finished what it had and ended. */
export async function terminate(world: FaultWorld): Promise<number> {
  const worker = await world.worker({ interval: 2 });
  const running = world.requests(CAPACITY, 100);
  // What it has not begun when it is told goes elsewhere.
  while ((await worker.state()).running < CAPACITY);
  const told = performance.now();
  const ended = worker.kill('SIGTERM');
  worker.child.kill('SIGTERM');
  await running;
  await ended;
  const took = performance.now() - told;
  assert.equal(worker.child.exitCode, 0);
  await until(() => !world.isConnected(worker.id));
  const leave = world.events.find((event) => event.type === 'worker-leave' && event.worker === worker.id);
  assert.deepEqual(leave?.type === 'worker-leave' && { cause: leave.cause, running: leave.running }, {
    cause: 'drained',
    running: 0,
  });
  return took;
}

/** Over NATS. @returns milliseconds from the server's return until a request was answered. */
export async function natsRestarts(world: FaultWorld): Promise<number> {
  const worker = await world.worker({ interval: 1 });
  const begun = world.gateway.model('counting')!.chat(ask(world.name('begun'), 1_000_000));
  let read = 0;
  const reading = (async () => {
    for await (const _ of begun) read++;
  })();
  const lost = assert.rejects(reading, { code: 'worker-lost' });
  await until(() => read > 0);
  await world.nats!.kill();
  await lost;
  // Asked while there is no way to any worker: it waits.
  const waiting = world.requests(CAPACITY, 5);
  await world.nats!.start();
  const back = performance.now();
  await waiting;
  const took = performance.now() - back;
  await until(() => world.running(worker.id) === 0);
  while ((await worker.state()).running > 0);
  await world.end(worker);
  return took;
}
